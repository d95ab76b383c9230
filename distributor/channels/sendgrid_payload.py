"""Build the body of SendGrid's Mail Send (pure).

A body is `{"personalizations":[…],` and the frame without its first brace, so that a batch is put together at the lift by joining
bytes. Limits: PROVIDERS.md §1.1 (tsg_mail_v3.yaml of twilio/sendgrid-oai, Twilio's Mail Send pages, read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from html import escape
from operator import itemgetter
from typing import Final

import orjson

from distributor.core.audience import Recipient
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId
from distributor.core.links import RecipientLinks
from distributor.core.message import EmailMaster, Slot, html_token, text_token
from distributor.ports import LinkMaker

#: The custom argument by which events find their delivery. Prefixed, because names of event fields are overwritten in events.
DELIVERY_ARGUMENT: Final = "pr_delivery"
#: Names an alarm that is mailed to staff among the provider's own records; it is nobody's delivery.
ALERT_ARGUMENT: Final = "pr_alert"
#: What SendGrid takes in one request.
MOST_RECIPIENTS: Final = 1000

#: Printable ASCII that means the same in JSON, in HTML and in plain text: no quotation mark, backslash, &, <, > or space.
_IS_PLAIN: Final = re.compile(r"[!#-%(-;=?-\[\]-~]*").fullmatch
#: What may stand between < and > in a header.
_IS_HEADER_LINK: Final = re.compile(r"[!-;=?-~]*").fullmatch
_IS_OUR_ID: Final = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_IS_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?").fullmatch

#: Where each slot's value stands among a recipient's values: (for HTML, for plain text). See `_values`.
_PLACES: Final = {Slot.ADDRESS: (1, 2), Slot.UNSUBSCRIBE_URL: (3, 4), Slot.VIEW_URL: (5, 6)}
_EMAIL, _LEAVE, _MESSAGE_ID, _INDEX = 0, 7, 8, 9


def build_frame(master: EmailMaster) -> bytes:
    """Return everything of the body but the personalizations, as a JSON object.

    Raises:
        BadInput: an address of the sender holds letters beyond ASCII, which SendGrid does not take.
    """
    sender = master.sender
    frame: dict[str, object] = {
        "from": {"email": _ascii(sender.email, "sender.email"), **({"name": sender.name} if sender.name else {})},
        "subject": master.subject,
        # Plain text first: SendGrid refuses any other order (RFC 2046 §5.1.4).
        "content": [{"type": "text/plain", "value": master.text}, {"type": "text/html", "value": master.html}],
        # Tracking rewrites links, inflates the message and tells on readers. Set in every request, since an account's
        # own setting would win over silence. Left out on purpose: mail_settings (a bypass of suppressions is never wanted).
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    if sender.reply_to:
        frame["reply_to"] = {"email": _ascii(sender.reply_to, "sender.reply_to")}
    return orjson.dumps(frame)


def build_personalizations(
    *,
    dispatch: DispatchId,
    master: EmailMaster,
    recipients: Sequence[Recipient],
    links: LinkMaker,
    sender_domain: str,
    is_international: bool = False,
) -> bytes:
    """Return the personalizations, joined by commas, in the order given; at most 1,000.

    This runs a million times before a big lift, so that one shape is made per batch and filled per recipient. Values that need
    no escaping anywhere, which is nearly all of them, are put in as they are. A mail server is given the same, message by message
    (channels.smtp_message); `is_international` is for one that may take addresses beyond ASCII (SMTPUTF8, RFC 6531).

    Raises:
        BadInput: an address or a link holds letters beyond ASCII: SendGrid takes none in an address, no header in a link.
        ValueError: more recipients than a request can have, or an id or a domain that is not ours.
    """
    if len(recipients) > MOST_RECIPIENTS:
        raise ValueError(f"a request has at most {MOST_RECIPIENTS} recipients")
    fill = _filler(dispatch, master, sender_domain, is_international)
    return ",".join([fill(recipient, links(recipient)) for recipient in recipients]).encode("utf-8")


def must_be_domain(domain: str) -> str:
    """Return the domain unchanged if it can stand in a Message-ID.

    Raises:
        ValueError: it is empty, or holds anything but letters, digits, dots and hyphens of ASCII.
    """
    if not _IS_DOMAIN(domain):
        raise ValueError("a sender's domain is written in ASCII (xn--… for others)")
    return domain


def message_id(dispatch: DispatchId, index: int) -> str:
    """Return the left part of the delivery's Message-ID: the same at every try, so that many mailboxes fold a double into one."""
    return blake2b(b"%b.%d" % (dispatch.encode("ascii"), index), digest_size=_MESSAGE_ID_BYTES).hexdigest()


def drop(staged: bytes, positions: frozenset[int]) -> bytes:
    """Return the staged personalizations without those at the positions (from 0); empty when nobody is left."""
    everyone = orjson.loads(b"[" + staged + b"]")
    return b",".join([orjson.dumps(one) for at, one in enumerate(everyone) if at not in positions])


def assemble(frame: bytes, staged: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the body of one request in three pieces: joined they would be copied, and a thousand recipients take a megabyte."""
    return b'{"personalizations":[', staged, b"]," + frame[1:]


_MESSAGE_ID_BYTES: Final = 15
_Fill = Callable[[Recipient, RecipientLinks], str]


def _filler(dispatch: DispatchId, master: EmailMaster, sender_domain: str, is_international: bool) -> _Fill:
    """Return what makes one recipient's personalization."""
    if not _IS_OUR_ID(dispatch):
        raise ValueError("a dispatch's id is made of ASCII letters and digits")
    template, places = _shape(dispatch, master, must_be_domain(sender_domain))
    seed = blake2b(f"{dispatch}.".encode("ascii"), digest_size=_MESSAGE_ID_BYTES)
    pick = itemgetter(*places)

    def fill(recipient: Recipient, links: RecipientLinks) -> str:
        digest = seed.copy()
        digest.update(b"%d" % recipient.index)
        filled: str = template % pick(_values(recipient, links, digest.hexdigest(), is_international))
        return filled

    return fill


def _shape(dispatch: DispatchId, master: EmailMaster, sender_domain: str) -> tuple[str, Sequence[int]]:
    """Return the personalization with a %s for each value, and which values they are. Tokens that nobody uses are left out."""
    tokens = [
        (token, place)
        for slot, places in _PLACES.items()
        for token, place in zip((html_token(slot), text_token(slot)), places, strict=True)
        if any(token in text for text in (master.html, master.text, master.subject))
    ]
    substitutions = ",".join(f'"{token.replace("%", "%%")}":"%s"' for token, _ in tokens)
    # Header values are per recipient, since SendGrid substitutes nothing in headers (PROVIDERS.md §1.1).
    template = (
        '{"to":[{"email":"%s"}],'
        f'"substitutions":{{{substitutions}}},'
        '"headers":{"List-Unsubscribe":"%s","List-Unsubscribe-Post":"List-Unsubscribe=One-Click",'
        f'"List-Id":"<releases.{sender_domain}>","Message-ID":"<%s@{sender_domain}>"}},'
        f'"custom_args":{{"{DELIVERY_ARGUMENT}":"{dispatch}.%d"}}}}'
    )
    return template, (_EMAIL, *(place for _, place in tokens), _LEAVE, _MESSAGE_ID, _INDEX)


def _values(recipient: Recipient, links: RecipientLinks, message_id: str, is_international: bool) -> tuple[str | int, ...]:
    """Return the values in the order of `_PLACES`, each as it stands between the quotation marks of JSON."""
    address, unsubscribe, view, mailto = recipient.address, links.unsubscribe_url, links.view_url, links.unsubscribe_mailto
    if not _IS_PLAIN(address + unsubscribe + view + mailto):
        return _escaped(recipient, links, message_id, is_international)
    leave = f"<{unsubscribe}>, <{mailto}>" if mailto else f"<{unsubscribe}>"
    return (address, address, address, unsubscribe, unsubscribe, view, view, leave, message_id, recipient.index)


def _escaped(recipient: Recipient, links: RecipientLinks, message_id: str, is_international: bool) -> tuple[str | int, ...]:
    where = f"recipient {recipient.index}"
    if not _IS_HEADER_LINK(links.unsubscribe_url + links.unsubscribe_mailto):
        raise BadInput("A link cannot stand in a header.", where=where, remedy="Write the public address in ASCII.")
    address, view = recipient.address if is_international else _ascii(recipient.address, where), _ascii(links.view_url, where)
    leave = ", ".join(f"<{link}>" for link in (links.unsubscribe_url, links.unsubscribe_mailto) if link)
    twice = (_quoted(made) for text in (address, links.unsubscribe_url, view) for made in (escape(text), text))
    return (_quoted(address), *twice, _quoted(leave), message_id, recipient.index)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode("utf-8")[1:-1]


def _ascii(text: str, where: str) -> str:
    if not text.isascii():
        raise BadInput(
            "SendGrid takes no letters beyond ASCII here.",
            where=where,
            remedy="Write the domain as xn--…, or leave this one out.",
        )
    return text
