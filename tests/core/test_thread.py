"""Threads: every part fits, nothing is invented, a quotation stays whole with its speaker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.counting import counter_for, graphemes
from distributor.core.message import ChannelName
from distributor.core.release import BulletList, Paragraph, Quotation, Release, Span
from distributor.core.sentences import cuts, sentences
from distributor.core.thread import compose_thread
from distributor.core.thread_parts import fit, room
from tests.core.factories import paragraph, release

COUNTER = counter_for(ChannelName.X)
_NUMBER = re.compile(r"^\d+/\d+ ")
_WORDS = st.lists(
    st.sampled_from(
        ["Mines", "were", "found,", "near", "the", "village", "school;", "164 members", "US$ 3 million", "Dr. Jane Roe", "said.",
         "“Never again,”", "2.5 km", "over", "https://example.org/a", "été", "日本語の文。", "👩‍👩‍👧", "No. 7", "–", "Geneva."]
    ),
    min_size=1, max_size=90,
).map(" ".join)  # fmt: skip


def parts_of(content: Release) -> tuple[str, ...]:
    """Return the composed parts."""
    return compose_thread(content, counter=COUNTER, channel=ChannelName.X).parts


def bare(parts: tuple[str, ...]) -> list[str]:
    """Return the parts without their numbers."""
    return [_NUMBER.sub("", part) for part in parts]


def test_headline_opens_a_quotation_follows_and_the_link_closes() -> None:
    parts = bare(parts_of(release(hashtags=("MineFree", "Landmines"))))

    assert parts[0] == "Teams clear the last mines around a village school"
    assert parts[1].startswith("Children in the valley can walk to school again")
    assert "“The path is open” — Mara Lind" in parts[2]
    assert parts[-1].endswith("https://example.org/school\n\n#MineFree #Landmines")


@given(st.lists(_WORDS, min_size=1, max_size=6), _WORDS, st.sampled_from(["", "https://example.org/x"]))
def test_every_part_fits_and_says_nothing_that_is_not_in_the_release(texts: list[str], headline: str, link: str) -> None:
    content = release(headline=headline, body=tuple(paragraph(text) for text in texts), link=link)

    parts = parts_of(content)

    assert parts == parts_of(content)
    assert all(COUNTER.fits(part) for part in parts)
    said = " ".join([headline, *texts, link])
    for part in bare(parts):
        for word in part.replace("…", " ").split():
            assert word in said or word.rstrip(",;:–") in said


@given(_WORDS)
def test_a_sentence_that_is_cut_loses_no_word_and_stays_in_order(text: str) -> None:
    pieces = fit(" ".join(text.split()), counter=COUNTER)

    joined = " ".join(piece.strip("…") for piece in pieces)
    assert re.sub(r"[\s,;:–—…]", "", joined) == re.sub(r"[\s,;:–—…]", "", text)
    assert all(COUNTER.count(piece) <= room(COUNTER) for piece in pieces)


@given(st.text(alphabet="ab👩‍👧é日 .,“”", max_size=700))
def test_hostile_text_still_fits_and_no_grapheme_is_cut(text: str) -> None:
    folded = " ".join(text.split()) or "x"
    whole = set(graphemes(folded)) | {"…"}

    for piece in fit(folded, counter=COUNTER):
        assert COUNTER.count(piece) <= room(COUNTER)
        assert set(graphemes(piece)) <= whole


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Jane Roe spoke. She left.", 2),
        ("It took 2.5 km of tape. Then more.", 2),
        ("The U.S. State Department agreed. So did No. 10.", 2),
        ("He said e.g. that. Done.", 2),
        ("J. R. Roe agreed! Really? Yes.", 3),
        ("“It is over. We are free.” She wept.", 2),
        ("M. Dupont est venu. Mme. Roux aussi.", 2),
        ("Das sind z.B. Minen. Ende.", 2),
        ("地雷は残る。支援が必要だ。", 2),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    "together", ["164 members", "US$ 3 million", "Dr Jane", "Jane Roe", "“two words”", "20 kg", "Director Hector"]
)
def test_what_belongs_together_is_not_cut(together: str) -> None:
    text = f"before {together} after"
    clauses, words = cuts(text)

    inside = range(text.index(together), text.index(together) + len(together))
    assert not set(inside) & {*clauses, *words}


def test_a_long_quotation_is_broken_at_its_own_sentences_and_keeps_its_speaker() -> None:
    words = " ".join(f"Sentence number {n} says that the mines must go and never come back." for n in range(1, 9))
    quotation = Quotation(words=words, speaker="Mara Lind")
    content = release(body=(paragraph("Lead."), paragraph(f"“{words}”", quotations=(quotation,))))

    quoting = [part for part in bare(parts_of(content)) if "“" in part]

    assert len(quoting) == 2
    for part in quoting:
        said = re.search(r"“(.+)” — Mara Lind", part)
        assert said is not None
        assert said.group(1) in words


def test_a_shorter_quotation_that_fits_is_preferred_to_a_long_one_in_pieces() -> None:
    long = " ".join(f"Sentence number {n} says that the mines must go and never come back." for n in range(1, 9))
    content = release(
        body=(
            paragraph("Lead."),
            paragraph(f"“{long}”", quotations=(Quotation(words=long, speaker="Mara Lind"),)),
            paragraph("“Enough,” he said.", quotations=(Quotation(words="Enough,", speaker="Ben Okri"),)),
        )
    )

    assert any("“Enough” — Ben Okri" in part for part in parts_of(content))
    assert not any("Mara Lind" in part for part in parts_of(content))


def test_there_is_one_link_and_never_a_dead_one() -> None:
    body = (
        Paragraph(text=(Span(text="Lead "), Span(text="here", href="#"), Span(text=" there", href="https://example.org/first"))),
        paragraph("More on https://example.org/inline now.", href="https://example.org/second"),
    )
    text = "\n".join(parts_of(release(body=body, link="")))

    assert re.findall(r"https?://\S+", text) == ["https://example.org/first"]


def test_parts_written_by_hand_are_taken_as_they_are() -> None:
    assert parts_of(release(thread=("One.", "Two."))) == ("One.", "Two.")


def test_a_part_never_starts_with_a_mention_and_has_one_cashtag() -> None:
    content = release(headline="@minister acts", body=(paragraph("Shares of $ABC and $DEF fell."),))

    parts = bare(parts_of(content))

    assert not any(part.startswith("@") for part in parts)
    assert all(len(re.findall(r"(?<![\w$])\$[A-Za-z]{1,6}", part)) <= 1 for part in parts)


def test_the_sample_release_makes_a_thread_of_a_sensible_length(repo_root: Path) -> None:
    from datetime import UTC, datetime

    from distributor.intake.read import read_release

    content = read_release(repo_root / "templates" / "sample" / "release.md", now=datetime(2026, 11, 23, tzinfo=UTC))
    parts = parts_of(content)

    assert 4 <= len(parts) <= 8
    assert content.headline in parts[0]
    quoted = [q for block in content.body if isinstance(block, Paragraph) for q in block.quotations]
    assert any(q.words.rstrip(",") in part and str(q.speaker) in part for q in quoted for part in parts)
    assert sum(part.count("https://") for part in parts) == 1


def test_a_call_to_action_closes_also_when_it_is_a_list_and_there_is_no_link() -> None:
    content = release(link="", call_to_action=(BulletList(items=((Span(text="Support the work of the teams."),),)),))

    assert bare(parts_of(content))[-1] == "Support the work of the teams."
