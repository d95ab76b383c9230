"""From neutral blocks to a release: datelines, headings, sections, contacts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.dateline import dated_line, only_date, undated_line
from distributor.core.errors import BadInput
from distributor.core.release import Paragraph, Release, SourceFormat, Span, plain
from distributor.core.section import end_mark_in
from distributor.core.source import Kind, Source, SourceBlock, cut, tidy
from distributor.core.structure import understand
from distributor.core.understood import leads_nowhere, understood

NOW = datetime(2022, 3, 29, tzinfo=UTC)
DAY = date(2022, 3, 30)


def blocks_of(*paragraphs: str) -> tuple[SourceBlock, ...]:
    return tuple(
        SourceBlock(kind=Kind.PARAGRAPH, text=(Span(text=words),), line=number)
        for number, words in enumerate(paragraphs, start=1)
    )


def release_of(*paragraphs: str) -> Release:
    source = Source(name="r.txt", format=SourceFormat.TEXT, blocks=blocks_of(*paragraphs))
    return understand(source, now=NOW)


@pytest.mark.parametrize(
    ("text", "city", "day", "rest"),
    [
        ("(Geneva, 30 March 2022) – The road", "Geneva", DAY, "The road"),
        ("GENEVA, 30 March 2022 – The road", "Geneva", DAY, "The road"),
        ("London/Paris, March 30, 2022 - The road", "London/Paris", DAY, "The road"),
        ("NEW YORK, N.Y., March 30, 2022 /Wire/ -- The road", "New York, N.Y.", DAY, "The road"),
        ("Genf, 30. März 2022 – Die Straße", "Genf", DAY, "Die Straße"),
        ("Genève, le 30 mars 2022 – La route", "Genève", DAY, "La route"),
        ("Ginebra, 30 de marzo de 2022.– La ruta", "Ginebra", DAY, "La ruta"),
        ("GENEVA (30 March 2022) — The road", "Geneva", DAY, "The road"),
        ("Geneva, Wednesday 30 March 2022 – The road", "Geneva", DAY, "The road"),
        ("Geneva, 30 March 2022", "Geneva", DAY, ""),
        ("Geneva, 30 March: The road", "Geneva", None, "The road"),
    ],
)
def test_a_dateline_is_known_in_its_usual_forms(text: str, city: str, day: date | None, rest: str) -> None:
    found = dated_line(text)

    assert found is not None
    assert (found.dateline.city, found.dateline.date, text[found.end :]) == (city, day, rest)


@pytest.mark.parametrize(
    "text",
    ["Since 1999, roads have closed", "In Geneva on 30 March 2022 - as planned", "Ukraine, on 30 March 2022 became the first"],
)
def test_a_sentence_with_a_date_is_no_dateline(text: str) -> None:
    assert dated_line(text) is None


def test_a_town_alone_opens_a_first_sentence() -> None:
    found = undated_line("Geneva – The road is open.")

    assert found is not None
    assert found.dateline.city == "Geneva"
    assert undated_line("Landmines – the hidden killers – remain.") is None


def test_a_line_that_is_only_a_date_is_told_from_a_sentence_with_one() -> None:
    assert only_date("Wednesday, 30 March 2022") == DAY
    assert only_date("Open since 30 March 2022") is None


def test_a_dateline_whose_weekday_does_not_fit_is_asked_about() -> None:
    with pytest.raises(BadInput, match="weekday") as error:
        release_of("Headline", "Geneva, Monday 30 March 2022 – The road is open.")

    assert error.value.where == "r.txt:2"


@pytest.mark.parametrize("mark", ["Ends", "ENDS", "###", "# # #", "-30-", "– 30 –", "–ENDE–", "FIN", "[Ends]", "*** ENDS ***"])
def test_an_end_mark_closes_the_text(mark: str) -> None:
    release = release_of("Headline", "The road is open.", mark, "Find out more about it.")

    assert release.end_mark == mark
    assert len(release.body) == 1
    assert len(release.call_to_action) == 1


@pytest.mark.parametrize("words", ["30", "It never ends", "Finland", "Weekends", "#roads"])
def test_other_words_are_no_end_mark(words: str) -> None:
    assert end_mark_in(blocks_of(words)[0]) == ""


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Notes to editors", "notes"), ("Editor's note:", "notes"), ("Notes à la rédaction", "notes"),
        ("Hinweise für die Redaktion", "notes"), ("Notas para los editores", "notes"),
        ("About Example Aid", "boilerplate"), ("À propos d'Example", "boilerplate"), ("Über Example Aid", "boilerplate"),
        ("Take action", "call_to_action"),
    ],
)  # fmt: skip
def test_a_heading_opens_its_part(heading: str, part: str) -> None:
    release = release_of("Headline", "The road is open.", heading, "These words belong to the part.")

    last = getattr(release, part)[-1]
    assert plain(last.text) == "These words belong to the part."
    assert len(release.body) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("Press contact: Ana Example, Media Officer, ana@example.org, +41 22 555 01 00",),
        ("Media contacts", "Ana Example", "Media Officer", "ana@example.org", "Tel. +41 22 555 01 00"),
        ("For more information, please contact:", "Ana Example (Media Officer) – ana@example.org | +41 22 555 01 00"),
        ("Contact presse :", "Ana Example, Media Officer", "Courriel : ana@example.org – Tél. : +41 22 555 01 00"),
    ],
)
def test_a_press_contact_is_read_from_one_line_or_several(lines: tuple[str, ...]) -> None:
    release = release_of("Headline", "The road is open.", "Ends", *lines)

    [contact] = release.contacts
    assert (contact.name, contact.role, contact.email, contact.phone) == (
        "Ana Example", "Media Officer", "ana@example.org", "+41 22 555 01 00",
    )  # fmt: skip
    assert release.notes == ()


def test_two_press_contacts_are_kept_apart() -> None:
    release = release_of(
        "Headline", "The road is open.", "Press contacts", "Ana Example, ana@example.org", "Bruno Muster, +49 30 5550 0100"
    )

    assert [(c.name, c.email or c.phone) for c in release.contacts] == [
        ("Ana Example", "ana@example.org"),
        ("Bruno Muster", "+49 30 5550 0100"),
    ]


def test_the_paragraph_that_describes_the_sender_is_boilerplate_and_is_remarked_on() -> None:
    release = release_of(
        "Headline",
        "Example Aid opened the road.",
        "It took nine years.",
        "It is open.",
        "Example Aid works for safe roads.",
        "Ends",
    )

    assert len(release.body) == 3
    assert [plain(block.text) for block in release.boilerplate if isinstance(block, Paragraph)] == [
        "Example Aid works for safe roads."
    ]
    assert any("boilerplate" in remark for remark in release.remarks)


def test_a_last_paragraph_about_a_country_stays_text() -> None:
    release = release_of(
        "Headline", "Ruritania opened a road.", "It took years.", "It is open.", "Ruritania is a small country.", "Ends"
    )

    assert len(release.body) == 4
    assert release.boilerplate == ()


def test_an_embargo_over_two_lines_is_one_and_gets_its_year_from_the_dateline() -> None:
    release = release_of(
        "STRICTLY EMBARGOED",
        "Not for publication before 10:00 GMT, 31 March",
        "Headline",
        "Geneva, 30 March 2022 – The road is open.",
    )

    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2022, 3, 31, 10, tzinfo=UTC)
    assert release.embargo_line == "STRICTLY EMBARGOED Not for publication before 10:00 GMT, 31 March"


def test_an_embargo_that_must_be_asked_about_names_its_line() -> None:
    with pytest.raises(BadInput) as error:
        release_of("Headline", "EMBARGOED UNTIL 30 March 2022, 10:00", "The road is open.")

    assert error.value.where == "r.txt:2"


def test_two_embargo_lines_that_differ_are_asked_about() -> None:
    with pytest.raises(BadInput, match="different instants"):
        release_of(
            "Embargo: 30 March 2022 10:00 GMT",
            "Headline",
            "The road is open.",
            "Embargo: 30 March 2022 11:00 GMT",
            "Words follow.",
        )


@pytest.mark.parametrize(
    "paragraphs",
    [
        (),
        ("Geneva, 30 March 2022 – The road is open.", "More."),
        ("A sentence that goes on for very long " * 6 + "and ends.", "More."),
    ],
)
def test_a_release_without_headline_is_refused(paragraphs: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="no headline"):
        release_of(*paragraphs)


def test_a_headline_without_text_is_refused() -> None:
    with pytest.raises(BadInput, match="no text"):
        release_of("Headline")


def test_what_was_understood_names_the_embargo_in_both_times_and_dead_links() -> None:
    source = Source(
        name="r.txt",
        format=SourceFormat.TEXT,
        blocks=(
            *blocks_of("Headline", "Embargo: 30 March 2022 10:00 Europe/Zurich"),
            SourceBlock(kind=Kind.PARAGRAPH, text=(Span(text="See "), Span(text="this", href="#")), line=3),
        ),
    )

    rows = understood(understand(source, now=NOW))

    assert ("Embargo", "2022-03-30 10:00:00 Europe/Zurich = 2022-03-30 08:00:00 UTC") in rows
    assert ("Link", "this → #, which leads nowhere (line 3)") in rows
    assert all(value for _, value in rows)


@pytest.mark.parametrize("target", ["", "#", "#top", "/report", "https://", "https://intranet/x", "http://[", "mailto:"])
def test_a_target_that_no_reader_can_follow_leads_nowhere(target: str) -> None:
    assert leads_nowhere(target)


@given(st.lists(st.builds(Span, text=st.text(alphabet="ab \n", max_size=6), is_strong=st.booleans()), max_size=6).map(tuple))
def test_tidying_and_cutting_lose_no_letter(text: tuple[Span, ...]) -> None:
    words = plain(text)
    middle = len(words) // 2

    assert plain(tidy(text)) == " ".join(words.split())
    assert plain(cut(text, 0, middle)) + plain(cut(text, middle)) == words


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_any_paragraphs_are_understood_or_refused_with_a_remedy(paragraphs: list[str]) -> None:
    try:
        release = release_of(*paragraphs)
    except BadInput as error:
        assert error.remedy  # noqa: PT017 - a release and a refusal are both right
        return
    assert release.headline
    assert release.body
