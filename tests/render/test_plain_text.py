"""The plain text is what a reporter pastes: nothing added, nothing lost, nothing cut where it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.release import Paragraph, Quotation, Span
from distributor.render.email import EmailRenderer
from distributor.render.plain_text import LONGEST_LINE_BYTES, folded, text_line
from tests.render.pages import visible
from tests.render.releases import ARABIC, FULL, SENDER

EXPECTED = """\
Embargoed until Monday, 23 November 2026, 10:00 Central European Standard Time (09:00 UTC)

Last minefield beside the school is cleared

Children take the short way home

Geneva, 23 November 2026 – The field was handed back today, as the district office (https://example.org/district) and the village council confirmed.

“We walked around this field for eleven years. Today we walked through it.” said Mirela Osmani, head teacher.

What was found

- 1,146 mines
- 83 other items

1. Search
2. Clear

Ends

Read the story (https://example.org/story)

Notes to editors

Photographs are free to use with credit.

About the campaign

The campaign unites 70 organisations.

Press contacts

Lena Fischer, Press officer
press@campaign.example
+41 (0)22 555 01 40

--\x20
Clear Ground Campaign
9 Rue de la Paix
1202 Geneva, Switzerland

This message was sent to %%pr-address-t%%.
View in your browser: %%pr-view_url-t%%
Unsubscribe: %%pr-unsubscribe_url-t%%
"""  # noqa: E501 - a line is a paragraph


def test_the_text_is_the_release_a_line_for_a_paragraph(renderer: EmailRenderer) -> None:
    master = renderer.render(FULL, sender=SENDER, lift_at=None)

    assert master.text == EXPECTED


def test_another_script_comes_through_unchanged(renderer: EmailRenderer) -> None:
    master = renderer.render(ARABIC, sender=SENDER, lift_at=None)

    assert ARABIC.headline in master.text.splitlines()
    assert "- البقاء في معاهدة حظر الألغام (1997)؛" in master.text.splitlines()
    assert "محظور النشر حتى الاثنين، 23 نوفمبر 2026، 10:00" in master.text.splitlines()[0]


def test_a_target_that_is_shown_already_is_not_repeated() -> None:
    shown = (
        (Span(text="https://example.org/story", href="https://example.org/story"),),
        (Span(text="example.org", href="https://example.org/"),),
        (Span(text="press@example.org", href="mailto:press@example.org"),),
    )

    assert [text_line(text) for text in shown] == ["https://example.org/story", "example.org", "press@example.org"]


@pytest.mark.parametrize("words", ["« Plus jamais\u00a0! »", "21\u202f400\u00a0m²", "山田\u3000太郎"])
def test_spaces_with_a_meaning_are_pasted_as_they_were_written(renderer: EmailRenderer, words: str) -> None:
    """A quotation is verbatim only with its spaces, and a number must not come apart at a line's end."""
    body = (Paragraph(text=(Span(text=words),), quotations=(Quotation(words=words, speaker=None),)),)

    master = renderer.render(replace(FULL, headline=words, dateline=None, body=body), sender=SENDER, lift_at=None)

    assert master.subject == words
    assert master.text.split("\n").count(words) == 2
    assert visible(master.html).count(words) == 2


def test_the_space_after_a_link_stays_behind_its_target() -> None:
    text = (Span(text="the office ", href="https://example.org"), Span(text="said so"))

    assert text_line(text) == "the office (https://example.org) said so"


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400).map(lambda text: text * 8))
def test_no_line_is_longer_than_mail_servers_take_and_nothing_but_line_ends_changes(text: str) -> None:
    cut = folded(text)

    assert all(len(line.encode()) <= LONGEST_LINE_BYTES for line in cut.split("\n"))
    assert cut.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_a_long_paragraph_is_cut_between_words(renderer: EmailRenderer) -> None:
    words = "перемога " * 200
    body = (Paragraph(text=(Span(text=words),)),)

    lines = renderer.render(replace(FULL, dateline=None, body=body), sender=SENDER, lift_at=None).text.splitlines()
    pieces = [line for line in lines if "перемога" in line]

    assert len(pieces) > 1
    assert all(set(piece.split()) == {"перемога"} for piece in pieces)
    assert " ".join(pieces) == words.strip()
