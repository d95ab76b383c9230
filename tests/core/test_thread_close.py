"""A thread's edges: the call to action, the one link, hashtags, parts by hand, a mention at the start."""

from __future__ import annotations

import re

import pytest

from distributor.core.release import BulletList, Paragraph, Span
from tests.core.factories import paragraph, release
from tests.core.test_thread import bare, parts_of


def test_there_is_one_link_and_never_a_dead_one() -> None:
    body = (
        Paragraph(text=(Span(text="Lead "), Span(text="here", href="#"), Span(text=" there", href="https://example.org/first"))),
        paragraph("More on https://example.org/inline now.", href="https://example.org/second"),
        paragraph("Found (https://example.org/third) again."),
    )

    text = "\n".join(parts_of(release(body=body, link="#")))

    assert re.findall(r"https?://\S+", text) == ["https://example.org/first"]
    assert "#" not in text
    assert "Found again." in text


def test_a_link_that_cannot_fit_is_left_out() -> None:
    parts = parts_of(release(link="https://intranet.nowhere/" + "x" * 400))

    assert not any("http" in part for part in parts)


@pytest.mark.parametrize(
    ("call", "link", "shown"),
    [
        ("Visit https://example.org/z to help.", "", "Visit https://example.org/z to help."),
        ("Read more at https://example.org/z.", "https://example.org/own", "Read more at\nhttps://example.org/own"),
        ("Go to https://example.org/z to help. Thank you.", "https://example.org/own", "Thank you.\nhttps://example.org/own"),
        ("Help us. Every hand counts.", "", "Help us. Every hand counts."),
        ("Help us.", "https://example.org/own", "Help us.\nhttps://example.org/own"),
    ],
)
def test_a_call_to_action_closes_with_one_link(call: str, link: str, shown: str) -> None:
    address = re.search(r"https?://[^\s]*\w", call)
    spans = Span(text=call, href=None), Span(text="", href=address[0] if address else None)

    parts = bare(parts_of(release(link=link, call_to_action=(Paragraph(text=spans),))))

    assert parts[-1] == shown


def test_a_call_to_action_closes_also_when_it_is_a_list() -> None:
    items = ((Span(text="Support the teams", href="https://example.org/list"),),)

    assert bare(parts_of(release(link="", call_to_action=(BulletList(items=items),))))[-1].endswith("https://example.org/list")


def test_hashtags_that_are_none_are_mended_and_each_comes_once() -> None:
    parts = parts_of(release(hashtags=("#Mine Free", "MineFree", "", "x" * 300, "Été")))

    assert parts[-1].endswith("\n\n#MineFree #Été")


def test_parts_written_by_hand_are_taken_as_they_are() -> None:
    assert parts_of(release(thread=("One.", "Two."))) == ("One.", "Two.")


def test_a_single_part_never_starts_with_a_mention_nor_has_a_number() -> None:
    assert parts_of(release(headline="@minister acts", body=(), link="")) == (".@minister acts",)


def test_cashtags_beyond_the_first_keep_their_look_and_lose_their_effect() -> None:
    (_, facts, *_) = parts_of(release(body=(paragraph("Shares of $ABC and $DEF fell by $5."),)))

    assert "$ABC and $\u2060DEF fell by $5." in facts
