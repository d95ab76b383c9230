"""DNS is asked within bounds, and what it does not say is never made up. Against a name server of our own; no other is asked."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.bootstrap_doctor import mail_setup
from distributor.channels.mail_dns import MailDns, public_half
from distributor.core.deliverability import MailSetup, judge
from distributor.core.dkim_key import Signing
from distributor.core.mail_record import Answer, Standing
from distributor.core.spf import LOOKUP_LIMIT
from distributor.settings import Settings, load_settings
from tests.channels.dns_server import Fault, NameServer, name_server

DOMAIN = "harbour.city"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = _KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
SETUP = MailSetup(
    domain=DOMAIN,
    bounce_domain=DOMAIN,
    signing=Signing(selectors=("desk",), domains=(DOMAIN,), public_key=public_half(PEM)),
    has_own_bounce_domain=False,
    public_url="https://news.harbour.city",
    has_postal_address=True,
)
HEALTHY = {
    DOMAIN: (b"some-verification=7", b"v=spf1 include:_spf.relay.city -all"),
    "_spf.relay.city": (b"v=spf1 ip4:198.51.100.0/24 ~all",),
    f"desk._domainkey.{DOMAIN}": (b"v=DKIM1; p=" + base64.b64encode(public_half(PEM)),),
    f"_dmarc.{DOMAIN}": (b"v=DMARC1; p=reject",),
    "_dmarc.city": (),
}
GOOD = dict.fromkeys(("mail.spf", "mail.dkim", "mail.dmarc", "mail.bulk_rules"), Standing.GOOD)


def client(server: NameServer, *, one: float = 0.3, all_: float = 3) -> MailDns:
    return MailDns(
        servers=[("127.0.0.1", server.port)], one_question=timedelta(seconds=one), all_questions=timedelta(seconds=all_)
    )


def standings(dns: MailDns, setup: MailSetup = SETUP) -> dict[str, Standing]:
    return {verdict.name: verdict.standing for verdict in judge(setup, dns.look_up(setup))}


def test_a_domain_with_all_its_records_is_good_and_each_name_is_asked_once() -> None:
    with name_server(HEALTHY) as server:
        assert standings(client(server)) == GOOD

    assert sorted(server.asked) == sorted(HEALTHY)


def test_a_name_without_texts_and_one_that_does_not_exist_are_both_surely_without_records() -> None:
    with name_server({DOMAIN: ()}) as server:
        answers = client(server).look_up(SETUP)

    assert set(answers.values()) == {Answer()}


def test_an_alias_is_followed_as_sendgrids_keys_need_it() -> None:
    hosted = {name: texts for name, texts in HEALTHY.items() if "_domainkey" not in name}
    hosted["desk.domainkey.u1.relay.city"] = HEALTHY[f"desk._domainkey.{DOMAIN}"]

    with name_server(hosted, aliases={f"desk._domainkey.{DOMAIN}": "desk.domainkey.u1.relay.city"}) as server:
        assert standings(client(server)) == GOOD


def test_several_records_at_one_name_all_come_back() -> None:
    with name_server(HEALTHY | {DOMAIN: (b"v=spf1 -all", b"v=spf1 +all")}) as server:
        found = client(server).look_up(SETUP)

    assert sorted(found[DOMAIN].texts) == [b"v=spf1 +all", b"v=spf1 -all"]
    assert judge(SETUP, found)[0].standing is Standing.POOR


def test_a_huge_answer_is_cut_off_and_fetched_whole_over_tcp() -> None:
    many = (*(b"verification-%d=" % number + b"x" * 200 for number in range(250)), b"v=spf1 -all")

    with name_server(HEALTHY | {DOMAIN: many}, faults={DOMAIN: Fault.TRUNCATED}) as server:
        found = client(server, one=1).look_up(SETUP)

    assert server.asked.count(DOMAIN) == 2
    assert sorted(found[DOMAIN].texts) == sorted(many)
    assert judge(SETUP, found)[0].standing is Standing.GOOD


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.SILENT, "no answer in time"),
        (Fault.SERVFAIL, "SERVFAIL"),
        (Fault.REFUSED, "REFUSED"),
        (Fault.GARBAGE, ""),
        (Fault.ANOTHER_QUESTION, ""),
        (Fault.TRUNCATED_NO_TCP, ""),
        (Fault.LOOP, ""),
    ],
)
@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        (DOMAIN, "mail.spf"),
        ("_spf.relay.city", "mail.spf"),
        (f"desk._domainkey.{DOMAIN}", "mail.dkim"),
        (f"_dmarc.{DOMAIN}", "mail.dmarc"),
    ],
)
def test_what_dns_does_not_say_is_neither_passed_nor_called_missing(fault: Fault, words: str, name: str, verdict: str) -> None:
    with name_server(HEALTHY, faults={name: fault}) as server:
        found = {each.name: each for each in judge(SETUP, client(server).look_up(SETUP))}

    assert found[verdict].standing is Standing.UNKNOWN
    assert words in found[verdict].message
    # The other records were heard, and the sum is not better than its parts.
    assert {each.standing for each in found.values() if each.name not in {verdict, "mail.bulk_rules"}} == {Standing.GOOD}
    assert found["mail.bulk_rules"].standing is Standing.UNKNOWN


def test_a_network_without_dns_costs_no_more_than_the_limit() -> None:
    with name_server({}, faults=dict.fromkeys(HEALTHY, Fault.SILENT)) as server:
        began = time.monotonic()
        found = standings(client(server, one=0.3, all_=0.5))
        took = time.monotonic() - began

    assert set(found.values()) == {Standing.UNKNOWN}
    assert took < 1.5


def test_a_port_where_nobody_listens_is_unknown() -> None:
    with name_server({}) as server:
        pass

    assert set(standings(client(server, all_=0.5)).values()) == {Standing.UNKNOWN}


def test_includes_without_end_are_followed_only_as_far_as_the_limit() -> None:
    chain = {f"n{number}.city": (b"v=spf1 include:n%d.city -all" % (number + 1),) for number in range(100)}

    with name_server(HEALTHY | chain | {DOMAIN: (b"v=spf1 include:n0.city -all",)}) as server:
        found = standings(client(server))

    assert found["mail.spf"] is Standing.POOR
    assert sum(name.startswith("n") for name in server.asked) == LOOKUP_LIMIT


def test_a_record_that_includes_itself_is_asked_once() -> None:
    with name_server(HEALTHY | {DOMAIN: (b"v=spf1 include:%s -all" % DOMAIN.encode(),)}) as server:
        assert standings(client(server))["mail.spf"] is Standing.POOR

    assert server.asked.count(DOMAIN) == 1


def test_names_too_long_for_dns_are_unheard_or_left_alone_and_end_nothing() -> None:
    label = b"a" * 64
    record = b"v=spf1 include:%s.city include:%s -all" % (label, b".".join([b"a" * 60] * 5))

    with name_server(HEALTHY | {DOMAIN: (record,)}) as server:
        found = standings(client(server))

    assert found["mail.spf"] is not Standing.GOOD


@pytest.mark.parametrize("domain", ["", "localhost", "campaign.example", "example.org", "desk.test", "desk.invalid", "192.0.2.1"])
def test_reserved_names_are_not_asked(domain: str) -> None:
    with name_server({}) as server:
        assert client(server).look_up(replace(SETUP, domain=domain, bounce_domain=domain)) == {}

    assert server.asked == []


@settings(max_examples=20)
@given(texts=st.lists(st.binary(max_size=900), min_size=1, max_size=4, unique=True))
def test_any_bytes_come_through_the_wire_as_they_are(texts: list[bytes]) -> None:
    with name_server(HEALTHY | {DOMAIN: tuple(texts)}) as server:
        found = client(server).look_up(SETUP)

    assert sorted(found[DOMAIN].texts) == sorted(texts)
    assert len(judge(SETUP, found)) == 4


# What the settings come to


def made(**environ: str) -> Settings:
    return load_settings(environ={f"DISTRIBUTOR_{name}": value for name, value in environ.items()}, cwd=Path("/nonexistent"))


def test_sendgrid_is_looked_for_under_its_own_selectors_at_the_domain_and_above() -> None:
    setup = mail_setup(made(SENDER__EMAIL="desk@News.Harbour.City", SENDGRID__API_KEY="SG.x"))

    assert setup.signing is not None
    assert setup.domain == "news.harbour.city"
    assert setup.signing.names == (
        "s1._domainkey.news.harbour.city", "s2._domainkey.news.harbour.city",
        "s1._domainkey.harbour.city", "s2._domainkey.harbour.city",
    )  # fmt: skip
    assert setup.has_own_bounce_domain


def test_a_mail_server_is_looked_for_under_the_key_and_the_bounce_address_of_the_settings() -> None:
    setup = mail_setup(
        made(
            SENDER__EMAIL="desk@bücher.city",
            SMTP__URL="smtp://127.0.0.1:25",
            SMTP__BOUNCE_ADDRESS="returned@bounce.city",
            SMTP__DKIM_KEY=PEM.decode(),
            SMTP__DKIM_SELECTOR="Desk",
        )
    )

    assert setup.signing is not None
    assert setup.signing.names == ("desk._domainkey.xn--bcher-kva.city",)
    assert setup.signing.public_key == public_half(PEM)
    assert (setup.bounce_domain, setup.has_own_bounce_domain) == ("bounce.city", False)


def test_nothing_set_up_is_nothing_asked() -> None:
    setup = mail_setup(made())

    assert (setup.domain, setup.signing) == ("", None)


@pytest.mark.parametrize("pem", [b"", b"no key", PEM[:200], b"\xff\x00"])
def test_a_key_that_cannot_be_read_has_no_public_half(pem: bytes) -> None:
    assert public_half(pem) == b""
