"""Whatever is posted, the sandbox answers below 500: a 5xx must always mean a fault that somebody asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # jsonschema ships no types
from oauthlib.oauth1 import Client  # type: ignore[import-untyped]  # oauthlib ships no types
from starlette.types import Message

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.app import create_app
from distributor.sandbox.state import SandboxState
from tests.sandbox.clients import Json, mail

KEYS = SandboxSettings()
STATE = SandboxState(KEYS)


@pytest.fixture(autouse=True, scope="module")
def _closed_afterwards() -> Iterator[None]:
    yield
    STATE.reset()


APP = create_app(STATE)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
#: Paths into a good request, at which something else is put.
PLACES = [
    "from",
    "subject",
    "content",
    "personalizations",
    "headers",
    "custom_args",
    "categories",
    "asm",
    "mail_settings",
    "attachments",
    "reply_to",
    "reply_to_list",
    "send_at",
    "template_id",
    "ip_pool_name",
]
INNER = ["to", "cc", "bcc", "from", "subject", "headers", "substitutions", "custom_args", "send_at"]
POST_FIELDS = ["text", "reply", "media", "poll", "reply_settings", "quote_tweet_id", "geo"]


def status_of(path: str, body: bytes, *, content_type: str = "application/json") -> int:
    """Ask the application in this process, signed for either provider, and return its status."""
    _, signed, _ = Client(
        KEYS.consumer_key, KEYS.consumer_secret, KEYS.access_token, KEYS.access_token_secret
    ).sign(f"http://sandbox{path}", "POST")  # fmt: skip
    authorization = cast("dict[str, str]", signed)["Authorization"] if path.startswith("/2/") else f"Bearer {KEYS.api_key}"
    headers = {"host": "sandbox", "authorization": authorization, "content-type": content_type}
    answers: list[Message] = []
    waiting = [body]

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop()} if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(APP(scope, receive, send))
    return int(answers[0]["status"])


quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ENDPOINTS = st.sampled_from(["/v3/mail/send", "/2/tweets", "/2/media/upload", "/2/media/metadata", "/sandbox/faults"])


TYPES = [
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/plain",
]


@quick
@given(path=ENDPOINTS, body=st.binary(max_size=200), content_type=st.sampled_from(TYPES))
def test_arbitrary_bytes_are_answered_below_500(path: str, body: bytes, content_type: str) -> None:
    assert status_of(path, body, content_type=content_type) < 500


@quick
@given(path=ENDPOINTS, body=JSON)
def test_arbitrary_json_is_answered_below_500(path: str, body: object) -> None:
    assert status_of(path, orjson.dumps(body)) < 500


@quick
@given(
    changes=st.dictionaries(st.sampled_from(PLACES), JSON, max_size=3),
    inner=st.dictionaries(st.sampled_from(INNER), JSON, max_size=3),
)
def test_a_good_mail_with_something_else_in_a_field_is_answered_below_500(changes: Json, inner: Json) -> None:
    people = [{"to": [{"email": "reporter@example.net"}], **inner}]

    assert status_of("/v3/mail/send", orjson.dumps({**mail(people), **changes})) < 500


@quick
@given(body=st.dictionaries(st.sampled_from(POST_FIELDS), JSON, max_size=3))
def test_a_post_with_something_else_in_a_field_is_answered_below_500(body: Json) -> None:
    STATE.quotas.clear()

    assert status_of("/2/tweets", orjson.dumps(body)) < 500


@quick
@given(text=st.text(min_size=1, max_size=120))
def test_any_accepted_post_can_be_shown(text: str) -> None:
    STATE.reset()

    assert status_of("/2/tweets", orjson.dumps({"text": text})) in {201, 400, 403}
    for post in STATE.timeline.posts.values():
        assert "<" not in post.shown_text
        assert [post.shown_text[url.start : url.end] for url in post.urls] == [url.url for url in post.urls]


SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "sendgrid-mail-send.openapi.json"
#: Fields the specification knows, with values around the edge of what it allows.
EDGES: dict[str, st.SearchStrategy[object]] = {
    "subject": st.text(max_size=2),
    "categories": st.lists(st.sampled_from(["a", "b", "c", "c" * 256, 1]), max_size=12),
    "asm": st.dictionaries(
        st.sampled_from(["group_id", "groups_to_display"]), st.integers(0, 9) | st.lists(st.integers(0, 99), max_size=27)
    ),
    "ip_pool_name": st.text("p", max_size=66),
    "reply_to_list": st.lists(st.sampled_from([{"email": "a@x.org"}, {"email": "b@x.org"}, {"name": "c"}]), max_size=3),
    "content": st.lists(st.fixed_dictionaries({"type": st.just("text/plain"), "value": st.text(max_size=1)}), max_size=2),
    "attachments": st.lists(
        st.fixed_dictionaries({"filename": st.text(max_size=1)}, optional={"content": st.text(max_size=1)}), max_size=1
    ),
    "send_at": JSON,
    "headers": JSON,
    "batch_id": JSON,
    "tracking_settings": st.dictionaries(
        st.sampled_from(["click_tracking", "open_tracking"]),
        st.dictionaries(st.sampled_from(["enable", "enable_text", "substitution_tag"]), JSON, max_size=2) | JSON,
    ),
}


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the published specification is not at hand")
@quick
@given(changes=st.fixed_dictionaries({}, optional=EDGES))
def test_what_is_accepted_fits_the_published_schema(changes: Json) -> None:
    """The stand-in may be stricter than the real one; it must never be kinder."""
    STATE.reset()
    body = {**mail(), **changes}

    status = status_of("/v3/mail/send", orjson.dumps(body))

    problems = [error.message for error in schema_of_mail_send().iter_errors(body)]
    assert status == 400 or problems == []


def test_the_edges_are_met_from_both_sides() -> None:
    """Without this the test above could pass by accepting nothing."""
    STATE.reset()

    good = status_of("/v3/mail/send", orjson.dumps(mail(categories=["a"], asm={"group_id": 1}, ip_pool_name="pp")))
    bad = status_of("/v3/mail/send", orjson.dumps(mail(ip_pool_name="p" * 65)))

    assert (good, bad) == (202, 400)


@cache
def schema_of_mail_send() -> Draft202012Validator:
    """Return the published schema of the request body."""
    document = orjson.loads(SPECIFICATION.read_bytes())
    body = document["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"]
    # The file calls the message's custom_args a string; its own examples and the personalization's field are objects.
    body["properties"].pop("custom_args")
    return Draft202012Validator({**body, "components": document["components"]})
