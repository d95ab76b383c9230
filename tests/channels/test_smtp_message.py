"""The messages of an SMTP batch, as bytes: what every reader's program must be able to take apart again."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parsedate_to_datetime

import dkim
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.channels.sendgrid_payload import build_personalizations
from distributor.channels.smtp_dkim import Signer
from distributor.channels.smtp_message import Letter, build_frame, letters, read_frame
from distributor.core.audience import Recipient
from distributor.core.errors import BadInput, ConfigurationError
from distributor.core.message import EmailMaster, Sender, Slot, filled, html_token, text_token
from tests.channels.material import DISPATCH, EMAIL, LIFT, LINKS, people, person


def staged(master: EmailMaster, *recipients: Recipient) -> bytes:
    """Return the batch as both ways out stage it."""
    return build_personalizations(
        dispatch=DISPATCH, master=master, recipients=recipients, links=LINKS, sender_domain="example.org", is_international=True
    )


def letter(master: EmailMaster = EMAIL, recipient: Recipient | None = None) -> Letter:
    """Return the message for one."""
    (made,) = letters(read_frame(build_frame(master)), staged(master, recipient or person()), date=LIFT)
    return made


def read(message: Letter) -> EmailMessage:
    """Return the message as a mail program reads it."""
    found = email.message_from_bytes(message.content, policy=SMTPUTF8)
    assert not found.defects
    return found


def body(message: EmailMessage, kind: str) -> str:
    """Return one of the two bodies."""
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def as_sent(master: EmailMaster, recipient: Recipient) -> EmailMaster:
    """Return the master with everything filled in."""
    links = LINKS(recipient)
    return filled(
        master,
        {Slot.UNSUBSCRIBE_URL: links.unsubscribe_url, Slot.VIEW_URL: links.view_url, Slot.ADDRESS: recipient.address},
    )


def test_both_bodies_say_what_was_approved_with_the_recipients_own_values() -> None:
    found, wanted = read(letter()), as_sent(EMAIL, person())

    assert body(found, "plain").rstrip("\n") == wanted.text
    assert body(found, "html").rstrip("\n") == wanted.html


def test_headers_are_those_that_sendgrid_is_given() -> None:
    """Two ways out, one message: nobody loses the link to leave because the way was another."""
    found = read(letter())
    (given_to_sendgrid,) = orjson.loads(b"[" + staged(EMAIL, person()) + b"]")

    for name, value in given_to_sendgrid["headers"].items():
        assert " ".join(str(found[name]).split()) == value
    assert found["To"] == person().address
    assert found["From"] == "Harbour desk <press@example.org>"
    assert found["Reply-To"] == "desk@example.org"
    assert found["Subject"] == EMAIL.subject
    assert parsedate_to_datetime(found["Date"]) == LIFT


def test_every_header_stands_once() -> None:
    """Mail servers throw away messages with two of them (RFC 5322 §3.6)."""
    names = [name.lower() for name in read(letter()).keys()]  # noqa: SIM118 - a message is no dict: it keeps doubles

    assert sorted(set(names)) == sorted(names)
    assert "bcc" not in names
    assert "return-path" not in names


def test_the_message_id_is_the_deliverys_own_at_every_try() -> None:
    first, second = (letter(recipient=person(4)) for _ in range(2))

    assert first.message_id == second.message_id == read(first)["Message-ID"]
    assert letter(recipient=person(5)).message_id != first.message_id


def test_a_later_try_differs_in_its_date_only() -> None:
    frame, batch = read_frame(build_frame(EMAIL)), staged(EMAIL, person())
    (now,), (later,) = (letters(frame, batch, date=LIFT + timedelta(minutes=at)) for at in (0, 3))

    differing = [
        pair for pair in zip(now.content.split(b"\r\n"), later.content.split(b"\r\n"), strict=True) if len(set(pair)) > 1
    ]
    assert [line[:5] for pair in differing for line in pair] == [b"Date:", b"Date:"]


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Фериботът към островите тръгва отново", "Пресслужба „Пристан“"),
        ("العبّارة تبحر من جديد", "مكتب"),
        ("A" * 300, 'Harbour, desk; (all) of "it"'),
        ("渡轮" * 200, ""),
        ("A " * 500, "x" * 200),
    ],
    ids=["Bulgarian", "Arabic", "one long word", "long Chinese", "very long"],
)
def test_any_script_fits_into_headers_of_ascii(subject: str, name: str) -> None:
    master = replace(EMAIL, subject=subject, sender=replace(EMAIL.sender, name=name))
    made = letter(master)

    head = made.content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998
    found = read(made)
    assert found["Subject"].split() == subject.split()
    assert found["From"].addresses[0].display_name == name
    assert found["From"].addresses[0].addr_spec == "press@example.org"


TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), st.sampled_from(list("=. \t\n%-é渡"))),
    max_size=400,
)
_TOKENS = [make(slot) for slot in Slot for make in (html_token, text_token)]


@given(pieces=st.lists(st.one_of(TEXTS, st.sampled_from(_TOKENS)), max_size=8))
@example(pieces=["."])
@example(pieces=["x" * 76, _TOKENS[0], "y" * 75, _TOKENS[1]])
@example(pieces=["ends with a space ", _TOKENS[2], " begins with one"])
@example(pieces=["\n.\n..\n", _TOKENS[0], "\n"])
@example(pieces=["From here\nFrom there"])
@example(pieces=[_TOKENS[0], _TOKENS[0], _TOKENS[5]])
@example(pieces=["=_", "--=_0\n"])
@example(pieces=["é" * 25 + "=" * 30, _TOKENS[1]])
def test_whatever_a_master_says_arrives_in_lines_that_every_server_takes(pieces: list[str]) -> None:
    text = "".join(pieces)
    master = replace(EMAIL, text=text.replace("-h%%", "-t%%"), html=f"<p>{text.replace('-t%%', '-h%%')}</p>")

    made = letter(master)

    assert all(len(line) <= 78 for line in made.content.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", made.content)
    assert made.content.isascii()
    found, wanted = read(made), as_sent(master, person())
    # A reader cannot see whether the last line had an end; Unicode's own line breaks are text like any other.
    assert body(found, "plain").rstrip("\n") == wanted.text.rstrip("\n")
    assert body(found, "html").rstrip("\n") == wanted.html.rstrip("\n")


@given(batch=st.binary(max_size=60))
@example(batch=b'{"to":[]}')
@example(batch=b'{"to":[{"email":"a@b.example"},{"email":"c@d.example"}],"headers":{},"substitutions":{}}')
@example(batch=b'{"to":[{"email":"a@b.example, c@d.example"}],"headers":{"Message-ID":"<1@x>"},"substitutions":{}}')
@example(batch=b'{"to":[{"email":"a@b.example"}],"headers":{"Message-ID":"<1@x>\\r\\nBcc: c@d.example"},"substitutions":{}}')
def test_what_this_channel_did_not_stage_is_refused(batch: bytes) -> None:
    frame = read_frame(build_frame(EMAIL))

    try:
        made = list(letters(frame, batch, date=LIFT))
    except ValueError:
        return
    assert made == []


@pytest.mark.parametrize("frame", [b"", b"{}", b'{"from":{}}', b"Subject: x\r\n\r\n", b"Return-Path: <a@b>\r\nSubject: x"])
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(ValueError, match="not prepared for a mail server"):
        read_frame(frame)


def test_bounces_go_where_the_settings_say() -> None:
    assert read_frame(build_frame(EMAIL)).envelope_sender == "press@example.org"
    assert read_frame(build_frame(EMAIL, bounce_address="bounces@example.org")).envelope_sender == "bounces@example.org"
    assert build_frame(EMAIL, bounce_address="bounces@example.org") != build_frame(EMAIL)


@pytest.mark.parametrize(
    "sender", [Sender(email="жора@example.org", name=""), Sender(email="a@b.example", name="", reply_to="ж@b.example")]
)
def test_a_sender_beyond_ascii_is_refused_by_name(sender: Sender) -> None:
    with pytest.raises(BadInput, match="sender"):
        build_frame(replace(EMAIL, sender=sender))


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    made = letter(recipient=person(address="жора@paper.example"))

    assert made.is_international
    assert "To: жора@paper.example\r\n".encode() in made.content
    assert "жора@paper.example" in body(read(made), "html")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """A DKIM key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey) -> bytes:
    """The key as `openssl genrsa` writes it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def test_a_signature_holds_until_a_byte_is_changed(key: rsa.RSAPrivateKey, pem: bytes) -> None:
    signer = Signer(domain="example.org", selector="press", key=pem)
    made = letter()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    asked = list[bytes]()

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    signed = made.signed(signer.header_of(made.content)).content

    assert dkim.verify(signed, dnsfunc=look_up)
    assert asked == [b"press._domainkey.example.org."]
    for before, after in [(b"Ferry to", b"Fairy to"), (b"unsubscribe/", b"unsubscribe?"), (b"To: reporter0", b"To: reporter1")]:
        assert before in signed
        assert not dkim.verify(signed.replace(before, after), dnsfunc=look_up)
    assert not dkim.verify(signed.replace(b"Date:", b"From: other@example.org\r\nDate:"), dnsfunc=look_up)


def test_what_one_click_unsubscribing_wants_signed_is_signed(pem: bytes) -> None:
    """RFC 8058 §4: else a mailbox provider shows no button."""
    header = Signer(domain="example.org", selector="press", key=pem).header_of(letter().content)

    (names,) = re.findall(rb"\bh=([^;]*);", header)
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"message-id"} <= set(re.split(rb"[\s:]+", names.lower()))


@pytest.mark.parametrize("key_", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_cannot_sign_stops_the_start(key_: bytes) -> None:
    with pytest.raises(ConfigurationError, match="dkim"):
        Signer(domain="example.org", selector="press", key=key_)


@pytest.mark.parametrize(
    ("selector", "domain"), [("", "example.org"), ("press", ""), ("press", "пресса.example"), ("a b", "c.d")]
)
def test_names_that_no_record_can_have_stop_the_start(pem: bytes, selector: str, domain: str) -> None:
    with pytest.raises(ConfigurationError, match="dkim"):
        Signer(domain=domain, selector=selector, key=pem)


def test_a_thousand_messages_are_made_in_a_moment() -> None:
    batch = staged(EMAIL, *people(1000))

    assert sum(1 for _ in letters(read_frame(build_frame(EMAIL)), batch, date=LIFT)) == 1000
