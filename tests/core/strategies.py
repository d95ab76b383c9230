"""Hypothesis strategies of releases: plausible words with everything in them that must not be cut or lost."""

from __future__ import annotations

from hypothesis import strategies as st

from distributor.core.release import Paragraph, Quotation, Release, Span
from tests.core.factories import paragraph, release

WORDS = (
    "mines", "were", "found,", "near", "the", "village;", "school", "164 members", "US$ 3 million euros", "Dr. Jane Roe", "said.",
    "“never again”", "2.5 km", "over", "été", "(once)", "日本語の文。", "地雷、",
    "👩‍👩‍👧", "No. 7", "–", "Geneva.", "U.S.", "troops?", "$ABC",
    "$DEF", "@minister", "left!", "100 000 people", "e.g. here.", "J. F. Kennedy", ":", "A", "example.com",
)  # fmt: skip
SPEAKERS = ("Mara Lind", "Dr Ben Okri", "João da Silva", "李 雷")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=70).map(" ".join)
links = st.sampled_from(["", "https://example.org/x", "#", "https://", "https://example.org/" + "long/" * 60])
_ODD = (*'ab 👩\u200dé日。.,“”"«»()$@#/:…\u00a0\u0301\n', "https://e.org/a", "👨‍👩‍👧", "3 km", "x" * 50)
hostile = st.lists(st.sampled_from(_ODD), max_size=400).map("".join)


@st.composite
def quotations(draw: st.DrawFn) -> Paragraph:
    """Draw a paragraph that is a quotation with its attribution."""
    said = f"{draw(words)}{draw(st.sampled_from([',', '.', '?']))}".replace("“", "").replace("”", "")
    speaker = draw(st.sampled_from([*SPEAKERS, None]))
    text = f"“{said}” said {speaker or 'somebody'}."
    return paragraph(text, quotations=(Quotation(words=said, speaker=speaker),), line=draw(st.integers(0, 99)))


@st.composite
def linked(draw: st.DrawFn) -> Paragraph:
    """Draw a paragraph with a link in it, which may lead nowhere."""
    target = draw(links)
    spans = (Span(text=f"{draw(words)} "), Span(text="read more", href=target), Span(text=f" {draw(words)}"))
    return Paragraph(text=spans, line=draw(st.integers(0, 99)))


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """Draw a release: headline, some paragraphs, perhaps quotations, a call to action, a link and hashtags."""
    return release(
        headline=draw(words),
        subhead=draw(st.sampled_from(["", "One line below"])),
        body=tuple(draw(st.lists(words.map(paragraph) | quotations() | linked(), min_size=1, max_size=5))),
        call_to_action=tuple(draw(st.lists(linked(), max_size=1))),
        link=draw(links),
        hashtags=tuple(draw(st.lists(st.sampled_from(["MineFree", "Été2026", "x" * 200]), max_size=3))),
    )
