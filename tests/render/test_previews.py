"""The thread as a page, masters in a terminal, and the e-mail for everybody."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from distributor.core.ids import Language
from distributor.core.message import TOKEN_START, ChannelName, Slot, ThreadMaster, html_token
from distributor.render.email import EmailRenderer
from distributor.render.online import without_slots
from distributor.render.terminal import terminal_preview
from distributor.render.thread_page import ThreadPage
from distributor.resources import resource
from tests.render.pages import skeleton, soup_of, visible, words_of
from tests.render.releases import FULL, SENDER

LIMIT = 20


def thread(*parts: str, language: str = "en") -> ThreadMaster:
    return ThreadMaster(channel=ChannelName.X, language=Language(language), parts=parts)


def page(master: ThreadMaster) -> str:
    return ThreadPage(resource("templates")).render(master, count=len, limit=LIMIT)


def printed(renderable: object) -> str:
    """Return what a terminal without colours gets: nothing that is not text."""
    out = StringIO()
    Console(file=out, width=70, force_terminal=True, color_system=None).print(renderable)
    return out.getvalue()


def test_each_part_of_a_thread_is_a_card_with_its_count() -> None:
    soup = soup_of(page(thread("Cleared today", "A part that is too long for it")))

    cards = soup.select("ol > li > article")

    assert [words_of(card) for card in cards] == [
        "Cleared today 1 of 2 13/20",
        "A part that is too long for it 2 of 2 30/20, 10 too long",
    ]
    assert ["over" in (card.select_one(".count") or card)["class"] for card in cards] == [False, True]


def test_a_thread_s_words_carry_its_language_and_direction() -> None:
    words = soup_of(page(thread("أُزيل الحقل", language="ar"))).select(".words")

    assert [(one["lang"], one["dir"]) for one in words] == [("ar", "rtl")]


@given(words=st.text(min_size=1, max_size=40))
def test_a_part_never_becomes_an_element(words: str) -> None:
    assert skeleton(page(thread(f"<b>{words}"))) == skeleton(page(thread("words")))


def test_a_part_keeps_its_lines_and_its_marks() -> None:
    soup = soup_of(page(thread("One & <two>\n\nhttps://example.org")))

    assert [one.get_text() for one in soup.select(".words")] == ["One & <two>\n\nhttps://example.org"]


def test_a_terminal_shows_each_part_with_its_count() -> None:
    seen = printed(terminal_preview(thread("Cleared today", "A part that is too long for it"), count=len, limit=LIMIT))

    assert "x/en  1/2" in seen
    assert "13/20" in seen
    assert "30/20, 10 too long" in seen


def test_a_terminal_shows_the_e_mail_s_subject_sender_and_text(renderer: EmailRenderer) -> None:
    master = renderer.render(FULL, sender=SENDER, lift_at=None)

    seen = printed(terminal_preview(master, count=len, limit=0))

    assert "Subject  Last minefield beside the school is cleared" in seen
    assert "Clear Ground Campaign <press@campaign.example>" in seen
    assert "- 83 other items" in seen


@pytest.mark.parametrize("words", ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\rb\x08c", "\x00"])
def test_no_word_commands_the_terminal(words: str) -> None:
    """An escape in a pasted release could clear the screen, or show the officer another text than the one that leaves."""
    seen = printed(terminal_preview(thread(f"before{words}after"), count=len, limit=LIMIT))

    assert "before" in seen
    assert not {"\x1b", "\x9b", "\x07", "\x08", "\r", "\x00"} & set(seen)


def test_no_word_of_an_e_mail_commands_the_terminal(renderer: EmailRenderer) -> None:
    """What was stored long ago is not cleaned again before it is shown."""
    master = renderer.render(FULL, sender=SENDER, lift_at=None)
    hostile = replace(
        master, subject="a\x1b[2Jb\r\nc", text="before\x1b[2J\x9b31mafter", sender=replace(SENDER, name="x\x1b]0;y\x07")
    )

    seen = printed(terminal_preview(hostile, count=len, limit=0))

    assert "before[2J31mafter" in seen
    assert not {"\x1b", "\x9b", "\x07", "\r"} & set(seen)


def test_what_looks_like_markup_is_shown_as_it_stands() -> None:
    assert "[bold]x[/bold] [/] :smile:" in printed(terminal_preview(thread("[bold]x[/bold] [/] :smile:"), count=len, limit=LIMIT))


def test_everybody_sees_the_message_without_its_personal_parts(renderer: EmailRenderer) -> None:
    master = renderer.render(FULL, sender=SENDER, lift_at=None)

    public = without_slots(master.html)

    assert TOKEN_START not in public
    assert visible(public) == (
        visible(master.html)
        .replace(f" This message was sent to {html_token(Slot.ADDRESS)}. Unsubscribe · View in your browser", "")
        .replace(" · View in your browser", "")
    )


def test_a_slot_outside_the_personal_parts_is_never_shown() -> None:
    with pytest.raises(ValueError, match="slot"):
        without_slots(f"<!--personal-->{html_token(Slot.VIEW_URL)}<!--/personal--><p>{html_token(Slot.ADDRESS)}</p>")


def test_a_release_cannot_hide_behind_the_marks_of_the_personal_parts(renderer: EmailRenderer) -> None:
    words = "<!--personal--> the truth <!--/personal-->"
    master = renderer.render(FULL.__class__(headline=words, language=FULL.language, body=FULL.body), sender=SENDER, lift_at=None)

    assert words in visible(without_slots(master.html))
