"""What the doctor says of the sender's records in DNS warns, and never fails for want of a network."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from distributor.bootstrap_doctor import examine
from distributor.channels.mail_dns import MailDns
from distributor.core.finding import Finding
from tests.channels.dns_server import Fault, name_server
from tests.flow.newsroom import Newsroom

NAMES = ["mail.spf", "mail.dkim", "mail.dmarc", "mail.bulk_rules"]
TEXTS = {"harbour.city": (b"v=spf1 +all",), "_dmarc.harbour.city": (b"v=DMARC1; p=none",)}


def about_mail(desk: Newsroom, mail_dns: MailDns | None = None) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(desk.service, mail_dns=mail_dns) if finding.name in NAMES}


@pytest.fixture
def desk_with_a_domain(redis_url: str, newsroom: Newsroom, tmp_path: Path) -> Newsroom:
    return Newsroom(redis_url, newsroom.sandbox, tmp_path, DISTRIBUTOR_SENDER__EMAIL="press@harbour.city")


def test_records_that_are_good_pass_and_others_warn(desk_with_a_domain: Newsroom) -> None:
    with name_server(TEXTS) as server:
        found = about_mail(desk_with_a_domain, MailDns(servers=[("127.0.0.1", server.port)]))
    desk_with_a_domain.service.close()

    assert {name: finding.passed for name, finding in found.items()} == dict.fromkeys(NAMES, False) | {"mail.dmarc": True}
    assert all(finding.is_warning for finding in found.values())
    assert "s1._domainkey.harbour.city, s2._domainkey.harbour.city" in found["mail.dkim"].message


def test_a_desk_without_dns_is_warned_and_nothing_is_passed(desk_with_a_domain: Newsroom) -> None:
    silent = dict.fromkeys([*TEXTS, *(f"{name}._domainkey.harbour.city" for name in ("s1", "s2"))], Fault.SILENT)

    with name_server({}, faults=silent) as server:
        found = about_mail(
            desk_with_a_domain, MailDns(servers=[("127.0.0.1", server.port)], all_questions=timedelta(seconds=0.3))
        )
    desk_with_a_domain.service.close()

    assert [finding.passed for finding in found.values()] == [False] * 4
    assert all(finding.is_warning for finding in found.values())
    assert "could not be looked up" in found["mail.spf"].message


def test_the_domain_of_an_example_is_not_asked(newsroom: Newsroom) -> None:
    found = about_mail(newsroom)

    assert list(found) == NAMES
    assert "campaign.example is reserved" in found["mail.spf"].message
    assert not any(finding.passed for finding in found.values())
