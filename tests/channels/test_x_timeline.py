"""A part is found among the account's own posts, however X shows it; and nothing else is."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.channels.x import XChannel
from distributor.channels.x_timeline import find_post, read_object
from distributor.core.errors import NotSent, OutcomeUnknown, SendFailure
from distributor.core.ids import RemoteId
from distributor.ports import Accepted
from distributor.sandbox.serve import RunningSandbox
from tests.channels.loopback import Loopback, reply
from tests.channels.material import DISPATCH, LINKS, THREAD, leave_to_send, person
from tests.channels.providers import X

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def channel_to(url: str) -> XChannel:
    """Return the channel, turned to this address."""
    return cast("XChannel", X.channel(url))


def post_thread(channel: XChannel) -> list[Accepted]:
    """Post both parts."""
    parts: list[Accepted] = []
    for index in range(len(THREAD.parts)):
        staged = channel.stage(dispatch=DISPATCH, master=THREAD, recipients=[person(index)], links=LINKS)
        before = parts[-1].remote_id if parts else None
        parts.append(channel.send(leave_to_send(), frame=channel.frame(THREAD), staged=staged, reply_to=before))
    return parts


def shown(text: str, *, urls: tuple[tuple[str, str], ...] = (), reply_to: str = "", note: str = "") -> dict[str, object]:
    """Return a page with one post, as X writes it."""
    post: dict[str, object] = {"id": "7", "text": text}
    links = {"urls": [{"url": short, "expanded_url": full} for short, full in urls]}
    post["entities"] = links
    if reply_to:
        post["referenced_tweets"] = [{"type": "quoted", "id": "1"}, {"type": "replied_to", "id": reply_to}]
    if note:
        post["note_tweet"] = {"text": note, "entities": links}
    return {"data": [post]}


def test_parts_hang_on_each_other_and_are_found_again(sandbox: RunningSandbox) -> None:
    channel = channel_to(sandbox.url)

    first, second = post_thread(channel)

    posts = cast("list[dict[str, str]]", sandbox.log()["posts"])
    assert [post["text"] for post in posts] == list(THREAD.parts)
    assert posts[1]["reply_to"] == first.remote_id
    assert channel.find_part(THREAD.parts[0], since=_LONG_AGO, reply_to=None) == first
    assert channel.find_part(THREAD.parts[1], since=_LONG_AGO, reply_to=first.remote_id) == second


def test_a_part_that_was_taken_and_never_answered_is_found(sandbox: RunningSandbox) -> None:
    """The one way to know, since X has no key by which a request could be repeated."""
    channel = channel_to(sandbox.url)
    sandbox.play({"provider": "x", "kind": "cut-after-accept", "next": 1})

    with pytest.raises(OutcomeUnknown):
        post_thread(channel)

    found = channel.find_part(THREAD.parts[0], since=datetime.now(UTC), reply_to=None)
    assert found is not None
    assert found.remote_id == cast("list[dict[str, str]]", sandbox.log()["posts"])[0]["id"]


def test_posting_it_again_shows_that_it_is_there(sandbox: RunningSandbox) -> None:
    channel = channel_to(sandbox.url)
    post_thread(channel)

    with pytest.raises(OutcomeUnknown):
        post_thread(channel)


def test_what_was_never_posted_is_not_found(sandbox: RunningSandbox) -> None:
    channel = channel_to(sandbox.url)
    first, _ = post_thread(channel)

    assert channel.find_part("Something else", since=_LONG_AGO, reply_to=None) is None
    assert channel.find_part(THREAD.parts[1], since=_LONG_AGO, reply_to=None) is None
    assert channel.find_part(THREAD.parts[0], since=_LONG_AGO, reply_to=first.remote_id) is None
    assert channel.find_part(THREAD.parts[0], since=datetime.now(UTC) + timedelta(minutes=5), reply_to=None) is None


def test_a_part_that_is_not_in_the_sealed_thread_does_not_leave(sandbox: RunningSandbox) -> None:
    channel = channel_to(sandbox.url)

    with pytest.raises(NotSent) as raised:
        channel.send(leave_to_send(), frame=channel.frame(THREAD), staged=b'{"text":"Something else"}', reply_to=None)

    assert raised.value.needs_staff
    assert sandbox.summary()["posts"] == 0


def test_an_instant_without_a_zone_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(ValueError, match="zone"):
        channel_to(sandbox.url).find_part("x", since=datetime(2026, 1, 1), reply_to=None)  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Read this", shown("Read this")),
        ("  Read this\n", shown("Read this ")),
        ("A & B <c>", shown("A &amp; B &lt;c&gt;")),
        ("&amp; stays", shown("&amp;amp; stays")),
        ("cafe\u0301", shown("café")),
        (
            "See https://example.org/a?b=1&c=2.",
            shown("See https://t.co/Q1.", urls=(("https://t.co/Q1", "https://example.org/a?b=1&c=2"),)),
        ),
        ("See example.org", shown("See https://t.co/Q1", urls=(("https://t.co/Q1", "http://example.org"),))),
        ("See https://Example.org", shown("See https://t.co/Q1", urls=(("https://t.co/Q1", "https://example.org/"),))),
        (
            "x.example y.example x.example",
            shown(
                "https://t.co/1 https://t.co/2 https://t.co/1",
                urls=(
                    ("https://t.co/1", "http://x.example"),
                    ("https://t.co/2", "http://y.example"),
                    ("https://t.co/1", "http://x.example"),
                ),
            ),
        ),
        ("A long one " * 40, shown("A long one… https://t.co/zz", note="A long one " * 40)),
    ],
)
def test_a_text_is_known_under_all_that_x_does_to_it(text: str, page: dict[str, object]) -> None:
    assert find_post(page, text, reply_to=None) == "7"


@pytest.mark.parametrize(
    ("text", "page", "reply_to"),
    [
        ("Read this", shown("Read that"), None),
        ("Read this", shown("Read this too"), None),
        ("Read this", shown("Read this", reply_to="9"), None),
        ("Read this", shown("Read this"), "9"),
        ("Read this", shown("Read this", reply_to="9"), "8"),
        ("See example.org/a", shown("See https://t.co/1", urls=(("https://t.co/1", "http://example.org/b"),)), None),
        ("See example.org/a", shown("See https://t.co/1", urls=(("https://t.co/1", "http://exampleXorg/a"),)), None),
    ],
)
def test_another_text_or_parent_is_another_post(text: str, page: dict[str, object], reply_to: str | None) -> None:
    assert find_post(page, text, reply_to=reply_to) is None


def test_older_pages_are_turned_until_the_part_is_there() -> None:
    """A busy account posts more than a page between the intent and the look."""
    pages = [
        {"data": {"id": "1000"}},
        {**shown("Other"), "meta": {"next_token": "t2"}},
        {**shown("Wanted"), "meta": {"next_token": "t3"}},
    ]

    def act(client: socket.socket) -> bool:
        return reply(200, orjson.dumps(pages.pop(0)))(client)

    with Loopback(act) as server:
        found = channel_to(server.url).find_part("Wanted", since=_LONG_AGO, reply_to=None)

    assert found is not None
    assert b"start_time=2025-12-31T23%3A59%3A00Z" in server.requests[1]
    assert b"pagination_token=t2" in server.requests[2]


def test_a_timeline_without_end_is_given_up() -> None:
    page = orjson.dumps({"data": {"id": "1000"}, "meta": {"next_token": "again"}})
    with Loopback(reply(200, page)) as server:
        found = channel_to(server.url).find_part("Wanted", since=_LONG_AGO, reply_to=None)

    assert found is None
    assert len(server.requests) == 6


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "id", "text", "entities", "urls", "url", "expanded_url", "referenced_tweets", "type", "note_tweet"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(page=_json, text=st.text(max_size=5))
def test_no_page_breaks_the_search(page: object, text: str) -> None:
    found = find_post(read_object(orjson.dumps({"data": page})), text, reply_to=None)

    assert found is None or found.isdigit()


@pytest.mark.parametrize("answer", [reply(200, b"[]"), reply(200, b"{"), reply(500), reply(401), reply(429), reply(302)])
def test_a_question_that_is_not_answered_may_be_asked_again(answer: object) -> None:
    with Loopback(answer) as server:  # type: ignore[arg-type]  # an act
        channel = channel_to(server.url)

        with pytest.raises(NotSent):
            channel.find_part("Wanted", since=_LONG_AGO, reply_to=RemoteId("1"))
        with pytest.raises(SendFailure):
            channel.open()
