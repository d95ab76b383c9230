"""What SendGrid's Mail Send refuses, and in which words. Pure: a parsed body in, a checked one out.

Sources: the OpenAPI file of v3 Mail Send (twilio/sendgrid-oai) and twilio.com/docs/sendgrid/api-reference/mail-send/errors,
both read 2026-11-23. Where they disagree the stricter reading counts, so that what passes here passes there. One error is
reported per request, though the real one may list several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from distributor.sandbox.envelope_rules import (
    Envelope,
    check_address,
    check_envelope,
    check_headers,
    check_send_at,
    refuse,
    size_of_args,
)

Json = dict[str, object]

MAX_BODY_BYTES: Final = 30 * 1024 * 1024
MAX_PERSONALIZATIONS: Final = 1_000
MAX_RECIPIENTS: Final = 1_000
MAX_CATEGORIES: Final = 10
MAX_CATEGORY_CHARS: Final = 255
MAX_GROUPS: Final = 25
MAX_REPLY_TO: Final = 1_000
#: Fields of the message that must be of one JSON type when present.
_TYPES: Final[dict[str, type]] = {
    "personalizations": list,
    "from": dict,
    "reply_to": dict,
    "reply_to_list": list,
    "subject": str,
    "content": list,
    "attachments": list,
    "template_id": str,
    "headers": dict,
    "categories": list,
    "custom_args": dict,
    "send_at": int,
    "batch_id": str,
    "asm": dict,
    "ip_pool_name": str,
    "mail_settings": dict,
    "tracking_settings": dict,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSend:
    """A request that passed: what the sandbox keeps of it in memory."""

    subject: str
    #: One per personalization, in order.
    envelopes: tuple[Envelope, ...]
    categories: tuple[str, ...]
    #: True when the request asks to be validated only.
    is_rehearsal: bool


def check_send(body: object, *, now_s: float, sender_domains: tuple[str, ...]) -> CheckedSend:
    """Return what the request asks for.

    Raises:
        MailRefused: with the status, message and field that SendGrid would answer.
    """
    if not isinstance(body, dict):
        refuse_type()
    for name, wanted in _TYPES.items():
        if name in body and (not isinstance(body[name], wanted) or isinstance(body[name], bool)):
            refuse_type()
    domain = _check_from(body, sender_domains)
    _check_reply_to(body)
    _check_content(body)
    _check_attachments(body)
    _check_extras(body, now_s=now_s)
    return CheckedSend(
        subject=str(body.get("subject", "")),
        envelopes=_check_personalizations(body, now_s=now_s, domain=domain),
        categories=_check_categories(body),
        is_rehearsal=_is_rehearsal(body),
    )


def refuse_type() -> NoReturn:
    """Refuse as SendGrid does when a JSON type is wrong: without saying where (django-anymail, sendgrid backend)."""
    refuse("Bad Request", None)


def _check_personalizations(body: Json, *, now_s: float, domain: str) -> tuple[Envelope, ...]:
    personalizations = body.get("personalizations")
    if not isinstance(personalizations, list) or not personalizations:
        refuse("The personalizations field is required and must have at least one personalization.", "personalizations")
    if len(personalizations) > MAX_PERSONALIZATIONS:
        refuse(
            "The personalization block is limited to 1000 personalizations per API request. You have provided "
            f"{len(personalizations)} personalizations. Please consider splitting this into multiple requests and "
            "resending your request.",
            "personalizations",
        )
    headers, args = body.get("headers", {}), body.get("custom_args", {})
    check_headers(headers, "headers")
    size_of_args(args, "custom_args")
    seen: set[str] = set()
    envelopes = tuple(
        check_envelope(entry, where=f"personalizations.{position}", message=body, domain=domain, now_s=now_s, seen=seen)
        for position, entry in enumerate(personalizations)
    )
    if sum(len(envelope.addresses) for envelope in envelopes) > MAX_RECIPIENTS:
        refuse("There is a limit of 1000 total recipients (to + cc + bcc) per request.", "personalizations")
    if not body.get("subject") and not all(envelope.has_subject for envelope in envelopes):
        refuse(
            "The subject is required. You can get around this requirement if you use a template with a subject defined or if "
            "every personalization has a subject defined.",
            "subject",
        )
    return envelopes


def _check_from(body: Json, sender_domains: tuple[str, ...]) -> str:
    sender = body.get("from")
    if not isinstance(sender, dict):
        refuse(
            "The from object must be provided for every email send. It is an object that requires the email parameter.", "from"
        )
    email = check_address(sender, "from")
    domain = email.rpartition("@")[2].lower()
    if sender_domains and domain not in sender_domains:
        refuse("The from address does not match a verified Sender Identity.", "from", status=403)
    return domain


def _check_reply_to(body: Json) -> None:
    if "reply_to" in body and "reply_to_list" in body:
        refuse("Only one of reply_to and reply_to_list may be given.", "reply_to")
    if "reply_to" in body:
        check_address(body["reply_to"], "reply_to")
    several = body.get("reply_to_list", [])
    if isinstance(several, list):
        if len(several) > MAX_REPLY_TO:
            refuse("There is a limit of 1000 addresses in reply_to_list.", "reply_to_list")
        addresses = [check_address(entry, f"reply_to_list.{position}").casefold() for position, entry in enumerate(several)]
        if len(set(addresses)) != len(addresses):
            refuse("Each address in reply_to_list must be unique.", "reply_to_list")


def _check_content(body: Json) -> None:
    if body.get("template_id"):
        refuse("The template_id must be a template of this account; the sandbox keeps none.", "template_id")
    if body.get("subject") == "":
        refuse("The subject must be at least one character in length.", "subject")
    content = body.get("content")
    if not isinstance(content, list) or not content:
        refuse("Unless a valid template_id is provided, the content parameter is required.", "content")
    kinds = [_check_part(part, f"content.{position}") for position, part in enumerate(content)]
    for kind in ("text/plain", "text/html"):
        if kinds.count(kind) > 1:
            refuse(f"If present, {kind} may only be provided once.", "content")
    order = [{"text/plain": 0, "text/html": 1}.get(kind, 2) for kind in kinds]
    if order != sorted(order):
        refuse("If present, text/plain must be first, followed by text/html, followed by any other content.", "content")


def _check_part(part: object, where: str) -> str:
    if not isinstance(part, dict) or not all(isinstance(part.get(name, ""), str) for name in ("type", "value")):
        refuse_type()
    kind, value = str(part.get("type", "")), str(part.get("value", ""))
    if not kind or any(sign in kind for sign in ";\r\n"):
        refuse("The content type must be a MIME type without ';' and line breaks.", f"{where}.type")
    if not value:
        refuse("The content value must be a string at least one character in length.", f"{where}.value")
    return kind


def _check_attachments(body: Json) -> None:
    attachments = body.get("attachments", [])
    for position, attachment in enumerate(attachments if isinstance(attachments, list) else []):
        where = f"attachments.{position}"
        if not isinstance(attachment, dict) or not all(isinstance(value, str) for value in attachment.values()):
            refuse_type()
        if not attachment.get("content") or not attachment.get("filename"):
            refuse("The attachment content and filename must each be at least one character in length.", where)
        if any(sign in attachment.get(name, "") for name in ("filename", "type", "content_id") for sign in "\r\n"):
            refuse("The attachment fields cannot contain CRLF characters.", where)
        if attachment.get("disposition", "attachment") not in {"attachment", "inline"}:
            refuse('The disposition of your attachment can be either "inline" or "attachment".', f"{where}.disposition")


def _check_categories(body: Json) -> tuple[str, ...]:
    categories = body.get("categories", [])
    if not isinstance(categories, list) or not all(isinstance(category, str) for category in categories):
        refuse_type()
    if len(categories) > MAX_CATEGORIES:
        refuse("You may only have 10 categories per message.", "categories")
    if len(set(categories)) != len(categories):
        refuse("The categories must be unique.", "categories")
    for position, category in enumerate(categories):
        if len(category) > MAX_CATEGORY_CHARS or not category.isascii():
            refuse("Each category must be ASCII and is limited to 255 characters in length.", f"categories.{position}")
    return tuple(categories)


def _check_extras(body: Json, *, now_s: float) -> None:
    check_send_at(body.get("send_at"), now_s=now_s, where="send_at")
    if not 2 <= len(str(body.get("ip_pool_name", "default"))) <= 64:  # noqa: PLR2004 - the specification's bounds
        refuse("The ip_pool_name must be between 2 and 64 characters in length.", "ip_pool_name")
    asm = body.get("asm")
    if isinstance(asm, dict):
        groups = asm.get("groups_to_display", [])
        if not _is_number(asm.get("group_id")) or not isinstance(groups, list) or not all(map(_is_number, groups)):
            refuse("The asm.group_id must be an integer and is required.", "asm.group_id")
        if len(groups) > MAX_GROUPS:
            refuse("You can only provide 25 groups to display.", "asm.groups_to_display")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_settings(body: Json) -> None:
    """Check that every setting is an object whose switches are booleans and whose other values are texts."""
    for group in ("mail_settings", "tracking_settings"):
        for setting in _as_object(body.get(group, {})).values():
            for name, value in _as_object(setting).items():
                if not isinstance(value, bool if name.startswith("enable") else str):
                    refuse_type()


def _as_object(value: object) -> Json:
    return value if isinstance(value, dict) else refuse_type()


def _is_rehearsal(body: Json) -> bool:
    _check_settings(body)
    mode = _as_object(_as_object(body.get("mail_settings", {})).get("sandbox_mode", {}))
    return bool(mode.get("enable", False))
