"""The parts of a release after its text: end mark, notes to editors, boilerplate, press contacts, call to action, hashtags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import regex

from distributor.core.release import plain
from distributor.core.source import Kind, SourceBlock, cut


class Part(StrEnum):
    """Where a block belongs."""

    BODY = "body"
    #: After the end mark and under no heading: each block is judged by itself.
    LOOSE = "loose"
    NOTES = "notes"
    BOILERPLATE = "boilerplate"
    CONTACTS = "contacts"
    CALL_TO_ACTION = "call_to_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The blocks of a release, each in its part, in reading order."""

    body: tuple[SourceBlock, ...]
    notes: tuple[SourceBlock, ...]
    boilerplate: tuple[SourceBlock, ...]
    contacts: tuple[SourceBlock, ...]
    call_to_action: tuple[SourceBlock, ...]
    hashtags: tuple[str, ...]
    end_mark: str


_END_MARK = regex.compile(r"^(?:[\W_]*(?:ends?|fin|ende|schluss)[\W_]*|[\s–—―-]+30[\s–—―-]+|#(?:\s*#){1,4})$", regex.IGNORECASE)
_LONGEST_HEADING = 80
#: Headings that open a part, in the four languages.
_OPENERS: dict[Part, tuple[str, ...]] = {
    Part.NOTES: (
        r"notes?(?:\s+(?:to|for)\s+(?:the\s+)?(?:editors?|media|journalists|press))?",
        r"editor(?:s|['’]s|s['’])?\s+notes?",
        r"background(?:\s+information)?",
        r"notes?\s+(?:à|aux|pour)\s+(?:l['’]attention\s+des\s+)?(?:la\s+)?(?:rédact\w+|éditeurs|presse)",
        r"notas?\s+(?:a|para)\s+(?:los\s+)?(?:editores|la\s+prensa|redactores)",
        r"(?:hinweise?|anmerkung(?:en)?)\s+(?:für|an)\s+(?:die\s+)?redaktion(?:en)?",
        r"hintergrund",
    ),
    Part.CONTACTS: (
        r"(?:(?:press|media|news)\s+)?(?:contacts?|enquiries|inquiries)(?:\s+(?:for|details)(?:\s+(?:the\s+)?(?:press|media))?)?",
        r"(?:for\s+)?(?:more|further)\s+information(?:,?\s*(?:please\s+)?contact)?",
        r"for\s+(?:media|press)\s+(?:enquiries|inquiries)(?:,?\s*(?:please\s+)?contact)?",
        r"contacts?\s+(?:de\s+)?(?:la\s+)?(?:presse|médias?)",
        r"contacto(?:\s+(?:de|para)\s+(?:la\s+)?(?:prensa|medios))?",
        r"presse-?kontakte?|medienkontakte?|kontakt|rückfragen",
    ),
    Part.CALL_TO_ACTION: (
        r"call\s+to\s+action|take\s+action|what\s+you\s+can\s+do|act\s+now",
        r"passez\s+à\s+l['’]action|actúa(?:\s+ahora)?|jetzt\s+handeln",
    ),
    Part.BOILERPLATE: (
        r"boilerplate|about(?:\s+us)?|qui\s+sommes[- ]nous|quiénes\s+somos|über\s+uns",
        r"(?:about|à\s+propos\s+(?:de|du|d['’])|acerca\s+de|sobre|über)\s?\p{L}[^.!?:]{1,60}",
    ),
}
_HEADINGS: tuple[tuple[Part, regex.Pattern[str]], ...] = tuple(
    (part, regex.compile(rf"^\W*(?:{'|'.join(words)})\s*(?:$|[:–—-]\s*$|(?P<colon>:)\s+)", regex.IGNORECASE))
    for part, words in _OPENERS.items()
)
_HASHTAGS = regex.compile(r"^(?:#[\p{L}\p{N}_]+[\s,]*)+$")
_REACH = regex.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d[\d ()./-]{7,}\d")
_CALL = regex.compile(
    r"^\W*(?:find\s+out|learn\s+more|read\s+more|read\s+the|see\s+how|visit|donate|sign|join|support|take\s+action|act\s+now|watch|share"
    r"|download|register|follow|discover|get\s+involved|help\b|en\s+savoir\s+plus|soutenez|signez|agissez|rejoignez|découvrez|lisez"
    r"|más\s+información|conoce|firma|únete|apoya|descubre|dona|mehr\s+(?:erfahren|informationen)|unterstützen\s+sie|unterschreiben|spenden)",
    regex.IGNORECASE,
)


def end_mark_in(block: SourceBlock) -> str:
    """Return the end mark that the block is ("Ends", "###", "-30-"), "" if it is none.

    Markdown takes "###" for a heading without words, so that one is an end mark, too.
    """
    if block.kind is Kind.HEADING and block.level > 1 and block.words in {"", "#"}:
        return "###"
    return block.words if block.kind is not Kind.LIST and _END_MARK.match(block.words) else ""


def divide(blocks: tuple[SourceBlock, ...]) -> Parts:
    """Return the blocks in their parts. A heading that is known opens a part; the end mark closes the text."""
    parts: dict[Part, list[SourceBlock]] = {part: [] for part in Part}
    hashtags: list[str] = []
    current, end_mark = Part.BODY, ""
    for block in blocks:
        mark = "" if end_mark else end_mark_in(block)
        if mark:
            end_mark, current = mark, Part.LOOSE
            continue
        if _HASHTAGS.match(block.words):
            hashtags += regex.findall(r"#([\p{L}\p{N}_]+)", block.words)
            continue
        current, content = _opened(block, current) if parts[Part.BODY] else (current, block)
        if content is not None:
            parts[_loose(content) if current is Part.LOOSE else current].append(content)
    return Parts(
        body=tuple(parts[Part.BODY]),
        notes=tuple(parts[Part.NOTES]),
        boilerplate=tuple(parts[Part.BOILERPLATE]),
        contacts=tuple(parts[Part.CONTACTS]),
        call_to_action=tuple(parts[Part.CALL_TO_ACTION]),
        hashtags=tuple(dict.fromkeys(hashtags)),
        end_mark=end_mark,
    )


def _opened(block: SourceBlock, current: Part) -> tuple[Part, SourceBlock | None]:
    """Return the part after this block, and what of the block is content: all, the words behind "Notes:", or nothing."""
    first = plain(block.text).split("\n", 1)[0]
    for part, pattern in _HEADINGS:
        match = pattern.match(first)
        if match is None or block.kind is Kind.LIST:
            continue
        if match["colon"] is None and len(first) > _LONGEST_HEADING:
            continue
        if match["colon"] is None and "\n" not in plain(block.text):
            # "About Example Aid" is worth showing; a renderer has words of its own for the other headings.
            return part, _as_heading(block) if part is Part.BOILERPLATE else None
        at = match.end() if match["colon"] or part is not Part.BOILERPLATE else 0
        return part, SourceBlock(kind=Kind.PARAGRAPH, text=cut(block.text, min(at, len(plain(block.text)))), line=block.line)
    return current, block


def _as_heading(block: SourceBlock) -> SourceBlock:
    return SourceBlock(kind=Kind.HEADING, text=block.text, level=block.level or 2, line=block.line)


def _loose(block: SourceBlock) -> Part:
    """Return the part of a block after the end mark that stands under no heading."""
    text = plain(block.text) or "\n".join(plain(item) for item in block.items)
    if _CALL.match(text):
        return Part.CALL_TO_ACTION
    return Part.CONTACTS if _REACH.search(text) else Part.NOTES
