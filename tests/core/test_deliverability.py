"""What DNS said about a sender's domain, judged."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.deliverability import MailSetup, judge, names_to_ask, why_not_asked
from distributor.core.dkim_key import Signing, judge_dkim
from distributor.core.dmarc import dmarc_domains, is_aligned, judge_dmarc, organisation_of, policy_word
from distributor.core.mail_record import Answer, Answers, Standing, Verdict
from distributor.core.spf import LOOKUP_LIMIT, judge_spf, spf_targets

DOMAIN = "press.harbour.city"
GOOD_SPF = "v=spf1 include:_spf.relay.city ip4:192.0.2.0/24 -all"
NO_ANSWER = Answer(unheard="no answer in time")


def _public_key(key: rsa.RSAPublicKey, form: serialization.PublicFormat) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, form)


_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the least that receivers take
#: One bit less than receivers take; nobody can sign with it, and only its length is looked at.
_WEAK = rsa.RSAPublicNumbers(e=65537, n=2**1022 + 1).public_key()
OURS = _public_key(_KEY.public_key(), serialization.PublicFormat.SubjectPublicKeyInfo)
SIGNING = Signing(selectors=("desk",), domains=(DOMAIN,), public_key=OURS)


def key_record(der: bytes = OURS, before: str = "v=DKIM1; k=rsa; ") -> str:
    return f"{before}p={base64.b64encode(der).decode('ascii')}"


def said(records: Mapping[str, str | tuple[str, ...] | Answer]) -> dict[str, Answer]:
    """Return answers of a DNS that holds these texts."""
    return {
        name: texts
        if isinstance(texts, Answer)
        else Answer(texts=tuple(text.encode() for text in ((texts,) if isinstance(texts, str) else texts)))
        for name, texts in records.items()
    }


HEALTHY: dict[str, str | tuple[str, ...] | Answer] = {
    DOMAIN: ("some-verification=7", GOOD_SPF),
    "_spf.relay.city": "v=spf1 ip4:198.51.100.0/24 ~all",
    f"desk._domainkey.{DOMAIN}": key_record(),
    f"_dmarc.{DOMAIN}": Answer(),
    "_dmarc.harbour.city": "v=DMARC1; p=reject; rua=mailto:dmarc@harbour.city",
    "_dmarc.city": Answer(),
}
SETUP = MailSetup(
    domain=DOMAIN,
    bounce_domain=DOMAIN,
    signing=SIGNING,
    has_own_bounce_domain=False,
    public_url="https://news.harbour.city",
    has_postal_address=True,
)


def verdicts(setup: MailSetup, answers: Answers) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in judge(setup, answers)}


def standings(setup: MailSetup, answers: Answers) -> dict[str, Standing]:
    return {verdict.name.removeprefix("mail."): verdict.standing for verdict in judge(setup, answers)}


# The whole


def test_a_domain_with_all_its_records_is_good() -> None:
    assert standings(SETUP, said(HEALTHY)) == dict.fromkeys(("spf", "dkim", "dmarc", "bulk_rules"), Standing.GOOD)


def test_what_neither_dns_nor_settings_show_is_named() -> None:
    assert "reverse name" in verdicts(SETUP, said(HEALTHY))["mail.bulk_rules"].message


def test_dns_that_does_not_answer_is_neither_good_nor_poor() -> None:
    silent = dict.fromkeys((*names_to_ask(SETUP), DOMAIN), NO_ANSWER)

    found = judge(SETUP, silent)

    assert {verdict.standing for verdict in found} == {Standing.UNKNOWN}
    assert all("could not be looked up" in verdict.message or "not known" in verdict.message for verdict in found)


def test_names_that_were_never_asked_are_not_taken_for_absent() -> None:
    assert set(standings(SETUP, {}).values()) == {Standing.UNKNOWN}


@pytest.mark.parametrize("name", [*HEALTHY])
def test_one_name_that_does_not_answer_never_makes_a_verdict_better(name: str) -> None:
    found = standings(SETUP, said(HEALTHY) | {name: NO_ANSWER})

    assert Standing.POOR not in found.values()
    # The walk ends at the first record, so what lies above it is nobody's concern.
    assert (Standing.UNKNOWN in found.values()) is (name != "_dmarc.city")


def test_broken_rules_are_listed_one_by_one() -> None:
    setup = replace(SETUP, public_url="http://127.0.0.1:8080", has_postal_address=False)

    message = verdicts(setup, said(dict.fromkeys((*HEALTHY, *names_to_ask(setup)), Answer())))["mail.bulk_rules"].message

    for words in ("SPF is missing", "DKIM", "DMARC is missing", "https://", "postal"):
        assert words in message


def test_a_missing_signature_is_worse_where_the_own_policy_is_strict() -> None:
    unsigned = said(HEALTHY | {f"desk._domainkey.{DOMAIN}": Answer()})

    assert "own DMARC record asks to refuse" in verdicts(SETUP, unsigned)["mail.bulk_rules"].message
    lenient = unsigned | said({"_dmarc.harbour.city": "v=DMARC1; p=none"})
    assert "own DMARC record asks to refuse" not in verdicts(SETUP, lenient)["mail.bulk_rules"].message


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.com", "aol.com"])
def test_a_freemail_sender_is_told_to_use_a_domain_of_their_own(domain: str) -> None:
    found = verdicts(replace(SETUP, domain=domain), {})["mail.bulk_rules"]

    assert found.standing is Standing.POOR
    assert f"From is at {domain}" in found.message


def test_no_spf_of_ours_breaks_no_rule_where_the_provider_has_its_own_bounce_domain() -> None:
    answers = said(HEALTHY | {DOMAIN: Answer()})
    through_provider = replace(SETUP, has_own_bounce_domain=True)

    assert standings(SETUP, answers)["bulk_rules"] is Standing.POOR
    assert standings(through_provider, answers)["bulk_rules"] is Standing.GOOD
    assert "em…" in verdicts(through_provider, answers)["mail.spf"].message


@pytest.mark.parametrize(
    ("domain", "why"),
    [
        ("", "no sender address"),
        ("localhost", "no name in the public DNS"),
        ("desk", "no name in the public DNS"),
        ("192.0.2.7", "no name in the public DNS"),
        ("[192.0.2.7]", "no name in the public DNS"),
        ("a..city", "no name in the public DNS"),
        ("campaign.example", "reserved"),
        ("press.example.org", "reserved"),
        ("example.com", "reserved"),
        ("desk.test", "reserved"),
        ("desk.invalid", "reserved"),
        ("mail.localhost", "reserved"),
    ],
)
def test_domains_that_nobody_can_mail_from_are_not_asked_and_not_passed(domain: str, why: str) -> None:
    setup = replace(SETUP, domain=domain, bounce_domain=domain)

    assert why in why_not_asked(setup)
    assert set(standings(setup, said(HEALTHY)).values()) == {Standing.NOT_ASKED, Standing.UNKNOWN}
    assert why in verdicts(setup, {})["mail.spf"].message


def test_no_way_for_email_asks_nothing() -> None:
    assert "no way for e-mail" in why_not_asked(replace(SETUP, signing=None))
    assert not why_not_asked(SETUP)


# SPF


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ((), "no SPF record"),
        (("v=spf10 -all", "spf2.0/pra -all", "hello"), "no SPF record"),
        ((GOOD_SPF, "v=spf1 -all"), "2 SPF records"),
        (("v=spf1 +all",), "lets everybody"),
        (("v=spf1 all",), "lets everybody"),
        (("v=spf1 include:open.city -all",), "lets everybody"),
        (("v=spf1 redirect=open.city",), "lets everybody"),
        (("v=spf1 include:gone.city -all",), "no SPF records"),
        (("v=spf1 include:twice.city -all",), "2 SPF records"),
        (("v=spf1 include:broken.city -all",), "Word 2 of the SPF record of broken.city"),
        (("v=spf1 mx ipv4:192.0.2.1 -all",), "Word 3"),
        (("v=spf1 include: -all",), "Word 2"),
        (("v=spf1 include -all",), "Word 2"),
        (("v=spf1 ip4:192.0.2.999 -all",), "Word 2"),
        (("v=spf1 ip6:192.0.2.1 -all",), "Word 2"),
        (("v=spf1 ip4 -all",), "Word 2"),
        (("v=spf1 -all:x",), "Word 2"),
        (("v=spf1 include:\x1b[31m.city -all",), "Word 2"),
        (("v=spf1 include:loop.city -all",), "more than 10"),
        (("v=spf1 a mx ptr exists:a.city a:b.city a:c.city mx:d.city a:e.city a:f.city a:g.city a:h.city -all",), "more than 10"),
    ],
)  # fmt: skip
def test_spf_that_receivers_cannot_use_is_poor(records: tuple[str, ...], words: str) -> None:
    answers = said({
        DOMAIN: records,
        "open.city": "v=spf1 +all",
        "gone.city": Answer(),
        "twice.city": ("v=spf1 -all", "v=spf1 -all"),
        "broken.city": "v=spf1 who -all",
        "loop.city": "v=spf1 include:loop.city -all",
    })  # fmt: skip

    found = judge_spf(DOMAIN, answers)

    assert found.standing is Standing.POOR
    assert words in found.message
    assert found.remedy
    assert found.message.isprintable()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=spf1 -all", "0 of 10 look-ups and refuses"),
        ("V=SPF1  MX  -ALL", "1 of 10 look-ups and refuses"),
        ("v=spf1 mx ~all", "doubts"),
        ("v=spf1 ?all", "says nothing"),
        ("v=spf1", "says nothing"),
        ("v=spf1 a/24 mx:mail.city/24//64 ip6:2001:db8::/32 exp=why.city -all", "2 of 10"),
        ("v=spf1 include:_spf.relay.city. -all", "2 of 10"),
        ("v=spf1 redirect=_spf.relay.city", "2 of 10"),
        ("v=spf1 exists:%{i}.%{d2}.relay.city include:%{d}.relay.city -all", "2 of 10"),
        # After `all` nothing is looked at.
        ("v=spf1 -all include:gone.city redirect=gone.city nonsense", "0 of 10"),
        # "Not theirs" of somebody who takes everybody is harmless.
        ("v=spf1 -include:open.city -all", "1 of 10"),
        ("v=spf1 a a a a a a a a a a -all", "10 of 10"),
    ],
)
def test_spf_that_receivers_can_use_is_good_and_counted(record: str, words: str) -> None:
    answers = said({DOMAIN: record, "_spf.relay.city": "v=spf1 a ~all", "open.city": "v=spf1 +all"})

    found = judge_spf(DOMAIN, answers)

    assert (found.standing, words in found.message) == (Standing.GOOD, True), found.message


def test_an_include_that_does_not_answer_leaves_the_record_unknown_unless_it_is_poor_anyway() -> None:
    hanging = said({DOMAIN: "v=spf1 include:slow.city -all", "slow.city": NO_ANSWER})
    costly = said({DOMAIN: "v=spf1 include:slow.city" + " mx" * LOOKUP_LIMIT + " -all", "slow.city": NO_ANSWER})

    assert judge_spf(DOMAIN, hanging).standing is Standing.UNKNOWN
    assert "slow.city" in judge_spf(DOMAIN, hanging).message
    assert judge_spf(DOMAIN, costly).standing is Standing.POOR


def test_only_names_that_can_be_asked_are_followed() -> None:
    record = b"v=spf1 include:A.city include:%{d}.b.city -include:c.city redirect=d.city"

    assert spf_targets(Answer(texts=(record,))) == ("a.city", "c.city", "d.city")
    assert spf_targets(Answer(texts=(record, record))) == ()


# DKIM


@pytest.mark.parametrize(
    "text",
    [
        key_record(),
        key_record(before=""),
        key_record(before="v=DKIM1;t=s;"),
        key_record(_public_key(_KEY.public_key(), serialization.PublicFormat.PKCS1)),
        key_record().replace("p=", "p= \t").replace("A", "A "),
    ],
)
def test_the_key_that_we_sign_with_is_good(text: str) -> None:
    answers = said({f"desk._domainkey.{DOMAIN}": text})

    assert judge_dkim(DOMAIN, SIGNING, answers).standing is Standing.GOOD


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM2; p=AAAA", "no DKIM key"),
        ("v=DKIM1; k=rsa", "no DKIM key"),
        ("v=spf1 -all", "no DKIM key"),
        (key_record() + "; p=AAAA", "no DKIM key"),
        (key_record(before="t=s:y; "), "tested"),
        ("p=not base64!", "not base64"),
        ("p=AAAA", "cannot be read"),
        (key_record(before="k=dsa; "), "cannot be read"),
        (key_record(_public_key(_WEAK, serialization.PublicFormat.SubjectPublicKeyInfo)), "1023 bits"),
        (
            key_record(
                _public_key(rsa.generate_private_key(65537, 1024).public_key(), serialization.PublicFormat.SubjectPublicKeyInfo)  # noqa: S505
            ),
            "not the one that we sign with",
        ),
        pytest.param(
            key_record(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw(), before="k=ed25519; "),
            "not the one that we sign with",
            id="another ed25519 key",
        ),
        ("k=ed25519; p=AAAA", "cannot be read"),
    ],
)
def test_a_key_that_receivers_cannot_use_is_poor(text: str, words: str) -> None:
    found = judge_dkim(DOMAIN, SIGNING, said({f"desk._domainkey.{DOMAIN}": text}))

    assert found.standing is Standing.POOR
    assert words in found.message


def test_any_one_of_a_providers_keys_is_enough_and_none_names_all_that_were_tried() -> None:
    signing = Signing(selectors=("s1", "s2"), domains=(DOMAIN, "harbour.city"))
    none = said(dict.fromkeys(signing.names, Answer()))

    assert judge_dkim(DOMAIN, signing, none).standing is Standing.POOR
    assert all(name in judge_dkim(DOMAIN, signing, none).message for name in signing.names)
    one = none | said({f"s2._domainkey.{DOMAIN}": key_record()})
    assert judge_dkim(DOMAIN, signing, one).standing is Standing.GOOD
    half = none | {f"s2._domainkey.{DOMAIN}": NO_ANSWER}
    assert judge_dkim(DOMAIN, signing, half).standing is Standing.UNKNOWN


def test_mail_that_we_do_not_sign_is_not_called_good() -> None:
    found = judge_dkim(DOMAIN, Signing(selectors=(), domains=(DOMAIN,)), {})

    assert found.standing is Standing.NOT_ASKED
    assert "dkim=pass" in found.remedy


def test_a_good_key_of_somebody_elses_domain_speaks_for_nobody() -> None:
    signing = Signing(selectors=("desk",), domains=("relay.city",))

    found = judge_dkim(DOMAIN, signing, said(HEALTHY | {"desk._domainkey.relay.city": key_record()}))

    assert found.standing is Standing.POOR
    assert "aligned" in found.message


# DMARC


def test_the_walk_asks_eight_names_at_most() -> None:
    assert dmarc_domains("a.b.c.d.e.f.g.h.i.j") == (
        "a.b.c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j", "e.f.g.h.i.j", "f.g.h.i.j", "g.h.i.j", "h.i.j", "i.j", "j",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("records", "standing", "words"),
    [
        ({}, Standing.POOR, "no DMARC record"),
        ({DOMAIN: "v=DMARC1; p=none"}, Standing.GOOD, "enough for Gmail"),
        ({DOMAIN: "v=DMARC1; p=quarantine"}, Standing.GOOD, "spam folder"),
        ({DOMAIN: "v = DMARC1 ;p= Reject "}, Standing.GOOD, "refused"),
        ({DOMAIN: "v=DMARC1"}, Standing.GOOD, "p=none"),
        ({DOMAIN: ("v=spf1 -all", "v=DMARC1; p=reject")}, Standing.GOOD, "refused"),
        ({DOMAIN: "v=DMARC1; p=maybe"}, Standing.POOR, "nobody knows"),
        ({DOMAIN: "v=DMARC1; p=none; p=reject"}, Standing.POOR, "cannot be read"),
        ({DOMAIN: "v=DMARC1; what"}, Standing.POOR, "cannot be read"),
        ({DOMAIN: ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, Standing.POOR, "2 DMARC records"),
        ({DOMAIN: "v=dmarc1; p=none"}, Standing.POOR, "no DMARC record"),
        ({DOMAIN: "p=none; v=DMARC1"}, Standing.POOR, "no DMARC record"),
        ({"harbour.city": "v=DMARC1; p=reject; sp=none"}, Standing.GOOD, "_dmarc.harbour.city asks for nothing"),
        ({"harbour.city": "v=DMARC1; p=none; sp=reject"}, Standing.GOOD, "_dmarc.harbour.city asks for forgeries"),
        ({"city": "v=DMARC1; p=reject; psd=y"}, Standing.GOOD, "_dmarc.city"),
    ],
)
def test_the_record_that_applies_is_found_and_explained(
    records: dict[str, str | tuple[str, ...]], standing: Standing, words: str
) -> None:
    answers = said(dict.fromkeys((f"_dmarc.{name}" for name in dmarc_domains(DOMAIN)), Answer()))
    answers |= said({f"_dmarc.{name}": texts for name, texts in records.items()})

    found = judge_dmarc(DOMAIN, answers)

    assert found.standing is standing
    assert words in found.message


def test_a_policy_for_the_domain_itself_is_not_that_for_names_below_it() -> None:
    answers = said({"_dmarc.harbour.city": "v=DMARC1; p=reject; sp=none"})

    assert policy_word("harbour.city", answers) == "reject"
    assert policy_word(DOMAIN, answers) == "none"
    assert policy_word("elsewhere.city", answers) == ""


@pytest.mark.parametrize(
    ("records", "organisation"),
    [
        ({}, "a.b.c.city"),
        ({"b.c.city": "v=DMARC1; p=none"}, "b.c.city"),
        ({"b.c.city": "v=DMARC1; p=none", "c.city": "v=DMARC1; p=none"}, "c.city"),
        ({"b.c.city": "v=DMARC1; p=none; psd=n", "c.city": "v=DMARC1; p=none"}, "b.c.city"),
        ({"a.b.c.city": "v=DMARC1; p=none; psd=n", "c.city": "v=DMARC1; p=none"}, "a.b.c.city"),
        ({"c.city": "v=DMARC1; p=none", "city": "v=DMARC1; p=none; psd=y"}, "c.city"),
        ({"c.city": "v=DMARC1; p=none; psd=y"}, "b.c.city"),
    ],
)
def test_the_organisation_is_what_the_records_say(records: dict[str, str], organisation: str) -> None:
    answers = said({f"_dmarc.{name}": text for name, text in records.items()})

    assert organisation_of("a.b.c.city", answers) == organisation


def test_alignment_is_by_organisation_unless_the_record_is_strict() -> None:
    relaxed = said({"_dmarc.harbour.city": "v=DMARC1; p=reject"})
    strict = said({"_dmarc.harbour.city": "v=DMARC1; p=reject; adkim=s"})

    assert is_aligned(DOMAIN, "harbour.city", relaxed)
    assert is_aligned(DOMAIN, "mail.harbour.city", relaxed)
    assert not is_aligned(DOMAIN, "notharbour.city", relaxed)
    assert not is_aligned(DOMAIN, "city", relaxed)
    assert not is_aligned(DOMAIN, "harbour.city", strict)
    assert is_aligned(DOMAIN, DOMAIN, strict)
    assert is_aligned(DOMAIN, "harbour.city", {})


# Whatever DNS holds

_WORDS = st.sampled_from([
    b"v=spf1", b"v=DMARC1", b"v=DKIM1", b" ", b";", b"=", b"p=", b"k=ed25519", b"p=none", b"psd=y", b"psd=n", b"t=y",
    b"-all", b"+all", b"include:", b"redirect=", DOMAIN.encode(), b"harbour.city", b"%{d}", b"ip4:", b"ip6:::/0",
    b"a", b"mx", b"\x00", b"\xff", OURS, base64.b64encode(OURS),
])  # fmt: skip
_TEXTS = st.one_of(st.binary(max_size=300), st.lists(_WORDS, max_size=12).map(b"".join))
_ANSWERS = st.one_of(
    st.just(NO_ANSWER), st.lists(_TEXTS, max_size=3).map(lambda texts: Answer(texts=tuple(texts)))
)  # fmt: skip


@given(
    answers=st.dictionaries(
        st.sampled_from([*HEALTHY, "harbour.city"]),
        _ANSWERS,
    )
)
def test_any_bytes_in_dns_give_four_verdicts_that_can_be_printed(answers: dict[str, Answer]) -> None:
    """DNS is other people's: a record must neither end `doctor` nor drive the terminal that it is shown on."""
    found = judge(SETUP, answers)

    assert [verdict.name for verdict in found] == ["mail.spf", "mail.dkim", "mail.dmarc", "mail.bulk_rules"]
    assert all(verdict.message.isprintable() and len(verdict.message) < 2000 for verdict in found)


@given(text=_TEXTS)
def test_silence_never_becomes_a_pass(text: bytes) -> None:
    answers = {name: Answer(texts=(text,), unheard="no answer in time") for name in (*names_to_ask(SETUP), DOMAIN)}

    assert Standing.GOOD not in standings(SETUP, answers).values()


def test_a_huge_record_is_judged_at_once() -> None:
    many = "v=spf1 " + " ".join(f"include:n{number}.city" for number in range(4000))
    answers = said(
        {DOMAIN: many, f"desk._domainkey.{DOMAIN}": "p=" + "A" * 60_000, f"_dmarc.{DOMAIN}": "v=DMARC1" + ";" * 60_000}
    )

    assert {verdict.standing for verdict in judge(SETUP, answers)} >= {Standing.POOR}
    assert all(len(verdict.message) < 1000 for verdict in judge(SETUP, answers))
