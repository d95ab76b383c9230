"""Whom an attribution names: "ICBL-CMC Director, Hector Guerra", "Dr Ana Example of Example Aid", "Guerra", "she".

Only the name is returned, as the release gives it; offices and organisations around it are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

_PARTICLES = r"(?:de|da|dos|das|del|della|van|von|der|den|ten|ter|bin|bint|ibn|al|el|la|le|di|du|y|e|af|zu)"
_CAPITAL = r"(?:(?:[dDlL]|O|al-|el-|Mc|Mac)['’]?)?\p{Lu}[\p{L}'’.-]*"
_SEQUENCE = regex.compile(rf"(?P<lead>\b(?:of|for|at|from|in|the|with|to|on|von|der|die|des|du|de|del|la)\s+)?(?P<name>{_CAPITAL}"
                          rf"(?:\s+(?:{_PARTICLES}\s+){{0,2}}{_CAPITAL})*)")  # fmt: skip
_PRONOUN = regex.compile(r"^\W*(?:he|she|they|il|elle|él|ella|er|sie)\b", regex.IGNORECASE)
#: Words of an office. What stands before the last of them in a row of capitals belongs to the office.
_OFFICE = frozenset(
    [
        "ambassador",
        "adviser",
        "advisor",
        "analyst",
        "author",
        "ceo",
        "chair",
        "chairman",
        "chairperson",
        "chairwoman",
        "chief",
        "co-chair",
        "co-director",
        "co-founder",
        "co-ordinator",
        "commissioner",
        "coordinator",
        "counsel",
        "deputy",
        "director",
        "doctor",
        "editor",
        "engineer",
        "envoy",
        "executive",
        "expert",
        "fellow",
        "founder",
        "general-director",
        "governor",
        "head",
        "judge",
        "lawyer",
        "leader",
        "lead",
        "manager",
        "mayor",
        "member",
        "minister",
        "officer",
        "organiser",
        "organizer",
        "partner",
        "physician",
        "president",
        "prime",
        "principal",
        "professor",
        "prof",
        "rapporteur",
        "representative",
        "researcher",
        "scientist",
        "secretary",
        "secretary-general",
        "senator",
        "senior",
        "speaker",
        "specialist",
        "spokesman",
        "spokesperson",
        "spokeswoman",
        "survivor",
        "treasurer",
        "vice-chair",
        "vice-president",
        "deminer",
        "campaigner",
        "directeur",
        "directrice",
        "président",
        "présidente",
        "ministre",
        "porte-parole",
        "responsable",
        "coordinateur",
        "coordinatrice",
        "secrétaire",
        "directora",
        "presidente",
        "presidenta",
        "ministro",
        "ministra",
        "portavoz",
        "coordinador",
        "coordinadora",
        "secretario",
        "secretaria",
        "direktor",
        "direktorin",
        "präsident",
        "präsidentin",
        "ministerin",
        "sprecher",
        "sprecherin",
        "leiter",
        "leiterin",
        "vorsitzende",
        "vorsitzender",
        "geschäftsführer",
        "geschäftsführerin",
        "generalsekretär",
        "generalsekretärin",
    ]
)
_COURTESY = frozenset(
    {"mr", "mrs", "ms", "mme", "monsieur", "madame", "herr", "frau", "señor", "señora", "sr", "sra", "when", "as"}
)
_OPENERS = frozenset(
    {"today", "yesterday", "commenting", "speaking", "responding", "welcoming", "in", "on", "at", "for", "but", "and"}
)
_FULL = 2
_LONGEST = 5


def speaker_in(who: str, *, heard: Sequence[str], text: str, last: str | None) -> str | None:
    """Return the speaker's full name, or None when nobody is named.

    `who` is the attribution without its verb, `heard` the speakers so far, `text` all before, `last` the latest speaker.

    >>> speaker_in("Example Aid Director, Ana Example", heard=(), text="", last=None)
    'Ana Example'
    >>> speaker_in(" Example.", heard=("Ana Example",), text="", last=None)
    'Ana Example'
    """
    if _PRONOUN.match(who):
        return last
    rows = [(match["name"], bool(match["lead"])) for match in _SEQUENCE.finditer(who)]
    people = [name for row, is_led in rows if not is_led and (name := _person(row))]
    full = next((name for name in people if len(name.split()) >= _FULL), None)
    if full:
        return full
    known = [_in_full(name, heard, text) for name in people]
    if known:
        # "Asked about it, Example": a name that the release gave in full before is likelier than any other capital.
        return next((name for name in known if len(name.split()) >= _FULL), known[-1])
    return next((row.rstrip(".,") for row, _ in rows if _is_organisation(row)), None)


def _person(row: str) -> str:
    """Return the name in a row of capitalised words, "" when the row is an office or an organisation."""
    words = row.split()
    offices = [at for at, word in enumerate(words) if word.casefold().strip(".,") in _OFFICE]
    words = words[offices[-1] + 1 :] if offices else words
    while words and (words[0].casefold().rstrip(".") in _COURTESY | _OPENERS or _is_acronym(words[0])):
        words = words[1:]
    if not words or len(words) > _LONGEST or any(_is_acronym(word) for word in words):
        return ""
    return regex.sub(r"(?:['’]s)?[.,]*$", "", " ".join(words))


def _is_acronym(word: str) -> bool:
    letters = regex.sub(r"[^\p{L}]", "", word)
    return len(letters) > 1 and letters.isupper() and "." not in word.rstrip(".")


def _is_organisation(row: str) -> bool:
    return row.casefold().rstrip(".,") not in _OFFICE | _COURTESY | _OPENERS


def _in_full(short: str, heard: Sequence[str], text: str) -> str:
    """Return the full name that ends with the short one: of a speaker first, else of anybody named earlier in the text."""
    for name in reversed(heard):
        if name.split()[-1] == short.rsplit(maxsplit=1)[-1] and len(name.split()) > len(short.split()):
            return name
    rows = (_person(match["name"]) for match in _SEQUENCE.finditer(text) if short in match["name"])
    return next((name for name in rows if name.endswith(f" {short}")), short)
