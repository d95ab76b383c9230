"""Media lists as spreadsheets of several countries write them, and as nobody should."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.core.addresses import normalise
from distributor.core.audience import Contact
from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.media_list import LARGEST_FILE, LONGEST_LINE, MOST_ERRORS, ContactsFile, RowError, list_name, read_contacts

HEADER = "name,email,outlet,language,tags\n"
ANA = Contact(address="ana@paper.example", name="Ana Lima", outlet="The Paper", languages=(Language("en"),), tags=("press",))


def read(text: str, *, encoding: str = "utf-8") -> ContactsFile:
    return read_contacts(text.encode(encoding), name="list.csv")


def only_error(text: str) -> RowError:
    file = read(text)
    assert file.contacts == ()
    (error,) = file.errors
    return error


@pytest.mark.parametrize(
    "header",
    [
        "Name,E-Mail,Outlet,Language,Tags",
        "Full name,Email address,Organisation,Languages,Labels",
        "Nom,Courriel,Média,Langue,Étiquettes",
        "Nom complet,Adresse électronique,Rédaction,Langues,Mots-clés",
        "Nombre,Correo electrónico,Medio,Idioma,Etiquetas",
        "Vor- und Nachname,E-Mail-Adresse,Medium,Sprache,Schlagworte",
        "Nome,Endereço de e-mail,Veículo,Idioma,Etiquetas",
        '"NAME"," e_mail ",medium,LANGUE,tag',
    ],
)
def test_columns_are_known_by_their_names_in_several_languages(header: str) -> None:
    file = read(f"{header}\nAna Lima,ana@paper.example,The Paper,en,press\n")

    assert file == ContactsFile(contacts=(ANA,), errors=(), merged=0, ignored_columns=())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_usual_way_to_save_a_list_gives_the_same_people(encoding: str, mark: str, line_end: str) -> None:
    rows = [["name", "email", "outlet", "tags"], ["Zoë Ångström", "zoe@radio.example", "Rádio, Um; Dois", "human rights|press"]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark, lineterminator=line_end).writerows(rows)

    file = read(text.getvalue(), encoding=encoding)

    assert file.contacts == (
        Contact(
            address="zoe@radio.example", name="Zoë Ångström", outlet="Rádio, Um; Dois", tags=("human rights", "press")
        ),
    )  # fmt: skip


@pytest.mark.parametrize("quote", ['"', ""])
def test_commas_within_a_header_do_not_mislead(quote: str) -> None:
    file = read(f"{quote}Remarks (a, b, c, d){quote};E-Mail;Nom\n{quote}a, b{quote};ana@paper.example;Ana Lima\n")

    assert [(contact.address, contact.name) for contact in file.contacts] == [("ana@paper.example", "Ana Lima")]
    assert file.ignored_columns == ("Remarks (a, b, c, d)",)


def test_a_line_break_in_a_cell_is_a_space_and_lines_stay_those_of_the_file() -> None:
    file = read('name,email\n"Ana\r\nLima",ana@paper.example\n\nJon,nobody\n')

    assert [contact.name for contact in file.contacts] == ["Ana Lima"]
    assert [(error.line, error.column) for error in file.errors] == [(5, "email")]


def test_columns_that_nothing_is_read_from_are_named() -> None:
    file = read("email,Shoe size,,E-mail 2,Email\nana@paper.example,38,,,x\n")

    assert file.ignored_columns == ("Shoe size", "E-mail 2", "Email")


def test_repeated_people_are_merged_and_counted() -> None:
    """The first name that is not empty wins; what the rows tag them with is united."""
    file = read(
        f"{HEADER},Ana@Paper.example,,,press\n"
        "Ana Lima,ana@paper.EXAMPLE,The Paper,en,Press;Climate\n"
        "A. L.,ana@paper.example,,fr,\n"
    )

    assert file.merged == 2
    assert file.contacts == (replace(ANA, tags=("press", "climate")),)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Ana,,The Paper,en,press", "email"),
        ("Ana", "email"),
        ("Ana,nobody,,,", "email"),
        ('Ana,"ana@paper.example, jon@paper.example",,,', "email"),
        ('Ana,"ana@paper.example\njon@paper.example",,,', "email"),
        ('Ana,"ana@paper.example\nBcc: x",,,', "email"),
        ("Ana,josé@paper.example,,,", "email"),
        ("Ana,ana@paper.example\x07.org,,,", "email"),
        ("Ana\x1b[31m,ana@paper.example,,,", "name"),
        (f"{'A' * 1001},ana@paper.example,,,", "name"),
        ("Ana,ana@paper.example,,English,", "language"),
        ("Ana,ana@paper.example,,xx,", "language"),
        ("Ana,ana@paper.example,,und,", "language"),
        ("Ana,ana@paper.example,,root,", "language"),
        ("Ana,ana@paper.example,,en-XX,", "language"),
        ("Ana,ana@paper.example,,en.UTF-8,", "language"),
    ],
)
def test_a_wrong_row_is_named_with_line_column_and_remedy(row: str, column: str) -> None:
    error = only_error(f"{HEADER}{row}\n")

    assert (error.line, error.column) == (2, column)
    assert error.problem
    assert error.remedy


def test_an_error_never_repeats_an_address() -> None:
    """What is printed is copied into tickets; who is on a list is nobody else's business."""
    error = only_error(f"{HEADER}Ana,ana@paper.example,,jon@paper.example,\n")
    with pytest.raises(BadInput) as refused:
        read("Ana Lima,ana@paper.example,The Paper\nJon Roe,jon@paper.example,\n")

    assert "jon" not in error.problem + error.remedy
    assert "ana" not in str(refused.value).casefold()
    assert "header" in refused.value.problem


def test_good_rows_stand_beside_wrong_ones() -> None:
    file = read(f"{HEADER}Jon,nobody,,,\nAna Lima,ana@paper.example,The Paper,en,press\nKim,,,,\n")

    assert file.contacts == (ANA,)
    assert [error.line for error in file.errors] == [2, 4]


@pytest.mark.parametrize(
    ("written", "languages"),
    [
        ("", ()),
        ("EN", ("en",)),
        ("pt_br; en", ("pt-BR", "en")),
        ("fr, fr, de", ("fr", "de")),
        ("zh-Hant-TW", ("zh-TW",)),
        ("es-419", ("es-419",)),
        ("eng", ("en",)),
        ("fil/", None),
    ],
)
def test_languages_take_their_usual_form(written: str, languages: tuple[str, ...] | None) -> None:
    file = read(f'{HEADER}Ana,ana@paper.example,,"{written}",\n')

    assert [contact.languages for contact in file.contacts] == ([] if languages is None else [languages])


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+41 22 000", "-30-", "@ana"])
def test_cells_like_formulas_come_in_as_text_and_come_back_from_an_export(cell: str) -> None:
    """`contacts export` writes a quotation mark before them, so that no spreadsheet runs them."""
    plain = read(f"name,email\n{cell},+ana@paper.example\n")
    exported = read(f"name,email\n'{cell},'+ana@paper.example\n")

    assert plain.contacts == exported.contacts == (Contact(address="+ana@paper.example", name=cell),)


def test_an_apostrophe_that_belongs_to_a_name_stays() -> None:
    file = read("name,email\n'sGravesande,'t.hooft@paper.example\n")

    assert file.contacts == (Contact(address="'t.hooft@paper.example", name="'sGravesande"),)


@pytest.mark.parametrize(
    ("data", "where", "problem"),
    [
        (b"", "list.csv", "empty"),
        (b" \r\n\n", "list.csv", "empty"),
        ("name,email\nZoë,zoe@radio.example\n".encode("cp1252"), "list.csv:2", "not UTF-8"),
        (b"\xff\xfea", "list.csv:1", "not UTF-16"),
        ("name,email\n".encode("utf-16-le"), "list.csv:1", "NUL"),
        (b"name,email\nAna\0,ana@paper.example\n", "list.csv:2", "NUL"),
        (b"\nname,telephone\nAna,1\n", "list.csv:2", "'name', 'telephone'"),
        (b'name,email\nAna,ana@paper.example\n"Jon,jon@paper.example\n\n', "list.csv:3", "quotation mark"),
        (b'name,email\nAna,"ana"@paper.example\n', "list.csv:2", "quotation mark"),
        (b"name,email\nAna," + b"a" * LONGEST_LINE, "list.csv:2", "longer than 100,000"),
        (b"email\n" + b"nobody\n" * (MOST_ERRORS + 1), "list.csv:2", "More than 100,000 rows"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00", "list.csv:1", ""),
    ],
    ids=lambda value: value if isinstance(value, str) and "list" not in value else "",
)
def test_a_file_that_cannot_be_read_is_refused_whole(data: bytes, where: str, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_contacts(data, name="list.csv")

    assert refused.value.where == where
    assert problem in refused.value.problem
    assert refused.value.remedy


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadInput, match="larger than 100 MB"):
        read_contacts(bytes(LARGEST_FILE + 1), name="list.csv")


@pytest.mark.parametrize(
    ("written", "name"),
    [("Press-CH", "press-ch"), (" a.b_c \n", "a.b_c"), ("7", "7"), ("a" * 64, "a" * 64), ("\N{KELVIN SIGN}", "k")],
)
def test_a_list_has_one_name_however_it_is_typed(written: str, name: str) -> None:
    assert list_name(written) == name


@pytest.mark.parametrize("written", ["", "-a", ".a", "a b", "é", "a/b", "a:b", "a" * 65, "a\nb", "a{b}"])
def test_a_list_name_that_could_be_misread_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="letters a-z"):
        list_name(written)


def read_or_refusal(data: bytes) -> ContactsFile | BadInput:
    try:
        return read_contacts(data, name="list.csv")
    except BadInput as refusal:
        return refusal


_ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
_CELL = st.one_of(
    _ANY_TEXT, st.sampled_from(["a@b.example", "en", '"', ",", ";", "\t", "\r", "\n", "\r\n", "a@b.example,c@d.example"])
)


@given(
    st.one_of(st.binary(max_size=300), st.lists(_CELL, max_size=30).map(lambda cells: "".join(["email,name\n", *cells]).encode()))
)
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00\xd8")
def test_no_bytes_whatever_give_anything_but_people_or_bad_input(data: bytes) -> None:
    file = read_or_refusal(data)

    if isinstance(file, BadInput):
        assert file.where.startswith("list.csv")
        return
    assert all(contact.address == normalise(contact.address) for contact in file.contacts)
    assert len({contact.key for contact in file.contacts}) == len(file.contacts)


@given(st.lists(_CELL, min_size=5, max_size=5))
def test_whatever_stands_in_a_row_it_is_a_person_or_an_error(cells: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["name", "email", "outlet", "language", "tags"], cells])
    is_blank = not any(cell.strip() for cell in cells)

    file = read_or_refusal(text.getvalue().encode())

    if isinstance(file, BadInput):
        assert "\0" in text.getvalue()
        assert "NUL" in file.problem
        return
    assert len(file.contacts) + len(file.errors) == (0 if is_blank else 1)


_WORD = st.text(alphabet=st.characters(categories=["Ll", "Lu", "Lo", "Nd", "Sm", "Po"], exclude_characters=";,|'"), min_size=1)
_PERSON = st.builds(
    Contact,
    address=st.emails().map(str.lower).filter(lambda address: address[:1] not in "'") .map(normalise),
    name=st.lists(_WORD, max_size=3).map(" ".join),
    outlet=st.lists(_WORD, max_size=3).map(" ".join),
    languages=st.lists(st.sampled_from([Language("en"), Language("pt-BR"), Language("fil")]), unique=True).map(tuple),
    tags=st.lists(_WORD.map(str.casefold).filter(lambda tag: ";" not in tag), unique=True, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(_PERSON, unique_by=lambda person: person.address, max_size=5), st.sampled_from(",;\t"))
def test_a_written_list_reads_back_as_it_was(people: list[Contact], mark: str) -> None:
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=mark)
    table.writerow(["name", "email", "outlet", "language", "tags"])
    table.writerows([p.name, p.address, p.outlet, ";".join(p.languages), ";".join(p.tags)] for p in people)

    assert read(text.getvalue()) == ContactsFile(contacts=tuple(people), errors=(), merged=0, ignored_columns=())
