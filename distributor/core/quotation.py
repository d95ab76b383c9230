"""Quotations and who speaks them, found in running text; and the names that a release has given so far.

A pair of quotation marks is a quotation when somebody is said to speak it, or when it is a paragraph of its own. Other pairs are
terms ("Medalyon"), and stay plain text. "said Guerra" is the Guerra whose full name stood earlier, "she said" whoever spoke last.
Only names that the release gives are used: a speaker who is not named is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import regex

from distributor.core.release import Block, Paragraph, Quotation, plain
from distributor.core.speaker import speaker_in

_VERBS = (
    r"said|says|added|adds|explained|explains|stated|states|commented|comments|noted|notes|warned|warns|stressed|stresses"
    r"|concluded|concludes|continued|declared|declares|urged|urges|called|calls|remarked|emphasi[sz]ed|wrote|writes|argued|insisted"
    r"|recalled|announced|affirmed|asked|told\s+\w+|pointed\s+out|highlighted"
    r"|a\s+(?:déclaré|dit|affirmé|ajouté|expliqué|souligné|conclu|rappelé)|déclare|affirme|ajoute|explique|souligne|conclut"
    r"|dijo|afirmó|declaró|añadió|explicó|señaló|agregó|subrayó|concluyó"
    r"|sagte|sagt|erklärte|erklärt|betonte|betont|so|fügte|ergänzte|warnte"
)
_PAIRS = regex.compile(
    r"“(?P<a>[^“”]*)(?:”|$)|«(?P<b>[^«»]*)(?:»|$)|„(?P<c>[^„“”]*)(?:[“”]|$)|\"(?P<d>[^\"]*)(?:\"|$)|»(?P<e>[^«»]*)(?:«|$)"
)
#: A full stop that ends a sentence, not one of "Dr." or "U.N.".
_SENTENCE_END = r"(?<!\b(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Sra|Mme|Gen|Rev|Hon|Amb|\p{Lu}))[.!?](?=\s|$)"
_REACH = 200
_AFTER_VERB = regex.compile(rf"^\s*[,–—-]?\s*(?:{_VERBS})\b(?P<who>.*)", regex.IGNORECASE | regex.DOTALL)
_AFTER_NAME = regex.compile(rf"^\s*,?\s*(?P<who>[^:;“«„\"]{{2,120}}?),?\s+(?:{_VERBS})\b", regex.DOTALL)
_BEFORE_NAME = regex.compile(rf"^(?P<who>.{{2,160}}?),?\s+(?:{_VERBS})\b[^“«„\"]{{0,80}}$", regex.DOTALL)
_BEFORE_VERB = regex.compile(rf"^\W*(?:{_VERBS})\s(?P<who>[^:]{{2,120}}):\s*$", regex.DOTALL | regex.IGNORECASE)
_SOURCE = regex.compile(
    r"\b(?:according\s+to|in\s+the\s+words\s+of|selon|según|laut)\s(?P<who>[^,:]{2,100})[,:]?\s*$", regex.IGNORECASE
)
_SOURCE_AFTER = regex.compile(r"^\s*,?\s*(?:according\s+to|selon|según|laut)\s(?P<who>.*)", regex.IGNORECASE | regex.DOTALL)
#: A pair with fewer words, and nobody next to it who speaks it, is a term.
_FEWEST_WORDS = 3
_SENTENCE_LIKE = 6
#: Of a paragraph's characters, from which share on the marks make the paragraph a quotation.
_WHOLE = 0.6


@dataclass(slots=True)
class _Listener:
    """What has been heard so far, in reading order."""

    text: str = ""
    last: str | None = None
    #: The paragraph before ended inside a quotation, so that the next one goes on with it.
    is_open: bool = False
    #: Speaker announced by the paragraph before ("Ana Example said:").
    announced: str | None = None
    names: list[str] = field(default_factory=list)

    def hear(self, who: str) -> str | None:
        """Return the full name of whoever the words after or before a quotation mean."""
        speaker = speaker_in(who, heard=self.names, text=self.text, last=self.last)
        if speaker is not None:
            self.last = speaker
            self.names.append(speaker)
        return speaker


def marked_words(text: str) -> tuple[str, ...]:
    """Return what stands in each pair of quotation marks, whether somebody speaks it or not.

    >>> marked_words("“Yes,” she said of “Medalyon”.")
    ('Yes,', 'Medalyon')
    """
    words = (next(group for group in pair.groups() if group is not None).strip() for pair in _PAIRS.finditer(text))
    return tuple(one for one in words if one)


def with_quotations(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with the quotations of every paragraph, each with its speaker where one is named."""
    listener = _Listener()
    heard: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            was_open = listener.is_open
            block = replace(block, quotations=_listen(plain(block.text), listener))  # noqa: PLW2901 - the block as heard
            if was_open and block.quotations and heard:
                heard[-1] = _named_later(heard[-1], block.quotations[0].speaker)
        heard.append(block)
    return tuple(heard)


def _named_later(block: Block, speaker: str | None) -> Block:
    """Return a paragraph that ended inside a quotation, with the speaker whom only the next paragraph names."""
    if not isinstance(block, Paragraph):
        return block
    return replace(block, quotations=tuple(replace(q, speaker=q.speaker or speaker) for q in block.quotations))


def _listen(text: str, listener: _Listener) -> tuple[Quotation, ...]:
    found: list[Quotation] = []
    listener_was_open = listener.is_open
    pairs = list(_PAIRS.finditer(text))
    listener.is_open = bool(pairs) and text.endswith(pairs[-1][0]) and pairs[-1][0][-1] not in '”»“«"'
    for number, pair in enumerate(pairs):
        words = next(group for group in pair.groups() if group is not None).strip()
        start = pairs[number - 1].end() if number else 0
        end = pairs[number + 1].start() if number + 1 < len(pairs) else len(text)
        is_spoken, speaker = _speaker(words, text[start : pair.start()], text[pair.end() : end], listener)
        if not is_spoken and found:
            is_spoken, speaker = _is_sentence(words), found[-1].speaker
        if not is_spoken and _is_whole(pair, text):
            is_spoken, speaker = True, listener.announced or (listener.last if listener_was_open else None)
        if is_spoken and words:
            found.append(Quotation(words=words, speaker=speaker))
    listener.text += text + "\n"
    listener.announced = _announced(text, listener)
    return tuple(found)


def _speaker(words: str, before: str, after: str, listener: _Listener) -> tuple[bool, str | None]:
    """Return whether somebody next to the marks speaks the words, and who."""
    behind = _first_sentence(after)
    if match := _AFTER_VERB.match(behind) or _SOURCE_AFTER.match(behind):
        return True, listener.hear(match["who"])
    if words[-1:] in {",", "?", "!"} or behind.startswith(","):
        named = _AFTER_NAME.match(behind)
        if named:
            return True, listener.hear(named["who"])
    ahead = _last_sentence(before)
    if match := _BEFORE_VERB.match(ahead) or _SOURCE.search(ahead):
        return True, listener.hear(match["who"])
    match = _BEFORE_NAME.match(ahead)
    if match and len(words.split()) >= _FEWEST_WORDS:
        return True, listener.hear(match["who"])
    return False, None


def _announced(text: str, listener: _Listener) -> str | None:
    if not text.rstrip().endswith(":"):
        return None
    ahead = _last_sentence(text)
    match = _BEFORE_NAME.match(ahead) or _BEFORE_VERB.match(ahead) or _SOURCE.search(ahead)
    return listener.hear(match["who"]) if match else None


def _first_sentence(text: str) -> str:
    end = regex.search(_SENTENCE_END, text[:_REACH])
    return text[: end.start() if end else _REACH]


def _last_sentence(text: str) -> str:
    tail = text[-_REACH:]
    ends = [match.end() for match in regex.finditer(_SENTENCE_END, tail)]
    return tail[ends[-1] if ends else 0 :].lstrip()


def _is_sentence(words: str) -> bool:
    return len(words.split()) >= _SENTENCE_LIKE or (words[-1:] in ".!?…" and len(words.split()) >= _FEWEST_WORDS)


def _is_whole(pair: regex.Match[str], text: str) -> bool:
    return not text[: pair.start()].strip() and len(pair[0]) >= _WHOLE * len(text) and len(pair[0].split()) >= _FEWEST_WORDS
