"""One row of a media list: what stands in its cells, as a contact, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from babel import Locale, UnknownLocaleError

from distributor.core.addresses import normalise
from distributor.core.audience import Contact
from distributor.core.embargo import zone_of
from distributor.core.errors import BadInput
from distributor.core.ids import Language

LONGEST_FIELD: Final = 1000
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SEVERAL_CODES = re.compile(r"[;,|\s]+")
# A tag may be of several words ("human rights"), so that spaces part none.
_SEVERAL_TAGS = re.compile(r"[;,|\r\n\t]+")
# "und" says that nobody knows; Babel would make American English of it.
_LANGUAGE = re.compile(r"(?!und\b)[a-z]{2,3}(?:-[a-z]{4})?(?P<territory>-(?:[a-z]{2}|[0-9]{3}))?", re.IGNORECASE)
# `contacts export` and careful people write so what a spreadsheet would take for a formula.
_QUOTED_FORMULA = re.compile(r"'(?=[=+\-@])")
_PHONE = re.compile(r"[+0-9 ()./-]{3,40}(?:\s*(?:ext|x)\.?\s*[0-9]{1,6})?", re.IGNORECASE)
#: In which languages people write names of countries and a yes.
_SPOKEN: Final = ("en", "fr", "es", "pt", "de", "ar", "uk", "ru")
_YES: Final = frozenset(("yes y true 1 high x oui haute sí si alta sim ja hoch " + "نعم" + " так високий да высокий").split())
_NO: Final = frozenset(("no n false 0 low normal non basse baja não nao nein niedrig " + "لا" + " ні низький нет низкий").split())
_Word = TypeVar("_Word", bound=str)


def contact_of(cells: Mapping[str, str]) -> Contact:
    """Return the contact of a row's cells by field.

    Raises:
        BadInput: `where` is the field that is wrong. Neither addresses nor other people's data stand in a message.
    """
    found = {field: _cell(field, cell) for field, cell in cells.items()}
    address = found.get("email", "")
    if not address:
        raise BadInput("There is no address.", where="email", remedy="Write one, or remove the row.")
    if address.count("@") > 1:
        raise BadInput("There are several addresses.", where="email", remedy="Give each person a row.")
    return Contact(
        address=normalise(address, where="email"),
        name=_one_line(found.get("name", "")),
        outlet=_one_line(found.get("outlet", "")),
        languages=_unique(language_of(word) for word in _SEVERAL_CODES.split(found.get("language", "")) if word),
        tags=_unique(tags_of(found.get("tags", ""))),
        beat=_one_line(found.get("beat", "")),
        country=country_of(found.get("country", "")),
        zone=_zone(found.get("zone", "")),
        is_priority=_yes_or_no(found.get("priority", "")),
        phone=_phone(found.get("phone", "")),
        notes=_one_line(found.get("notes", "")),
        consent_source=_one_line(found.get("consent_source", "")),
        consent_on=_day(found.get("consent_on", "")),
    )


def unite(first: Contact, second: Contact) -> Contact:
    """Return one contact of two rows with one address: what the first leaves empty, the second fills; tags are united."""
    filled = {
        name: getattr(first, name) or getattr(second, name) for name in Contact.__slots__ if name not in {"address", "tags"}
    }
    return replace(first, **filled, tags=_unique((*first.tags, *second.tags)))


def tags_of(text: str) -> list[str]:
    """Return the tags of a cell, in their one form."""
    return [tag for word in _SEVERAL_TAGS.split(text) if (tag := _one_line(word.casefold()))]


@lru_cache(maxsize=1024)
def language_of(word: str) -> Language:
    """Return a BCP 47 tag in its usual form ("pt-BR"); a script is left out.

    Raises:
        BadInput: there is no such language.
    """
    tag = _LANGUAGE.fullmatch(word.replace("_", "-"))
    locale = None if tag is None else _locale(tag[0])
    if tag is None or locale is None:
        # What stands in a wrong column may be an address, which no message repeats.
        shown = "This" if "@" in word else repr(word[:40])
        raise BadInput(f"{shown} is no language code.", where="language", remedy="Write codes such as en, fr or pt-BR.")
    # For some codes ("eng", "iw") Babel adds a territory that nobody wrote.
    return Language(f"{locale.language}-{locale.territory}" if tag["territory"] and locale.territory else locale.language)


@lru_cache(maxsize=1024)
def country_of(text: str) -> str:
    """Return a country's ISO 3166 code of two letters, from the code or the name in one of eight languages; "" for "".

    >>> country_of("ch"), country_of("Côte d’Ivoire"), country_of("Schweiz")
    ('CH', 'CI', 'CH')

    Raises:
        BadInput: there is no such country.
    """
    folded = _one_line(text.casefold().replace("’", "'"))
    code = _countries().get(folded, "")
    if code or not folded:
        return code
    raise BadInput("This is no country.", where="country", remedy="Write its code of two letters, such as CH, or its name.")


@cache
def _countries() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for spoken in reversed(_SPOKEN):
        for code, name in Locale(spoken).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"}:  # noqa: PLR2004 - ISO
                found[_one_line(name.casefold().replace("’", "'"))] = code
                found[code.casefold()] = code
    return MappingProxyType(found)


def _zone(text: str) -> str:
    if not text:
        return ""
    try:
        return zone_of(text).key
    except ValueError as error:
        remedy = "Write an IANA name such as Europe/Zurich, or leave it empty."
        raise BadInput("This is no time zone.", where="zone", remedy=remedy) from error


def _yes_or_no(text: str) -> bool:
    word = text.casefold().strip()
    if word in _YES:
        return True
    if word and word not in _NO:
        raise BadInput("This says neither yes nor no.", where="priority", remedy="Write yes, or leave it empty.")
    return False


def _phone(text: str) -> str:
    number = _one_line(text)
    if number and not _PHONE.fullmatch(number):
        raise BadInput("This is no telephone number.", where="phone", remedy="Write it as +41 22 555 01 00, or leave it empty.")
    return number


def _day(text: str) -> str:
    """Return a date as ISO 8601. A date with slashes has its day first or its month first, and is asked about."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text[:10]) if text[4:5] == "-" else datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day
    except ValueError as error:
        raise BadInput("This is no date.", where="consent_on", remedy="Write it as 2026-03-30.") from error
    return day.isoformat()


def _cell(field: str, cell: str) -> str:
    if len(cell) > LONGEST_FIELD:
        raise BadInput(f"The field is longer than {LONGEST_FIELD:,} characters.", where=field, remedy="Shorten it.")
    if _CONTROL.search(cell):
        raise BadInput("There is a control character.", where=field, remedy="Type the field anew.")
    return _QUOTED_FORMULA.sub("", cell, count=1) if cell.startswith("'") else cell


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _unique(words: Iterable[_Word]) -> tuple[_Word, ...]:
    return tuple(dict.fromkeys(words))


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
