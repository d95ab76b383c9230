"""Compose a thread from a release (DESIGN.md §6): headline, the lead's facts, a quotation with its speaker, and the link.

A thread is not the release cut up: it says what a follower needs to know and where the rest is. Whatever it says stands in the
release in these words and in this order; added are only numbers, ellipses, the speaker beside a quotation, the link and hashtags.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from distributor.core.counting import Counter
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.release import Paragraph, Quotation, Release, plain, texts_of
from distributor.core.sentences import sentences
from distributor.core.thread_parts import number, pack, room
from distributor.core.understood import leads_nowhere

#: Beyond these a thread is a text that nobody reads; X also charges by the post.
_MOST_FACT_PARTS = 3
_MOST_QUOTATION_PARTS = 2
_CASHTAG = regex.compile(r"(?<![\w$])\$(?=[A-Za-z]{1,6}\b)")
_MENTION_FIRST = regex.compile(r"^(?=@\w)")
_NO_URL = regex.compile(r"https?://\S+")
_LAST_MARK = regex.compile(r"[,،]$")


def compose_thread(release: Release, *, counter: Counter, channel: ChannelName) -> ThreadMaster:
    """Return the thread; the same release gives the same thread. Parts that were written by hand are taken as they are."""
    if release.thread:
        return ThreadMaster(channel=channel, language=release.language, parts=release.thread)
    parts = [
        *_opening(release, counter),
        *_facts(release, counter),
        *_quotation(release, counter),
    ]
    closed = _close(parts, release, counter)
    return ThreadMaster(channel=channel, language=release.language, parts=number([_tidy(part) for part in closed]))


def _opening(release: Release, counter: Counter) -> list[str]:
    headline = " ".join(release.headline.split())
    both = f"{headline}\n\n{release.subhead}" if release.subhead else headline
    return [both] if counter.count(both) <= room(counter) else pack([headline], counter=counter)


def _facts(release: Release, counter: Counter) -> list[str]:
    """Return the lead and what follows it, up to the first paragraph with a quotation, as parts of whole sentences."""
    texts: list[str] = []
    for block in release.body:
        if not isinstance(block, Paragraph):
            continue
        if block.quotations and texts:
            break
        texts.append(_without_quoting_sentences(block))
    return pack([_NO_URL.sub("", text) for text in texts if text], counter=counter)[:_MOST_FACT_PARTS]


def _without_quoting_sentences(block: Paragraph) -> str:
    words = [quotation.words for quotation in block.quotations]
    return " ".join(one for one in sentences(plain(block.text)) if not any(_overlaps(one, quoted) for quoted in words))


def _overlaps(sentence: str, quoted: str) -> bool:
    return sentence in quoted or any(piece in sentence for piece in sentences(quoted))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voice:
    """A quotation as a part says it: the words in marks, then who spoke."""

    before: str
    after: str

    def say(self, words: str) -> str:
        return f"{self.before}{words}{self.after}"


def _quotation(release: Release, counter: Counter) -> list[str]:
    """Return the first quotation that fits whole, or else the first one in pieces, each with its speaker."""
    found = [one for block in release.body if isinstance(block, Paragraph) for one in block.quotations if one.speaker]
    for quotation in found:
        whole = _voice(quotation).say(_last_mark_off(quotation.words))
        if counter.count(whole) <= room(counter):
            return [whole]
    return _in_pieces(found[0], counter) if found else []


def _voice(quotation: Quotation) -> _Voice:
    return _Voice(before="“", after=f"” — {quotation.speaker}")


def _in_pieces(quotation: Quotation, counter: Counter) -> list[str]:
    """Break a quotation at its own sentence ends; marks close and open again, and the speaker is named in every part."""
    voice = _voice(quotation)
    parts: list[str] = []
    current = ""
    for sentence in sentences(_last_mark_off(quotation.words)):
        joined = f"{current} {sentence}".strip()
        if counter.count(voice.say(joined)) <= room(counter):
            current = joined
            continue
        if current:
            parts.append(voice.say(current))
        # A single sentence that is too long cannot be said without breaking it off, so the quotation ends before it.
        current = sentence if counter.count(voice.say(sentence)) <= room(counter) else ""
        if not current:
            break
    if current:
        parts.append(voice.say(current))
    return parts[:_MOST_QUOTATION_PARTS]


def _last_mark_off(words: str) -> str:
    # The comma before "she said" belongs to the sentence around the quotation.
    return _LAST_MARK.sub("", words.strip())


def _close(parts: list[str], release: Release, counter: Counter) -> list[str]:
    """Put call to action or link, and hashtags as far as they fit, at the end."""
    link = _link(release)
    call = _call(release, counter, link)
    last = "\n".join(text for text in (call, link) if text)
    tags = [f"#{tag.lstrip('#')}" for tag in release.hashtags]
    if not last:
        return [*parts[:-1], _with_tags(parts[-1], tags, counter)]
    joined = f"{parts[-1]}\n\n{last}"
    # The link rides with the last part when there is room for it: one post less to pay for and to read.
    closing = [joined] if not call and counter.count(joined) <= room(counter) and len(parts) > 1 else [parts[-1], last]
    return [*parts[:-1], *closing[:-1], _with_tags(closing[-1], tags, counter)]


def _call(release: Release, counter: Counter, link: str) -> str:
    texts = [text for block in release.call_to_action for text in texts_of(block)]
    for text in texts:
        first = next(iter(sentences(_NO_URL.sub("", plain(text)))), "")
        if first and counter.count(f"{first}\n{link}") <= room(counter):
            return first
    return ""


def _link(release: Release) -> str:
    """Return the one link of the thread: the officer's, else the first that leads somewhere on the web."""
    if release.link:
        return release.link
    blocks = (*release.call_to_action, *release.body)
    spans = [span for block in blocks if isinstance(block, Paragraph) for span in block.text]
    targets = (span.href for span in spans if span.href and span.href.startswith(("http://", "https://")))
    return next((target for target in targets if not leads_nowhere(target)), "")


def _with_tags(part: str, tags: list[str], counter: Counter) -> str:
    text, mark = part, "\n\n"
    for tag in tags:
        if counter.count(f"{text}{mark}{tag}") <= room(counter):
            text, mark = f"{text}{mark}{tag}", " "
    return text


def _tidy(part: str) -> str:
    """Keep X's rules: one cashtag a post, and no mention at the very start (it would be shown to few)."""
    first = _CASHTAG.search(part)
    if first is not None:
        part = part[: first.end()] + _CASHTAG.sub("$\u2060", part[first.end() :])
    return _MENTION_FIRST.sub(".", part)
