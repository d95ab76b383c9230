"""The quotation of a thread: verbatim, in marks, and with its speaker in every part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from distributor.core.release import Paragraph, Quotation, Release, plain
from distributor.core.sentences import folded, followed_by, sentences
from distributor.core.thread_facts import URL
from distributor.core.thread_parts import Holds, fit

_MOST_PARTS = 2
#: The only quotation of a release may take one part more when it is a single long sentence.
_MOST_PIECES = 3
#: The comma before "she said" belongs to the sentence around the quotation.
_LAST_MARK = regex.compile(r"[,،、，]$")
#: The marks that a release uses are kept. What is written with typewriter marks gets typographic ones.
_MARKS = {"«": ("«\u00a0", "\u00a0»"), "„": ("„", "“"), "「": ("「", "」"), "『": ("『", "』"), "»": ("»", "«")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenQuotation:
    """What the thread quotes; no parts when the release has no quotation with a speaker."""

    parts: tuple[str, ...] = ()
    paragraph: Paragraph | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voice:
    """A quotation's words, and how a part says them."""

    paragraph: Paragraph
    words: str
    opening: str
    closing: str
    speaker: str

    def say(self, words: str) -> str:
        return f"{self.opening}{words}{self.closing} — {self.speaker}"


def choose_quotation(release: Release, *, holds: Holds) -> ChosenQuotation:
    """Return the first quotation that can be said well: whole, else in whole sentences, else broken at clauses."""
    voices = [voice for block in release.body if isinstance(block, Paragraph) for voice in _voices(block)]
    # A speaker so long that hardly a word fits beside the name would make a thread of names.
    voices = [voice for voice in voices if holds(voice.say("x" * 40))]
    for say in (_whole, _in_sentences, _in_first_sentences, _at_clauses):
        for voice in voices:
            if parts := say(voice, holds):
                return ChosenQuotation(parts=parts, paragraph=voice.paragraph)
    return ChosenQuotation()


def _voices(block: Paragraph) -> Iterator[_Voice]:
    text = folded(plain(block.text))
    for quotation in block.quotations:
        words = _LAST_MARK.sub("", folded(quotation.words))
        # A web address would be a second link, and taking it out would reword.
        if quotation.speaker and words and not URL.search(words):
            opening, closing = _marks(text, quotation)
            yield _Voice(paragraph=block, words=words, opening=opening, closing=closing, speaker=folded(quotation.speaker))


def _marks(text: str, quotation: Quotation) -> tuple[str, str]:
    before = text.partition(folded(quotation.words))[0].rstrip()
    return _MARKS.get(before[-1:], ("“", "”"))


def _whole(voice: _Voice, holds: Holds) -> tuple[str, ...]:
    said = voice.say(voice.words)
    return (said,) if holds(said) else ()


def _in_sentences(voice: _Voice, holds: Holds) -> tuple[str, ...]:
    """Break at the quotation's own sentence ends; marks close and open again."""
    parts = _sentence_parts(voice, holds)
    return parts if len(parts) <= _MOST_PARTS and sum(map(len, parts)) >= len(voice.words) else ()


def _in_first_sentences(voice: _Voice, holds: Holds) -> tuple[str, ...]:
    return _sentence_parts(voice, holds)[:_MOST_PARTS]


def _sentence_parts(voice: _Voice, holds: Holds) -> tuple[str, ...]:
    """Return as many of the quotation's sentences as follow each other and fit, each part as full as they allow."""
    groups: list[str] = []
    for sentence in sentences(voice.words):
        joined = followed_by(groups[-1] if groups else "", sentence)
        if groups and holds(voice.say(joined)):
            groups[-1] = joined
        elif holds(voice.say(sentence)):
            groups.append(sentence)
        else:
            break
    return tuple(voice.say(group) for group in groups)


def _at_clauses(voice: _Voice, holds: Holds) -> tuple[str, ...]:
    """Break the first sentence at clauses: marks close and open again around every piece, and no word is left out."""
    pieces: list[str] = []
    for piece in fit(sentences(voice.words)[0], holds=lambda text: holds(voice.say(text))):
        if len(pieces) == _MOST_PIECES:
            break
        pieces.append(voice.say(piece))
    return tuple(pieces)
