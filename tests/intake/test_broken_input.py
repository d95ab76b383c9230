"""Broken and hostile files: each is refused with file, line and remedy, and nothing worse ever happens."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.errors import BadInput
from distributor.core.message import TOKEN_START
from distributor.intake import docx
from distributor.intake.read import MAX_FILE_BYTES, read_release, read_release_bytes
from tests.intake.word_document import paragraph, word_document

NOW = datetime(2030, 3, 1, tzinfo=UTC)


def refusal(data: bytes | str, name: str = "r.md") -> BadInput:
    with pytest.raises(BadInput) as error:
        read_release_bytes(data.encode() if isinstance(data, str) else data, name=name, now=NOW)
    assert error.value.remedy
    return error.value


@pytest.mark.parametrize("name", ["r.md", "r.txt", "r.html"])
@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x9b", "\u202e", "\u202a", "\u2066", "\u2069", "\ufffd"]
)
def test_a_character_that_deceives_is_refused_with_its_line(name: str, character: str) -> None:
    error = refusal(f"<p>Headline</p>\n\nThe road {character} is open.\n", name)

    assert error.where == f"{name}:3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Headline\n\nThe road &#8238; is open.\n", "r.md"),
        ("<h1>Headline</h1><p>The road &#x202e; is open.</p>", "r.html"),
        ("<h1>Headline</h1><p>The road &#37;&#37;pr-address-h is open.</p>", "r.html"),
        ("Headline\n\nThe road %%**pr-address** is open.\n", "r.md"),
        ('---\nauthor: "Ana \\u202e"\n---\nHeadline\n\nThe road.\n', "r.md"),
        ('---\nauthor: "Ana \\ud800"\n---\nHeadline\n\nThe road.\n', "r.md"),
        ('---\nauthor: "Ana \\0"\n---\nHeadline\n\nThe road.\n', "r.md"),
    ],
)
def test_a_character_that_hides_behind_an_entity_is_refused_too(text: str, name: str) -> None:
    assert refusal(text, name).where.startswith(name)


def test_a_slot_token_in_the_text_is_refused() -> None:
    assert refusal(f"Headline\n\nThe road {TOKEN_START}address-h%% is open.\n").where == "r.md:3"


def test_a_wrong_encoding_is_refused_with_its_line_and_what_it_looks_like() -> None:
    text = "Genève est ouverte\n\nLe déminage est fini, après des années où l'été a été très long.\n" * 20

    error = refusal(text.encode("cp1252"), "r.txt")

    assert error.where == "r.txt:1"
    assert "not UTF-8" in error.problem
    assert "UTF-8" in error.remedy


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    with pytest.raises(BadInput, match="more than 10 MB"):
        read_release(path, now=NOW)


def test_bytes_over_the_limit_are_refused() -> None:
    assert "MB" in refusal(b"x" * (MAX_FILE_BYTES + 1), "r.txt").problem


def test_a_text_of_a_hundred_pages_is_refused() -> None:
    assert "characters" in refusal("Headline\n\n" + "word " * 30_000, "r.txt").problem


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(BadInput) as error:
            read_release(path, now=NOW)
        assert error.value.where == str(path)


@pytest.mark.parametrize(("data", "name"), [(b"%PDF-1.7 x", "r.txt"), (b"x", "r.pdf"), (b"{\\rtf1 x}", "r.md"), (b"x", "r.doc")])
def test_another_kind_of_file_is_refused(data: bytes, name: str) -> None:
    assert ".docx" in refusal(data, name).remedy


@pytest.mark.parametrize("text", ["", " \n\n\t\n", "---\nauthor: Ana\n---\n", "<html><body></body></html>"])
@pytest.mark.parametrize("name", ["r.md", "r.txt"])
def test_an_empty_file_is_refused(text: str, name: str) -> None:
    assert refusal(text, name).where.startswith(name)


@pytest.mark.parametrize(
    ("front_matter", "line", "problem"),
    [
        ("a: &a [x]\nb: *a", 2, "aliases"),
        ("headline: x\nauthor: *a", 3, "aliases"),
        ("headline: !!python/object/apply:os.system [x]", 2, "tags"),
        ("headline: [[[[[[x]]]]]]", 2, "nested"),
        ("- headline", 2, "no list of keys"),
        ("just words", 2, "no list of keys"),
        ("author: Ana\nauthor: Bruno", 3, "twice"),
        ("author: Ana\nheadlin: x", 3, "unknown key"),
        ("author: 'Ana", 3, "not valid YAML"),
        ("headline: a: b: c", 2, "not valid YAML"),
        ("[a, b]: c", 2, "no word"),
        ("author: [Ana]", 2, "Text is wanted"),
        ("language: klingon", 2, "language code"),
        ("date: soon", 2, "date"),
        ("date: 2030-02-30", 2, "no day 30"),
        ("author: x\nembargo: 2030-03-30 10:00", 3, "time zone"),
        ("embargo: 2030-03-30 00:01 CET CEST", 2, "does not fit"),
        ("contacts:\n  - name: Ana", 3, "e-mail address or a phone"),
        ("contacts:\n  - name: Ana\n    email: nowhere", 3, "not valid"),
        ("contacts:\n  - name: Ana\n    mail: a@example.org", 4, "unknown key"),
        ("contacts: Ana", 2, "wants a list"),
        ("thread: one", 2, "wants a list"),
        ("hashtags: [two words]", 2, "one word"),
        ("link: example", 2, "no web address"),
        ("link: javascript:alert(1)", 2, "no web address"),
        ("images:\n  - url: data:image/png;base64,AA", 3, "web address"),
        ("lists: ['../x']", 2, "media list"),
    ],
)
def test_front_matter_that_does_not_fit_is_refused_with_its_line(front_matter: str, line: int, problem: str) -> None:
    error = refusal(f"---\n{front_matter}\n---\nHeadline\n\nThe road is open.\n")

    assert problem in error.problem
    assert error.where == f"r.md:{line}"


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    assert refusal("---\nheadlin: x\n---\nText\n").remedy == 'Did you mean "headline"?'


def test_front_matter_that_is_not_closed_is_refused() -> None:
    assert "not closed" in refusal("---\nheadline: x\n\nText\n").problem


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{key}: &{key} [{','.join(['*' + before] * 9)}]\n" for before, key in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert refusal(f"---\n{bomb}---\nText\n").where == "r.md:2"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 broken", b"no zip at all", word_document([paragraph("x")])[:-40]],
)
def test_a_damaged_word_document_is_refused(data: bytes) -> None:
    assert refusal(data, "r.docx").where == "r.docx"


def test_a_zip_without_a_document_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("other.txt", "x")

    assert "no Word document" in refusal(buffer.getvalue(), "r.docx").problem


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = word_document([paragraph("x")], more={"word/media/x.bin": bytes(docx.MAX_INFLATED_BYTES + 1)})
    assert len(bomb) < 100_000

    assert "too large" in refusal(bomb, "r.docx").problem


def test_a_bomb_of_xml_is_refused_before_it_is_parsed() -> None:
    bomb = word_document([paragraph("x")], more={"word/styles.xml": b" " * (docx.MAX_XML_BYTES + 1)})

    assert "too large" in refusal(bomb, "r.docx").problem


def test_a_zip_of_thousands_of_entries_is_refused() -> None:
    bomb = word_document([paragraph("x")], more={f"word/{n}.bin": b"" for n in range(docx.MAX_ENTRIES)})

    assert "too large" in refusal(bomb, "r.docx").problem


def test_xml_that_defines_entities_is_refused() -> None:
    bomb = word_document([paragraph("x")], prolog='<!DOCTYPE d [<!ENTITY a "aaaa">]>')

    assert "entities" in refusal(bomb, "r.docx").problem


def test_xml_nested_without_end_is_refused() -> None:
    deep = "<w:p>" * 20_000 + "</w:p>" * 20_000

    assert refusal(word_document([deep]), "r.docx").where == "r.docx"


@pytest.mark.parametrize("name", ["r.md", "r.txt", "r.html"])
@pytest.mark.parametrize(
    "piece", ["[", "![", "> ", "“a ", "<div>", "<ul><li>", "*a ", "#a ", "Aa of the ", "EMBARGOED UNTIL 10:00\n\n"]
)
def test_endless_repetition_is_read_or_refused_without_exhaustion(name: str, piece: str) -> None:
    text = "Headline\n\n" + piece * (20_000 // len(piece))

    try:
        read_release_bytes(text.encode(), name=name, now=NOW)
    except BadInput as error:
        assert error.remedy  # noqa: PT017 - a release and a refusal are both right


@given(data=st.binary(max_size=300), name=st.sampled_from(["r.md", "r.txt", "r.html", "r.docx", "r"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        assert read_release_bytes(data, name=name, now=NOW).headline
    except BadInput as error:
        assert name in error.where  # noqa: PT017 - a release and a refusal are both right


_PIECES = st.sampled_from(
    [
        "---\n", "\n", "\n\n", "headline: ", "embargo: ", "&a ", "*a", "[", "](", ")", "<p>", "</p>", "<script>", "“", "” said ",
        "Ana Example", "# ", "- ", "###", "Ends", "Press contact: ", "a@example.org", "+41 22 555 01 00", "30 March 2022",
        "10:00 GMT", "Geneva, ", " – ", ".",
    ]
)  # fmt: skip


@given(text=st.lists(_PIECES | st.text(max_size=8), max_size=25).map("".join), name=st.sampled_from(["r.md", "r.txt", "r.html"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    try:
        assert read_release_bytes(data, name=name, now=NOW).body
    except BadInput as error:
        assert name in error.where  # noqa: PT017 - a release and a refusal are both right


@given(data=st.binary(min_size=1, max_size=60), at=st.integers(min_value=0, max_value=1200))
def test_a_word_document_with_damaged_bytes_is_read_or_refused(data: bytes, at: int) -> None:
    whole = word_document([paragraph("Headline"), paragraph("The road is open.")])
    damaged = whole[: at % len(whole)] + data + whole[at % len(whole) + len(data) :]

    try:
        assert read_release_bytes(damaged, name="r.docx", now=NOW).headline
    except BadInput as error:
        assert error.remedy  # noqa: PT017 - a release and a refusal are both right


def test_a_link_of_nothing_but_spaces_takes_no_time() -> None:
    """Each way in which two stars of a pattern can share the spaces was tried once: half a minute, in which nothing else ran."""
    began = time.process_time()

    read_release_bytes(f"<p>The road is open</p><p>href={' ' * 90_000}x</p>".encode(), name="r.html", now=NOW)

    assert time.process_time() - began < 3
