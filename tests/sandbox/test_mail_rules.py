"""Each limit that PROVIDERS.md names for Mail Send has its refusal here, spoken over HTTP."""

from __future__ import annotations

import time

import pytest

from tests.sandbox.clients import Json, Mailer, call, mail, person


def changed(**changes: object) -> list[Json]:
    """One personalization with changes."""
    return [{**person(), **changes}]


def test_a_good_request_is_accepted_with_an_id_and_no_body(mailer: Mailer) -> None:
    answer = mailer.send(mail([person(1), person(2)]))

    assert (answer.status, answer.body) == (202, b"")
    assert [message["message_id"] for message in mailer.messages()] == [answer.headers["x-message-id"]] * 2


def test_a_thousand_people_are_accepted_and_one_more_is_not(mailer: Mailer) -> None:
    accepted = mailer.send(mail(person(n) for n in range(1000)))
    refused = mailer.send(mail(person(n) for n in range(1001)))

    assert (accepted.status, refused.status) == (202, 400)
    assert "You have provided 1001 personalizations" in refused.error
    assert len(mailer.messages()) == 1000


def test_a_thousand_recipients_is_the_most_over_to_cc_and_bcc(mailer: Mailer) -> None:
    people = changed(
        to=[{"email": f"to{n}@example.net"} for n in range(600)], cc=[{"email": f"cc{n}@example.net"} for n in range(401)]
    )

    assert mailer.send(mail(people)).error == "There is a limit of 1000 total recipients (to + cc + bcc) per request."


LONG = "x" * 10_001
FIRST = "personalizations.0"
SECOND = "personalizations.1"
REFUSED: dict[str, tuple[Json, str | None]] = {
    "no personalization": (mail([]), "personalizations"),
    "nobody in to": (mail(changed(to=[])), "personalizations.0.to"),
    "an invalid address spoils all": (mail([person(1), *changed(to=[{"email": "not-an-address"}])]), SECOND + ".to.0.email"),
    "an address with a line break": (mail(changed(to=[{"email": "a@example.net\r\nBcc: b@x.org"}])), FIRST + ".to.0.email"),
    "an address beyond ASCII": (mail(changed(to=[{"email": "jürgen@example.net"}])), FIRST + ".to.0.email"),
    "the same address twice": (mail([person(1), person(1)]), "personalizations"),
    "the same address in capitals": (mail([person(1), *changed(to=[{"email": "Reporter1@Example.net"}])]), "personalizations"),
    "the same address in to and bcc": (mail(changed(bcc=[{"email": "reporter0@example.net"}])), "personalizations"),
    "no from": ({name: value for name, value in mail().items() if name != "from"}, "from"),
    "a from without address": (mail([person()], **{"from": {"name": "Press"}}), "from.email"),
    "a from of another domain": (mail(changed(**{"from": {"email": "press@example.com"}})), "personalizations.0.from"),
    "an empty subject": (mail(subject=""), "subject"),
    "no subject anywhere": ({name: value for name, value in mail().items() if name != "subject"}, "subject"),
    "an empty subject for one": (mail(changed(subject="")), "personalizations.0.subject"),
    "no content": (mail(content=[]), "content"),
    "empty content": (mail(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
    "HTML before text": (
        mail(content=[{"type": "text/html", "value": "<p>a"}, {"type": "text/plain", "value": "a"}]),
        "content",
    ),
    "text twice": (mail(content=[{"type": "text/plain", "value": "a"}] * 2), "content"),
    "a content type with parameters": (mail(content=[{"type": "text/plain; charset=utf-8", "value": "a"}]), "content.0.type"),
    "a template": (mail(template_id="d-0123456789"), "template_id"),
    "an empty custom_arg": (mail(changed(custom_args={"pr_index": ""})), "personalizations.0.custom_args"),
    "too large custom_args": (mail(changed(custom_args={"pr_index": LONG})), "personalizations.0.custom_args"),
    "custom_args too large together": (
        mail(changed(custom_args={"pr_a": "x" * 6000}), custom_args={"pr_b": "x" * 6000}),
        "personalizations.0.custom_args",
    ),
    "151 substitutions": (mail(changed(substitutions={f"%{n}%": "x" for n in range(151)})), "personalizations.0.substitutions"),
    "too large substitutions": (mail(changed(substitutions={"%a%": LONG})), "personalizations.0.substitutions"),
    "a reserved header": (mail(headers={"REPLY-TO": "other@example.org"}), "headers"),
    "a reserved header for one": (mail(changed(headers={"Subject": "Other"})), "personalizations.0.headers"),
    "a header twice": (mail(changed(headers={"List-Id": "a", "LIST-ID": "b"})), "personalizations.0.headers"),
    "a header with a space": (mail(changed(headers={"List Id": "a"})), "personalizations.0.headers"),
    "a header with a line break": (mail(changed(headers={"List-Id": "a\r\nX: y"})), "personalizations.0.headers"),
    "eleven categories": (mail(categories=[f"c{n}" for n in range(11)]), "categories"),
    "the same category twice": (mail(categories=["press", "press"]), "categories"),
    "a long category": (mail(categories=["c" * 256]), "categories.0"),
    "a category beyond ASCII": (mail(categories=["prensa_ñ"]), "categories.0"),
    "26 groups": (mail(asm={"group_id": 1, "groups_to_display": list(range(26))}), "asm.groups_to_display"),
    "an asm without group": (mail(asm={}), "asm.group_id"),
    "a pool of one letter": (mail(ip_pool_name="a"), "ip_pool_name"),
    "reply_to and reply_to_list": (mail(reply_to={"email": "a@x.org"}, reply_to_list=[{"email": "b@x.org"}]), "reply_to"),
    "a reply_to_list with repeats": (mail(reply_to_list=[{"email": "a@x.org"}, {"email": "A@x.org"}]), "reply_to_list"),
    "a switch that is no boolean": (mail(tracking_settings={"click_tracking": {"enable": "no"}}), None),
    "an attachment without name": (mail(attachments=[{"content": "YQ=="}]), "attachments.0"),
    "an attachment's name with a line break": (mail(attachments=[{"content": "YQ==", "filename": "a\nb"}]), "attachments.0"),
    "an unknown disposition": (
        mail(attachments=[{"content": "YQ==", "filename": "a", "disposition": "both"}]),
        "attachments.0.disposition",
    ),
    "a number as custom_arg": (mail(changed(custom_args={"pr_index": 7})), None),
    "a number as substitution": (mail(changed(substitutions={"%a%": 7})), None),
    "a number as header": (mail(changed(headers={"X-Number": 7})), None),
    "a text as personalizations": (mail(personalizations="everybody"), None),
    "nothing at all": ({}, "from"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_sendgrid_refuses_the_whole_request_for(case: str, mailer: Mailer) -> None:
    body, field = REFUSED[case]

    answer = mailer.send(body)

    assert (answer.status, answer.field) == (400, field)
    assert mailer.messages() == []


def test_a_time_more_than_72_hours_ahead_is_refused_and_a_past_one_is_not(mailer: Mailer) -> None:
    now = int(time.time())

    answers = [
        mailer.send(mail([person(n)], send_at=now + ahead)).status
        for n, ahead in enumerate((72 * 3600 + 60, 72 * 3600 - 60, -60))
    ]
    for_one = mailer.send(mail(changed(send_at=now + 72 * 3600 + 60)))

    assert answers == [400, 202, 202]
    assert for_one.field == "personalizations.0.send_at"


def test_more_than_thirty_megabytes_are_refused_as_too_large(mailer: Mailer) -> None:
    answer = mailer.send(b" " * (30 * 1024 * 1024 + 1))

    assert answer.status == 413


@pytest.mark.parametrize(
    ("body", "message"), [(b'{"subject": "\xff"}', "Invalid UTF8 in request"), (b"{", "Bad Request"), (b"[]", "Bad Request")]
)
def test_what_is_no_json_object_is_a_bad_request(body: bytes, message: str, mailer: Mailer) -> None:
    answer = mailer.send(body)

    assert (answer.status, answer.error, answer.field) == (400, message, None)


def test_the_key_and_the_content_type_are_needed(mailer: Mailer) -> None:
    wrong_key = mailer.send(mail(), key="SG.other")
    no_key = call(mailer.sandbox, "POST", "/v3/mail/send", body=b"{}", headers={"Content-Type": "application/json"})
    form = mailer.send(mail(), content_type="application/x-www-form-urlencoded")

    assert (wrong_key.status, no_key.status, form.status) == (401, 401, 415)
    assert no_key.error == "authorization required"


def test_the_key_can_be_tried_without_sending(mailer: Mailer) -> None:
    good = call(mailer.sandbox, "GET", "/v3/scopes", headers={"Authorization": f"Bearer {mailer.sandbox.settings.api_key}"})
    bad = call(mailer.sandbox, "GET", "/v3/scopes", headers={"Authorization": "Bearer SG.other"})

    assert (good.status, bad.status) == (200, 401)


def test_a_rehearsal_is_checked_and_answered_200_and_kept_nowhere(mailer: Mailer) -> None:
    settings: Json = {"mail_settings": {"sandbox_mode": {"enable": True}}}

    good = mailer.send(mail([person()], **settings))
    bad = mailer.send(mail([person()], subject="", **settings))

    assert (good.status, bad.status) == (200, 400)
    assert mailer.messages() == []


def test_other_addresses_and_methods_are_refused_in_sendgrids_shape(mailer: Mailer) -> None:
    unknown = call(mailer.sandbox, "POST", "/v3/mail/resend")
    method = call(mailer.sandbox, "GET", "/v3/mail/send")

    assert (unknown.status, unknown.error) == (404, "not found")
    assert (method.status, method.error) == (405, "method not allowed")
