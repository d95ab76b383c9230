"""A test goes to whoever asks for it and to nobody else; it is marked, counted, and in the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import urllib3

from distributor.bootstrap_trial import trier
from distributor.core.account import account_id
from distributor.core.errors import Refused
from distributor.core.ids import Language
from distributor.core.message import EmailMaster
from distributor.ports_releases import StoredRevision
from distributor.sandbox.faults import FaultKind
from distributor.sandbox.serve import RunningSandbox
from tests.channels.mail_server import MailServer
from tests.flow.newsroom import RELEASE, Newsroom
from tests.web.staff.conftest import ADMIN, APPROVER, EDITOR, Answer, StaffSite

FRENCH = replace(RELEASE, headline="Les champs autour de l’école sont libres", language=Language("fr"))


@pytest.fixture
def stored(site: StaffSite) -> StoredRevision:
    """Return a release in two languages."""
    release = site.newsroom.take_in()
    return site.newsroom.service.taker.translate(release.release_id, FRENCH, by="Ana Lima")


def ask(site: StaffSite, stored: StoredRevision, login: str, *languages: str, **fields: str) -> Answer:
    """Send the form."""
    session = site.sign_in(login)
    usual = {"revision": str(stored.revision), "part": "email/en", "csrf": site.door.sign_in.csrf_of(session), **fields}
    pairs = [*usual.items(), *(("language", language) for language in languages)]
    return site.send(f"/releases/{stored.release_id}/test", pairs, session)


def test_it_goes_to_the_login_alone_marked_and_with_nobodys_links(site: StaffSite, stored: StoredRevision) -> None:
    answer = ask(site, stored, EDITOR, "en", "fr", to="stranger@elsewhere.example", address="stranger@elsewhere.example")

    assert answer.status == 303
    messages = site.newsroom.sandbox.log()["messages"]
    assert [(one["to"], one["recipients_in_message"]) for one in messages] == [(EDITOR, 1), (EDITOR, 1)]
    assert all(set(one["custom_args"]) == {"pr_alert"} for one in messages), "its events are nobody's delivery"
    inbox = urllib3.request("GET", site.newsroom.sandbox.url).data.decode()
    (newest, *_) = re.findall(r'href="(/mail/\d+/\d+)"', inbox)
    body = urllib3.request("GET", f"{site.newsroom.sandbox.url}{newest}/body.html").data.decode()
    assert "[Test] Les champs autour" in inbox
    assert f"[Test] {RELEASE.headline}" in inbox
    assert "/unsubscribe/test" in body
    assert "%%pr-" not in body
    page = site.get(answer.headers["location"].partition("#")[0], site.sign_in(EDITOR)).text
    assert "The provider took the test" in page
    assert site.get("/unsubscribe/test").status in {400, 404, 410}


def test_the_audit_has_it_in_ids(site: StaffSite, stored: StoredRevision) -> None:
    ask(site, stored, APPROVER, "fr")

    entry = list(site.newsroom.service.audit.entries(subject=stored.release_id))[-1]
    assert (entry.action, entry.by) == ("trial.begun", "Pavel Seals")
    assert dict(entry.facts) == {"revision": "2", "account": account_id(APPROVER), "languages": "fr"}
    assert APPROVER not in repr(entry)


def test_at_most_five_in_ten_minutes_and_account(site: StaffSite, stored: StoredRevision) -> None:
    statuses = [ask(site, stored, EDITOR, "en").status for _ in range(5)]
    sixth = ask(site, stored, EDITOR, "en")

    assert statuses == [303] * 5
    assert (sixth.status, re.search(r"can go in 9 m \d+ s", sixth.text) is not None) == (422, True)
    assert ask(site, stored, APPROVER, "en").status == 303, "each account has its own"
    assert len(site.newsroom.sandbox.log()["messages"]) == 6


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FaultKind.CUT_BEFORE_ACCEPT, "is not known"),
        (FaultKind.TOO_MANY, "SendGrid asks to slow down"),
        (FaultKind.CUT_AFTER_ACCEPT, "is not known"),
    ],
)
def test_what_the_provider_does_not_take_is_told(site: StaffSite, stored: StoredRevision, kind: FaultKind, said: str) -> None:
    site.newsroom.sandbox.play({"provider": "sendgrid", "kind": kind.value, "next": 1})

    answer = ask(site, stored, EDITOR, "en")

    assert answer.status == 422
    assert said in answer.text
    assert list(site.newsroom.service.audit.entries(subject=stored.release_id))[-1].action == "trial.failed"


@pytest.mark.parametrize("languages", [(), ("de",), ("en", "<script>")])
def test_only_languages_of_the_release(site: StaffSite, stored: StoredRevision, languages: tuple[str, ...]) -> None:
    answer = ask(site, stored, EDITOR, *languages)

    assert answer.status == 422
    assert "<script>" not in answer.text.replace('<script src="/static', "")
    assert site.newsroom.sandbox.log()["messages"] == []


def test_another_revision_than_the_one_that_was_looked_at_is_not_sent(site: StaffSite, stored: StoredRevision) -> None:
    assert "newer revision" in ask(site, stored, EDITOR, "en", revision="1").text
    assert ask(site, stored, ADMIN, "en").status == 403
    assert site.newsroom.sandbox.log()["messages"] == []


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server that takes everything."""
    with MailServer() as running:
        yield running


def test_a_mail_server_gets_html_and_text(
    site: StaffSite, redis_url: str, running_sandbox: RunningSandbox, server: MailServer, tmp_path: Path
) -> None:
    desk = Newsroom(
        redis_url, running_sandbox, tmp_path,
        DISTRIBUTOR_SMTP__URL=server.url, DISTRIBUTOR_SMTP__STARTTLS="off", DISTRIBUTOR_EMAIL__PROVIDER="smtp",
    )  # fmt: skip
    stored = desk.take_in()
    emails = [one for one in desk.service.compose(stored) if isinstance(one, EmailMaster)]
    account = site.door.sign_in.by_session(site.sign_in(EDITOR)).account

    trier(desk.service).send_to_oneself(stored, emails, [Language("en")], account=account)

    (envelope,) = server.messages
    assert envelope.rcpt_tos == [EDITOR]
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert (message["To"], message["Subject"]) == (EDITOR, f"[Test] {RELEASE.headline}")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    desk.service.close()


def test_an_operator_can_switch_tests_off(
    site: StaffSite, redis_url: str, running_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    desk = Newsroom(redis_url, running_sandbox, tmp_path, DISTRIBUTOR_STAFF__TEST_MAIL="false")
    stored = desk.take_in()
    account = site.door.sign_in.by_session(site.sign_in(EDITOR)).account

    with pytest.raises(Refused, match="switched off"):
        trier(desk.service).send_to_oneself(stored, (), [], account=account)

    assert running_sandbox.log()["messages"] == []
    desk.service.close()
