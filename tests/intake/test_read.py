"""Releases as they come in: every format ends in the same structure, and the real one comes out right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from distributor.core.embargo import Embargo
from distributor.core.errors import BadInput
from distributor.core.release import BulletList, Paragraph, Release, SourceFormat, Subheading, plain
from distributor.core.understood import leads_nowhere
from distributor.intake.read import read_release, read_release_bytes
from tests.conftest import absent
from tests.intake.word_document import paragraph, word_document

NOW = datetime(2030, 3, 1, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> Release:
    return read_release(SAMPLES / name, now=NOW)


def markdown(text: str, *, embargo_answer: str = "") -> Release:
    return read_release_bytes(text.encode(), name="r.md", now=NOW, embargo_answer=embargo_answer)


def quotations(release: Release) -> list[tuple[str | None, str]]:
    return [(q.speaker, q.words) for block in release.body if isinstance(block, Paragraph) for q in block.quotations]


def words_of(release: Release) -> str:
    return "\n".join(plain(t) for b in release.all_blocks() for t in (b.items if isinstance(b, BulletList) else (b.text,)))


def test_the_real_release_comes_out_right(repo_root: Path) -> None:
    path = repo_root.parent / "shared" / "releases" / "icbl-cmc-2022-03-30.txt"
    if not path.exists():
        absent("The real release", remedy="It lies outside the tree, in ../shared/releases.")

    release = read_release(path, now=datetime(2022, 3, 30, tzinfo=UTC))

    assert "\n" not in release.headline
    assert release.headline.startswith("Russia Uses")
    assert release.subhead == ""
    assert release.dateline is not None
    assert (release.dateline.city, release.dateline.date) == ("Geneva", date(2022, 3, 30))
    assert len(release.body) == 6
    assert all(isinstance(block, Paragraph) for block in release.body)
    assert plain(release.body[0].text if isinstance(release.body[0], Paragraph) else ()).startswith("The International")
    assert [speaker for speaker, _ in quotations(release)] == ["Hector Guerra", "Hector Guerra"]
    assert [len(b.quotations) for b in release.body if isinstance(b, Paragraph)] == [0, 1, 0, 0, 0, 1]
    assert len(release.boilerplate) == 1
    assert release.end_mark == "Ends"
    assert len(release.call_to_action) == 1
    assert release.notes == ()
    assert release.embargo is None
    assert [leads_nowhere(target) for _, target, _ in release.links()] == [True] * 4
    assert [line for _, _, line in release.links()] == [5, 9, 11, 21]


def test_markdown_with_front_matter_gives_every_part() -> None:
    release = sample("full.md")

    assert release.source_format is SourceFormat.MARKDOWN
    assert release.headline == "Valley Council Clears Its Last Minefield"
    assert release.subhead.startswith("After nine years")
    assert release.dateline is not None
    assert (release.dateline.city, release.dateline.date) == ("Geneva", date(2030, 3, 27))
    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2030, 3, 27, 9, tzinfo=UTC)
    assert [type(block) for block in release.body] == [Paragraph, Paragraph, Paragraph, Subheading, BulletList, Paragraph]
    assert [speaker for speaker, _ in quotations(release)] == ["Ana Example", "Bruno Specimen", "Bruno Specimen", "Ana Example"]
    assert release.end_mark == "###"
    assert len(release.boilerplate) == 2
    assert len(release.notes) == 1
    assert release.contacts[0].email == "ana@example.org"
    assert release.hashtags == ("ClearTheFields", "SafeSteps")
    assert release.images[0].alt == "A deminer kneels in a marked field."
    assert release.thread == ("First part by hand.", "Second part.")
    assert release.languages_wanted == ("en", "fr")
    assert (release.author, release.lists, release.link) == ("Ana Example", ("defence desk",), "https://example.org/report")
    assert release.remarks == ()


def test_a_list_in_markdown_keeps_order_and_looks() -> None:
    release = sample("full.md")

    [numbered] = [block for block in release.body if isinstance(block, BulletList)]
    assert numbered.is_ordered
    assert [span.is_emphasis for span in numbered.items[1]] == [False, True, False]


def test_text_as_pasted_gives_every_part() -> None:
    release = sample("pasted.txt")

    assert release.headline == "VALLEY COUNCIL CLEARS ITS LAST MINEFIELD"
    assert release.subhead.startswith("After nine years")
    assert release.dateline is not None
    assert release.dateline.city == "London/Paris"
    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2030, 3, 27, 0, 1, tzinfo=UTC)
    assert release.embargo_line.startswith("STRICTLY EMBARGOED")
    assert [len(block.items) for block in release.body if isinstance(block, BulletList)] == [3]
    assert quotations(release) == [
        ("Dr Ana Example", "We counted every metre,"),
        ("Dr Ana Example", "Nobody should do this twice,"),
    ]
    assert release.links() == (("https://example.org/report", "https://example.org/report", 9),)
    assert release.end_mark == "-30-"
    assert [(c.name, c.role, c.phone) for c in release.contacts] == [("Ana Example", "Media Officer", "+44 20 5550 0100")]
    assert len(release.notes) == 1
    assert len(release.boilerplate) == 2


def test_lines_that_an_editor_broke_are_one_paragraph() -> None:
    text = (
        "Headline\n\nThe council of the valley met on the old road and declared\n"
        "that it is open again, after nine years of patient\nwork by many hands that nobody had counted on before.\n"
    )

    release = read_release_bytes(text.encode(), name="r.txt", now=NOW)

    assert len(release.body) == 1


def test_html_gives_words_links_and_pictures_and_nothing_that_runs() -> None:
    release = sample("page.html")

    assert release.headline == "La vallée a déminé son dernier champ"
    assert release.language == "fr"
    assert release.dateline is not None
    assert (release.dateline.city, release.dateline.date) == ("Paris", date(2030, 3, 27))
    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2030, 3, 27, 9, tzinfo=UTC)
    assert quotations(release) == [("Ana Example", "Nous avons compté chaque mètre")]
    assert [target for _, target, _ in release.links()] == ["https://example.org/rapport"]
    assert [(i.url, i.alt, i.caption) for i in release.images] == [
        ("https://example.org/champ.jpg", "Un champ balisé", "Le dernier champ")
    ]
    assert [c.role for c in release.contacts] == ["chargée des médias"]
    assert "never shown" not in words_of(release)
    assert "color" not in words_of(release)
    assert [remark.split(":")[0] for remark in release.remarks] == ["Line 11", "Line 11", "Line 12"]


def test_a_word_document_gives_headline_subhead_and_text() -> None:
    data = word_document(
        [
            paragraph("EMBARGOED UNTIL 10:00 CET, 30 January 2030"),
            paragraph("The Road Is Open", style="Heading1"),
            paragraph("After nine years"),
            paragraph("Geneva, 30 January 2030 – The council of the valley opened the road."),
            paragraph("“It is open,” said Ana Example."),
            paragraph("Ends"),
        ]
    )

    release = read_release_bytes(data, name="release.docx", now=NOW)

    assert release.source_format is SourceFormat.DOCX
    assert (release.headline, release.subhead) == ("The Road Is Open", "After nine years")
    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2030, 1, 30, 9, tzinfo=UTC)
    assert quotations(release) == [("Ana Example", "It is open,")]
    assert release.end_mark == "Ends"


def test_tracked_changes_in_a_word_document_are_remarked_on() -> None:
    inserted = '<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>The road is open.</w:t></w:r></w:ins></w:p>'

    release = read_release_bytes(word_document([paragraph("Headline"), inserted]), name="release.docx", now=NOW)

    assert any("tracked changes" in remark for remark in release.remarks)


def test_the_front_matter_wins_and_a_contradiction_stays_visible() -> None:
    release = markdown(
        "---\nheadline: From above\nsubhead: Under it\ncity: Bern\ndate: 2030-03-05\nembargo: 2030-03-05 10:00 UTC\n---\n"
        "# From the text\n\nEmbargoed until 11:00 UTC, 5 March 2030\n\nGeneva, 4 March 2030 – The road is open.\n"
    )

    assert (release.headline, release.subhead) == ("From above", "Under it")
    assert release.dateline is not None
    assert (release.dateline.city, release.dateline.date) == ("Bern", date(2030, 3, 5))
    assert release.embargo is not None
    assert release.embargo.lift_at() == datetime(2030, 3, 5, 10, tzinfo=UTC)
    assert release.embargo_line == "Embargoed until 11:00 UTC, 5 March 2030"


def test_the_officers_answer_wins_over_the_file() -> None:
    release = markdown("# Headline\n\nEmbargoed until 11:00, 5 March 2030\n\nThe road is open.\n", embargo_answer="immediate")

    assert release.embargo == Embargo(local=None)


def test_an_answer_that_must_be_asked_about_names_the_option() -> None:
    with pytest.raises(BadInput) as error:
        markdown("# Headline\n\nThe road is open.\n", embargo_answer="tomorrow")

    assert error.value.where == "--embargo"


@pytest.mark.parametrize("name", ["r.md", "r.txt"])
def test_a_link_that_runs_something_loses_its_target_and_is_remarked_on(name: str) -> None:
    text = "Headline\n\nRead [this](javascript:alert) and [that](https://example.org/a).\n"

    release = read_release_bytes(text.encode(), name=name, now=NOW)

    assert [target for _, target, _ in release.links()] == ["https://example.org/a"]
    assert "Read this and that." in words_of(release)
    assert any("Line 3" in remark for remark in release.remarks)


def test_html_inside_markdown_is_read_for_its_words_only() -> None:
    release = markdown(
        "# Headline\n\nThe <b onclick='x'>road</b> is open.\n\n<div><script>alert(1)</script><p>Words stay.</p></div>\n"
    )

    assert words_of(release) == "The road is open.\nWords stay."
    assert len(release.remarks) >= 2


def test_pasted_lines_of_windows_and_a_byte_order_mark_change_nothing() -> None:
    text = "Headline\n\nThe road is open, say the people of the valley."

    unix = read_release_bytes(text.encode(), name="r.txt", now=NOW)

    assert unix == read_release_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"), name="r.txt", now=NOW)
    assert unix == read_release_bytes(text.encode("utf-16"), name="r.txt", now=NOW)


def test_html_in_the_encoding_that_it_declares_is_read() -> None:
    text = '<html><head><meta charset="windows-1252"></head><h1>Genève</h1><p>Le déminage est fini.</p></html>'

    release = read_release_bytes(text.encode("cp1252"), name="r.html", now=NOW)

    assert release.headline == "Genève"


def test_yaml_does_not_turn_words_into_other_things() -> None:
    release = markdown("---\nlanguage: no\nheadline: 2030\nauthor: yes\n---\nThe road is open, say the people.\n\nMore of it.\n")

    assert (release.language, release.headline, release.author) == ("no", "2030", "yes")
