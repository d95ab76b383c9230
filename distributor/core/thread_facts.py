"""The facts of a thread: sentences of the release that are told in its own voice."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from distributor.core.release import Paragraph, Release, plain
from distributor.core.sentences import folded, sentences

_URL = r"(?:https?://|www\.)[^\s<>“”«»\"()\[\]]+(?:\([^\s()]*\)[^\s<>“”«»\"()\[\]]*)*"
#: A web address as it stands in running text, with the marks right behind it.
URL = regex.compile(_URL, regex.IGNORECASE)
_BRACKETED_URL = regex.compile(rf"\s*[(\[]\s*{_URL}\s*[)\]]", regex.IGNORECASE)
#: What follows a quotation and begins so, or is so short, goes on about the speaker.
_GOES_ON = regex.compile(r"^(?:He|She|They|Il|Elle|Él|Ella|Er|Sie|Ele|Ela)\b")
_FEWEST_WORDS = 5
#: Shorter sentences of a quotation ("Yes.") may stand anywhere by chance.
_SHORTEST_PIECE = 12


def facts_before(release: Release, quoting: Paragraph | None) -> list[str]:
    """Return one text per paragraph up to the quotation in `quoting`, or to the end when there is none.

    Left out are quotations and what belongs to them, sentences that announce a list, and sentences with a web address,
    for a thread has one link. An address in brackets goes with its brackets.
    """
    texts: list[str] = []
    for block in release.body:
        if isinstance(block, Paragraph):
            texts.append(" ".join(_told(block, is_last=block is quoting)))
        if block is quoting:
            break
    return [text for text in texts if text]


def facts_after(release: Release, quoting: Paragraph) -> list[str]:
    """Return the texts behind the quotation, for a release that opens with it."""
    at = next(at for at, block in enumerate(release.body) if block is quoting)
    texts = (" ".join(_told(block, is_last=False)) for block in release.body[at:] if isinstance(block, Paragraph))
    return [text for text in texts if text]


def _told(block: Paragraph, *, is_last: bool) -> Iterator[str]:
    """Yield the sentences that are facts; in the quotation's own paragraph those before it only, so that the order stays."""
    spoken = [folded(quotation.words) for quotation in block.quotations]
    surnames = {quotation.speaker.split()[-1] for quotation in block.quotations if quotation.speaker}
    is_after = False
    for sentence in sentences(_BRACKETED_URL.sub("", plain(block.text))):
        if any(_quotes(sentence, words) for words in spoken):
            if is_last:
                return
            is_after = True
        elif not (is_after and _goes_on(sentence, surnames)):
            is_after = False
            if not sentence.endswith((":", "：")) and not URL.search(sentence):
                yield sentence


def _quotes(sentence: str, words: str) -> bool:
    pieces = (piece for piece in sentences(words) if len(piece) >= _SHORTEST_PIECE)
    return words in sentence or sentence in words or any(piece in sentence for piece in pieces)


def _goes_on(sentence: str, surnames: set[str]) -> bool:
    is_short = len(sentence.split()) < _FEWEST_WORDS and sentence.isascii()
    return is_short or _GOES_ON.match(sentence) is not None or any(name in sentence for name in surnames)
