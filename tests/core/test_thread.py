"""Threads: every part fits, nothing is invented, a quotation stays whole with its speaker."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings

from distributor.core.counting import BlueskyCounter, Counter, MastodonCounter, XCounter, counter_for, graphemes
from distributor.core.errors import BadInput
from distributor.core.message import ChannelName
from distributor.core.release import Paragraph, Quotation, Release, plain, texts_of
from distributor.core.sentences import folded
from distributor.core.thread import MOST_PARTS, compose_thread
from distributor.core.thread_parts import Room, fit
from tests.core.factories import paragraph, release
from tests.core.strategies import hostile, releases, words

COUNTER = counter_for(ChannelName.X)
HOLDS = Room(COUNTER).holds
_NUMBER = re.compile(r"^\d+/\d+ ")
_LONG = " ".join(f"Sentence number {n} says that the mines must go and never come back." for n in range(1, 9))


def parts_of(content: Release, *, counter: Counter = COUNTER) -> tuple[str, ...]:
    """Return the composed parts."""
    return compose_thread(content, counter=counter, channel=ChannelName.X).parts


def bare(parts: tuple[str, ...]) -> list[str]:
    """Return the parts without their numbers."""
    return [_NUMBER.sub("", part) for part in parts]


def quoting(said: str, speaker: str | None = "Mara Lind", *, marks: str = "“”") -> Paragraph:
    """Return a paragraph that is a quotation."""
    text = f"{marks[0]}{said}{marks[1]} said {speaker}."
    return paragraph(text, quotations=(Quotation(words=said, speaker=speaker),))


def skeleton(text: str) -> str:
    """Return the letters and digits only, so that marks, ellipses and spaces do not count."""
    return re.sub(r"[\W_]", "", text)


def follows(piece: str, whole: str) -> bool:
    """Say whether the words of the piece stand in the text, in this order."""
    # Behind an ideographic full stop a space may stand or not.
    rest = iter(whole.replace("。", "。 ").split())
    return all(any(skeleton(word) in skeleton(one) for one in rest) for word in piece.replace("。", "。 ").split())


def source_of(content: Release) -> str:
    """Return everything that a thread may say, in order."""
    body = [plain(text) for block in (*content.body, *content.call_to_action) for text in texts_of(block)]
    return "\n".join([content.headline, content.subhead, *body])


def without_additions(part: str, content: Release) -> str:
    """Return the part without link, hashtags and attribution."""
    for link in re.findall(r"https?://\S+", part):
        part = part.replace(link, "")
    for tag in content.hashtags:
        part = part.replace(f"#{tag}", "")
    for quotation in (q for block in content.body if isinstance(block, Paragraph) for q in block.quotations):
        part = part.replace(f"— {quotation.speaker}", "")
    return part


def test_headline_opens_a_quotation_follows_and_the_link_closes() -> None:
    parts = bare(parts_of(release(hashtags=("MineFree", "Landmines"))))

    assert parts[0] == "Teams clear the last mines around a village school"
    assert parts[1].startswith("Children in the valley can walk to school again")
    assert "“The path is open” — Mara Lind" in parts[2]
    assert parts[-1].endswith("https://example.org/school\n\n#MineFree #Landmines")


@given(releases())
def test_every_part_fits_and_the_thread_is_short(content: Release) -> None:
    parts = parts_of(content)

    assert parts == parts_of(content)
    assert len(parts) <= MOST_PARTS
    assert all(COUNTER.fits(part) and bare((part,))[0].strip() for part in parts)
    assert [_NUMBER.match(part) is not None for part in parts] == [len(parts) > 1] * len(parts)
    assert sum(len(re.findall(r"https?://", part)) for part in parts) <= 1
    assert all(len(re.findall(r"(?<![\w$])\$[A-Za-z]{1,6}", part)) <= 1 for part in parts)
    assert not any(part.startswith("@") for part in parts)


@given(releases())
def test_a_thread_says_only_words_of_the_release_in_its_order(content: Release) -> None:
    said = " ".join(without_additions(part, content) for part in bare(parts_of(content)))

    assert follows(said, source_of(content))


@given(releases())
def test_a_quotation_is_verbatim_and_never_leaves_its_speaker(content: Release) -> None:
    known = [q for block in content.body if isinstance(block, Paragraph) for q in block.quotations if q.speaker]

    # The joiner that takes a second cashtag's effect away cannot be seen.
    seen = [part.replace("\u2060", "") for part in bare(parts_of(content))]
    quoted = [found for part in seen if (found := re.match(r"“([^”]+)” — (.+)", part))]

    assert bool(quoted) == bool(known)
    for found in quoted:
        words = found[1].strip("…")
        assert any(found[2].startswith(str(q.speaker)) and words in folded(q.words) for q in known)


@pytest.mark.parametrize("counter", [BlueskyCounter(), MastodonCounter(limit=200), XCounter(limit=120)])
@given(content=releases())
@settings(max_examples=25)
def test_every_part_fits_on_other_platforms_too(counter: Counter, content: Release) -> None:
    assert all(counter.fits(part) for part in parts_of(content, counter=counter))


def test_bluesky_s_bytes_are_kept_as_well_as_its_graphemes() -> None:
    content = release(headline="👩‍👩‍👧" * 290, link="")

    assert all(BlueskyCounter().fits(part) for part in parts_of(content, counter=BlueskyCounter()))


@given(words)
def test_a_sentence_that_is_cut_loses_no_word_and_stays_in_order(text: str) -> None:
    pieces = list(fit(text, holds=HOLDS))

    assert "".join(map(skeleton, pieces)) == skeleton(text)
    assert all(HOLDS(piece) for piece in pieces)
    assert not any(re.search(r"\b(?:164|3|2\.5|Dr\.?|No\.|100)…$", piece) for piece in pieces)


@given(hostile)
def test_hostile_text_still_fits_and_no_grapheme_is_cut(text: str) -> None:
    whole = folded(text) or "x"

    pieces = list(fit(whole, holds=HOLDS))

    known = {*graphemes(whole), "…"}
    assert all(HOLDS(piece) and {*graphemes(piece)} <= known for piece in pieces)


@given(hostile, hostile)
def test_a_hostile_release_makes_a_thread_that_fits_or_is_refused(headline: str, text: str) -> None:
    try:
        parts = parts_of(release(headline=headline, body=(paragraph(text), quoting(text or "So."))))
    except BadInput as error:
        pytest.fail(f"a link alone is a thread: {error}")

    assert all(COUNTER.fits(part) for part in parts)


def test_a_release_without_a_word_is_refused() -> None:
    with pytest.raises(BadInput, match="headline"):
        parts_of(release(headline=" ", body=(), link=""))


def test_a_headline_that_cannot_fit_is_broken_at_a_clause() -> None:
    headline = "Campaign welcomes the clearance of the valley after eleven years of work by hand, " * 5

    first, second, *_ = bare(parts_of(release(headline=headline)))

    assert first.endswith("by hand…")
    assert second.startswith("…Campaign welcomes")


def test_a_text_without_end_is_composed_in_no_time() -> None:
    """Counting every position of a long text takes minutes."""
    content = release(headline="h " * 40_000, body=(paragraph("word " * 40_000), paragraph("(" * 40_000)))

    started = time.process_time()
    parts = parts_of(content)

    assert time.process_time() - started < 5
    assert len(parts) <= MOST_PARTS


def test_composing_a_usual_release_takes_less_than_a_tenth_of_a_second() -> None:
    COUNTER.count("example.org loads the library")
    content = release(body=(*(paragraph(f"{_LONG} (Version {n}.5 of it.)") for n in range(12)), quoting(_LONG)))

    started = time.process_time()
    parts_of(content)

    assert time.process_time() - started < 0.1


def test_a_fact_that_would_not_be_finished_is_left_out() -> None:
    endless = " ".join(f"word{n}" for n in range(400)) + "."
    content = release(body=(paragraph("Teams cleared 40 hectares."), paragraph(endless)))

    parts = bare(parts_of(content))

    assert "Teams cleared 40 hectares." in parts[1]
    assert not any("…" in part for part in parts)


def test_no_space_is_put_between_sentences_that_have_none() -> None:
    text = "地雷は今も残っている。" * 30

    facts = bare(parts_of(release(body=(paragraph(text),), link="")))[1:]

    assert "".join(facts) == text


def test_short_paragraphs_share_a_part() -> None:
    parts = bare(parts_of(release(body=(paragraph("One fact."), paragraph("Another fact.")))))

    assert parts[1].startswith("One fact.\n\nAnother fact.")


def test_what_only_attributes_a_quotation_is_no_fact() -> None:
    text = "Teams came. “The path is open. Go!” Lind is head of the team. She cried. The field has 40 hectares."
    lead = paragraph(text, quotations=(Quotation(words="The path is open. Go!", speaker="Mara Lind"),))

    joined = "\n".join(parts_of(release(body=(lead, quoting("Enough,", "Ben Okri")))))

    assert "Teams came." in joined
    assert "Lind is head" not in joined
    assert "She cried" not in joined


def test_what_follows_the_quotation_is_not_told_before_it() -> None:
    text = "Teams came. “The path is open,” said Mara Lind. The field has 40 hectares."
    lead = paragraph(text, quotations=(Quotation(words="The path is open,", speaker="Mara Lind"),))

    parts = bare(parts_of(release(body=(lead,), link="")))

    assert parts[1:] == ["Teams came.", "“The path is open” — Mara Lind"]


def test_a_release_that_opens_with_a_quotation_tells_its_facts_behind_it() -> None:
    parts = bare(parts_of(release(body=(quoting("The path is open,"), paragraph("Teams cleared 40 hectares.")))))

    assert parts[1] == "“The path is open” — Mara Lind"
    assert parts[2].startswith("Teams cleared 40 hectares.")


def test_a_long_quotation_is_broken_at_its_own_sentences_and_keeps_its_speaker() -> None:
    said = [part for part in bare(parts_of(release(body=(paragraph("Lead."), quoting(_LONG))))) if "“" in part]

    assert len(said) == 2
    for part in said:
        found = re.match(r"“(.+\.)” — Mara Lind", part)
        assert found is not None
        assert found[1] in _LONG


def test_a_shorter_quotation_that_fits_is_preferred_to_a_long_one_in_pieces() -> None:
    joined = "\n".join(parts_of(release(body=(paragraph("Lead."), quoting(_LONG), quoting("Enough,", "Ben Okri")))))

    assert "“Enough” — Ben Okri" in joined
    assert "Mara Lind" not in joined


def test_the_only_quotation_is_broken_at_a_clause_when_its_one_sentence_is_too_long() -> None:
    said = "we call on all states to come back to the table, " * 8 + "and to stay."

    pieces = [part for part in bare(parts_of(release(body=(paragraph("Lead."), quoting(said))))) if "“" in part]

    assert len(pieces) == 2
    assert pieces[0].endswith("…” — Mara Lind")
    assert pieces[1].startswith("“…")


@pytest.mark.parametrize(
    ("marks", "shown"), [("“”", "“So gut”"), ("„“", "„So gut“"), ("«»", "«\u00a0So gut\u00a0»"), ('""', "“So gut”")]
)
def test_the_release_s_own_quotation_marks_are_kept(marks: str, shown: str) -> None:
    parts = parts_of(release(body=(paragraph("Lead."), quoting("So gut,", marks=marks))))

    assert any(f"{shown} — Mara Lind" in part for part in parts)


def test_a_quotation_that_nobody_speaks_is_not_quoted() -> None:
    assert not any("—" in part for part in parts_of(release(body=(paragraph("Lead."), quoting("So be it.", None)))))


def test_the_sample_release_makes_a_thread_of_a_sensible_length(repo_root: Path) -> None:
    from datetime import UTC, datetime

    from distributor.intake.read import read_release

    content = read_release(repo_root / "templates" / "sample" / "release.md", now=datetime(2026, 11, 23, tzinfo=UTC))
    parts = parts_of(content)

    assert 4 <= len(parts) <= MOST_PARTS
    assert content.headline in parts[0]
    quoted = [q for block in content.body if isinstance(block, Paragraph) for q in block.quotations]
    assert any(q.words.rstrip(",") in part and str(q.speaker) in part for q in quoted for part in parts)
    assert sum(part.count("https://") for part in parts) == 1
