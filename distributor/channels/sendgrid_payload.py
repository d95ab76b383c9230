"""Build the body of SendGrid's Mail Send (pure). Limits: PROVIDERS.md §1.1 (tsg_mail_v3.yaml, Twilio's pages of mid-2026)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape

import orjson

from distributor.core.audience import Recipient
from distributor.core.ids import DispatchId
from distributor.core.links import RecipientLinks
from distributor.core.message import EmailMaster, Slot, html_token, text_token
from distributor.ports import LinkMaker

#: The custom argument by which events find their delivery. Prefixed, because names of event fields are overwritten in events.
DELIVERY_ARGUMENT = "pr_delivery"


def build_frame(master: EmailMaster) -> bytes:
    """Return everything of the body but the personalizations, as a JSON object."""
    sender = master.sender
    frame: dict[str, object] = {
        "from": {"email": sender.email, **({"name": sender.name} if sender.name else {})},
        "subject": master.subject,
        # Plain text first: SendGrid refuses any other order (RFC 2046 §5.1.4).
        "content": [{"type": "text/plain", "value": master.text}, {"type": "text/html", "value": master.html}],
        # Tracking rewrites links, inflates the message and tells on readers. Set in every request, since an account's
        # own setting would win over silence.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    if sender.reply_to:
        frame["reply_to"] = {"email": sender.reply_to}
    return orjson.dumps(frame)


def build_personalizations(
    *, dispatch: DispatchId, master: EmailMaster, recipients: Sequence[Recipient], links: LinkMaker, sender_domain: str
) -> bytes:
    """Return the personalizations, joined by commas, in the order given.

    One formatted string per recipient, because this runs a million times before a big lift. Whatever could need escaping is
    escaped by orjson; the rest is made by us of plain letters.
    """
    slots = [slot for slot in Slot if html_token(slot) in master.html or text_token(slot) in master.text]
    template = _template(dispatch, slots, sender_domain)
    return b",".join(_personalization(template, dispatch, slots, recipient, links(recipient)) for recipient in recipients)


def _template(dispatch: DispatchId, slots: Sequence[Slot], sender_domain: str) -> bytes:
    """Return the personalization with a %b for each value, in the order in which `_personalization` gives them."""
    substitutions = ",".join(f'"{token}":%b' for slot in slots for token in (html_token(slot), text_token(slot)))
    shape = (
        '{"to":[{"email":%b}],'
        f'"substitutions":{{{substitutions.replace("%%", "%%%%")}}},'
        '"headers":{"List-Unsubscribe":%b,"List-Unsubscribe-Post":"List-Unsubscribe=One-Click",'
        f'"List-Id":"<releases.{sender_domain}>","Message-ID":"<%b@{sender_domain}>"}},'
        f'"custom_args":{{"{DELIVERY_ARGUMENT}":"{dispatch}.%d"}}}}'
    )
    return shape.encode("ascii")


def _personalization(
    template: bytes, dispatch: DispatchId, slots: Sequence[Slot], recipient: Recipient, links: RecipientLinks
) -> bytes:
    values = {
        Slot.UNSUBSCRIBE_URL: links.unsubscribe_url,
        Slot.VIEW_URL: links.view_url,
        Slot.ADDRESS: recipient.address,
    }
    substitutions = [orjson.dumps(text) for slot in slots for text in (escape(values[slot]), values[slot])]
    leave = f"<{links.unsubscribe_url}>"
    if links.unsubscribe_mailto:
        leave += f", <{links.unsubscribe_mailto}>"
    return template % (
        orjson.dumps(recipient.address),
        *substitutions,
        orjson.dumps(leave),
        message_id(dispatch, recipient.index),
        recipient.index,
    )


def message_id(dispatch: DispatchId, index: int) -> bytes:
    """Return the left part of the delivery's Message-ID: the same at every try, so that many mailboxes fold a double into one."""
    return hashlib.blake2b(f"{dispatch}.{index}".encode(), digest_size=15).hexdigest().encode("ascii")


def drop(staged: bytes, positions: frozenset[int]) -> bytes:
    """Return the staged personalizations without those at the positions; empty when nobody is left."""
    everyone = orjson.loads(b"[" + staged + b"]")
    return b",".join(orjson.dumps(one) for at, one in enumerate(everyone) if at not in positions)


def assemble(frame: bytes, staged: bytes) -> bytes:
    """Return the whole body of one request."""
    return b'{"personalizations":[' + staged + b"]," + frame[1:]
