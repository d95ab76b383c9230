"""A release written out is read as the same release: whoever edits the text begins with what was understood."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ListName
from distributor.core.release import (
    Block,
    BulletList,
    Dateline,
    Image,
    Paragraph,
    PressContact,
    Release,
    SourceFormat,
    Span,
    Subheading,
    Text,
    plain,
)
from distributor.core.source import tidy
from distributor.core.spoken import Spoken, spoken_in, with_speakers
from distributor.intake.characters import refuse_characters
from distributor.intake.link_target import is_allowed, with_bare_links
from distributor.intake.read import read_release, read_release_bytes
from distributor.intake.said import amended, release_said
from distributor.intake.write import embargo_words, keys_of, written
from tests.intake.word_document import paragraph, word_document

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
#: Everything that Markdown or YAML would take for itself, and what must not be touched.
_PIECES = (
    "The road is open", "said Ana Lima", "“We counted,”", "“Medalyon”", "«Oui»", "1.", "2)", "-", "+", "#", "##", "###",
    "*", "**", "_", "a_b", "`x`", "[x]", "[x](y)", "![x](y)", "<b>", "<!-- x -->", "&amp;", "&", "AT&T", "\\", "---", "===",
    "~~~", ">", "|", ": ", "é", "日本", "\u00a0", "\u2028", "\u200f", "👩‍👩‍👧", "Ends", "Notes to editors:",
    "About Example Aid", "Geneva, 30 March 2022 –", "#MineBan", "EMBARGOED UNTIL 00:01 GMT, 30 March 2022", "press@example.org",
    "https://example.org/a_b*c?x=1&y=(2)", "no", "null", "'", '"', "%", "@", "!", "{", "}", " ", "  ", "\t",
)  # fmt: skip
_TARGETS = (
    "https://example.org/",
    "#",
    "",
    "https://example.org/a b(c)<d>&amp;\\_*",
    "mailto:a@example.org",
    "/x",
    "  https://e.org ",
)


def plain_words(*, least: int = 1) -> st.SearchStrategy[str]:
    pieces = st.sampled_from(_PIECES) | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=3)
    return st.lists(pieces, min_size=least, max_size=6).map(" ".join).filter(_is_allowed)


def _is_allowed(text: str) -> bool:
    try:
        refuse_characters(text, where="x")
    except BadInput:
        return False
    return True


def line(words: str) -> str:
    return " ".join(words.split())


@st.composite
def texts(draw: st.DrawFn) -> Text:
    spans = draw(
        st.lists(
            st.builds(
                Span, text=plain_words(), is_strong=st.booleans(), is_emphasis=st.booleans(),
                href=st.none() | st.none() | st.sampled_from([one for one in _TARGETS if is_allowed(one)]),
            ),
            min_size=1, max_size=4,
        )
    )  # fmt: skip
    text = tidy(with_bare_links(tidy(tuple(spans))))
    assume(text)
    return text


@st.composite
def blocks(draw: st.DrawFn, *, most: int = 4) -> tuple[Block, ...]:
    kinds = (
        st.builds(Paragraph, text=texts()),
        st.builds(Subheading, text=texts()),
        st.builds(BulletList, items=st.lists(texts(), min_size=1, max_size=3).map(tuple), is_ordered=st.booleans()),
    )
    return tuple(draw(st.lists(st.one_of(*kinds), max_size=most)))


@st.composite
def spoken_bodies(draw: st.DrawFn) -> tuple[Block, ...]:
    """Draw a body whose quotations are heard, or put right by somebody."""
    heard, _ = with_speakers(draw(blocks().filter(bool)), ())
    said = []
    for pair in spoken_in(heard):
        choice = draw(st.sampled_from(["as heard", "term", "nobody", "Mara Lind"]))
        speaker = choice if choice == "Mara Lind" else None
        said.append(
            pair if choice == "as heard" else Spoken(words=pair.words, speaker=speaker, is_quotation=choice != "term")
        )  # fmt: skip
    return with_speakers(heard, said)[0]


def _part(text: str) -> str:
    return text.replace("\u2028", "\n").strip()


def _wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc, arg-type]  # year to minute, no zone


_lines = plain_words(least=0).map(line)
_embargoes = st.none() | st.just(Embargo(local=None)) | st.builds(
    lambda wall, zone: Embargo(local=LocalTime(wall=wall.replace(microsecond=0), zone=zone)),
    st.datetimes(_wall(2031, 6, 1), _wall(2031, 8, 1)),
    st.sampled_from(["UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "Etc/GMT-2", "US/Eastern"]),
)  # fmt: skip


@st.composite
def whole_releases(draw: st.DrawFn) -> Release:
    """Draw a release as intake and the desk make them."""
    city, day = draw(_lines), draw(st.none() | st.dates(date(2000, 1, 1), date(2099, 1, 1)))
    return Release(
        headline=draw(_lines.filter(bool)),
        language=Language(draw(st.sampled_from(["en", "fr", "pt-BR", "ar", "no"]))),
        body=draw(spoken_bodies()),
        subhead=draw(_lines),
        dateline=Dateline(city=city, date=day) if city or day else None,
        embargo=draw(_embargoes),
        embargo_line=draw(_lines),
        end_mark=draw(_lines),
        call_to_action=draw(blocks(most=2)),
        notes=draw(blocks(most=2)),
        boilerplate=draw(blocks(most=2)),
        contacts=tuple(draw(st.lists(st.builds(
            PressContact, name=_lines.filter(bool), role=_lines, email=st.just("press@example.org"), phone=_lines), max_size=2
        ))),
        images=tuple(
            draw(st.lists(st.builds(Image, url=st.just("https://example.org/a.jpg"), alt=_lines, caption=_lines), max_size=2))
        ),
        hashtags=tuple(draw(st.lists(st.sampled_from(["MineBan", "Été", "2026"]), max_size=2))),
        link=draw(st.sampled_from(["", "https://example.org/report"])),
        author=draw(_lines),
        thread=tuple(draw(st.lists(plain_words().map(_part).filter(bool), max_size=2))),
        languages_wanted=draw(st.sampled_from([(), (Language("fr"), Language("es"))])),
        lists=draw(st.sampled_from([(), (ListName("defence desk"),)])),
    )  # fmt: skip


def bare(release: Release) -> Release:
    """Return the release without what may differ once it was written and read."""

    def unplaced(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(dataclasses.replace(block, line=0) for block in blocks)

    return dataclasses.replace(
        release, remarks=(), source_format=SourceFormat.MARKDOWN, body=unplaced(release.body), notes=unplaced(release.notes),
        call_to_action=unplaced(release.call_to_action), boilerplate=unplaced(release.boilerplate),
    )  # fmt: skip


def again(release: Release) -> Release:
    return read_release_bytes(written(release).encode(), name="written.md", now=NOW)


@given(whole_releases())
@example(
    Release(
        headline="x", language=Language("en"),
        body=(Paragraph(text=(Span(text="foo"), Span(text='"bar"', is_strong=True), Span(text="baz", is_emphasis=True))),),
    )
)  # fmt: skip
def test_what_is_written_is_read_as_the_same_release(release: Release) -> None:
    assert bare(again(release)) == bare(release)


@given(whole_releases())
def test_a_form_filled_in_with_a_release_gives_that_release(release: Release) -> None:
    assert bare(release_said(keys_of(release), now=NOW)) == bare(release)
    assert bare(amended(release, keys_of(release), now=NOW)) == bare(release)


@given(st.lists(plain_words(), min_size=2, max_size=12), st.sampled_from(["md", "txt", "html", "docx"]))
def test_whatever_was_taken_in_from_any_format_can_be_edited_as_text(pieces: list[str], kind: str) -> None:
    content = {
        "md": "\n\n".join(["# A headline", *pieces]).encode(),
        "txt": "\n\n".join(["A headline", *pieces]).encode(),
        "html": f"<h1>A headline</h1>{''.join(f'<p>{escape(one)} <b>{escape(one)} </b>x</p>' for one in pieces)}".encode(),
        "docx": word_document([paragraph("A headline", style="Title"), *(paragraph(one) for one in pieces)]),
    }[kind]
    try:
        release = read_release_bytes(content, name=f"r.{kind}", now=NOW)
    except BadInput:
        return

    assert bare(again(release)) == bare(release)


@pytest.mark.parametrize("name", ["full.md", "pasted.txt", "page.html"])
def test_the_samples_are_written_so_that_people_can_read_them(name: str) -> None:
    release = read_release(SAMPLES / name, now=NOW)

    text = written(release)

    assert bare(again(release)) == bare(release)
    assert "&#x" not in text
    assert plain(next(block for block in release.body if isinstance(block, Paragraph)).text)[:20] in text
    assert written(again(release)) == text, "writing what was read changes nothing"


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Europe/London", "America/New_York", "Europe/Zurich"])
@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_occurs_twice_keeps_its_instant(zone: str, fold: int) -> None:
    wall = {"Europe/London": _wall(2026, 10, 25, 1, 30), "America/New_York": _wall(2026, 11, 1, 1, 30)}
    embargo = Embargo(local=LocalTime(wall=wall.get(zone, _wall(2026, 10, 25, 2, 30)), zone=zone, fold=fold))
    release = Release(headline="x", language=Language("en"), body=(Paragraph(text=(Span(text="x"),)),), embargo=embargo)

    read = again(release).embargo

    assert read is not None
    assert read.lift_at() == embargo.lift_at()
    assert fold or zone == "Europe/Zurich" or read == embargo, embargo_words(embargo)


def test_one_thing_put_right_leaves_everything_else_alone() -> None:
    release = read_release(SAMPLES / "full.md", now=NOW)

    changed = amended(release, {"embargo": "2031-05-01 09:00 Europe/Paris"}, now=NOW)

    assert changed.embargo is not None
    assert changed.embargo.lift_at() == datetime(2031, 5, 1, 7, tzinfo=UTC)
    assert dataclasses.replace(changed, embargo=release.embargo) == release


def test_a_speaker_who_was_put_right_stays_when_the_text_around_the_words_changes() -> None:
    release = read_release(SAMPLES / "full.md", now=NOW)
    pairs = [
        {"words": one.key, "speaker": "Cleo Right"} if one.is_quotation else {"words": one.key, "is": "term"}
        for one in spoken_in(release.body)
    ]
    named = amended(release, {"speakers": pairs}, now=NOW)
    body = keys_of(named)["body"]
    assert isinstance(body, str)

    edited = amended(named, {"body": body.replace("The maps are", "All maps are")}, now=NOW)

    assert {one.speaker for one in spoken_in(edited.body) if one.is_quotation} == {"Cleo Right"}
    assert bare(again(edited)) == bare(edited)


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ({"headline": "  "}, "headline"),
        ({"headline": "x\u202ey"}, "headline"),
        ({"embargo": "tomorrow"}, "embargo"),
        ({"embargo": "2031-05-01 09:00 Atlantis"}, "embargo"),
        ({"date": "30 February 2031"}, "date"),
        ({"language": "klingon"}, "language"),
        ({"contacts": [{"name": "Ana"}]}, "contacts, 1"),
        ({"contacts": [{"name": "Ana", "email": "ana@", "phone": ""}]}, "contacts, 1"),
        ({"images": [{"url": "javascript:alert(1)", "alt": "x"}]}, "images, 1"),
        ({"hashtags": "two words"}, "hashtags"),
        ({"link": "example.org"}, "link"),
        ({"lists": ["a/b"]}, "lists, 1"),
        ({"notes": "x" * 64_001}, "notes"),
        ({"body": "  \n "}, "body:1"),
        ({"body": "one\n\ntwo\x07"}, "body:3"),
        ({"speakers": [{"speaker": "Ana"}]}, "speakers, 1"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_its_field(keys: dict[str, str], where: str) -> None:
    release = read_release(SAMPLES / "full.md", now=NOW)

    with pytest.raises(BadInput) as refused:
        amended(release, keys, now=NOW)

    assert refused.value.where == where
    assert refused.value.remedy


def test_a_release_that_is_read_exactly_is_not_looked_into() -> None:
    head = "---\nheadline: One\nreading: exact\n---\n"
    text = f"{head}A second headline\n\nGENEVA, 1 May 2030 – Text.\n\nEnds\n\nAna, ana@example.org\n"

    release = read_release_bytes(text.encode(), name="r.md", now=NOW)

    assert (release.subhead, release.dateline, release.end_mark, release.contacts) == ("", None, "", ())
    assert len(release.body) == 4


def test_an_embargo_that_is_over_is_remarked_on_until_it_is_mended() -> None:
    release = read_release(SAMPLES / "full.md", now=NOW)
    over = amended(release, {"embargo": "2029-05-01 09:00 UTC"}, now=NOW)
    assert len(over.remarks) == 1

    mended = amended(over, {"embargo": "2031-05-01 09:00 UTC"}, now=NOW + timedelta(days=1))

    assert mended.remarks == ()
