"""The end of a thread: the call to action, the one link, and the hashtags."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from distributor.core.release import Release, plain, texts_of
from distributor.core.sentences import followed_by, sentences
from distributor.core.thread_facts import URL
from distributor.core.thread_parts import Holds, pack
from distributor.core.understood import leads_nowhere

_URL_AT_END = regex.compile(rf"(?:{URL.pattern})[.!]?$", regex.IGNORECASE)
_NOT_IN_TAG = regex.compile(r"[^\p{L}\p{M}\p{N}_]")
_MOST_CALL_PARTS = 2


def link_of(release: Release) -> str:
    """Return the one link of the thread: the officer's, else the first on the web that leads somewhere; "" for none."""
    blocks = (*release.call_to_action, *release.body)
    spans = (span for block in blocks for text in texts_of(block) for span in text)
    targets = (release.link, *(span.href for span in spans if span.href))
    return next((target.strip() for target in targets if _is_on_the_web(target)), "")


def _is_on_the_web(target: str) -> bool:
    return target.strip().lower().startswith(("http://", "https://")) and not leads_nowhere(target) and len(target.split()) == 1


def closing(release: Release, link: str, *, holds: Holds) -> list[str]:
    """Return the parts that close the thread: what to do and where, the link alone, or nothing."""
    if not (link and holds(link)):
        link = ""
    texts = [plain(text) for block in release.call_to_action for text in texts_of(block)]
    for text in texts:
        if call := _call(text, link, holds):
            return [call]
    if link:
        return [link]
    pieces = pack((" ".join(_spoken(text, "")) for text in texts), holds=holds)
    return [piece.text for _, piece in zip(range(_MOST_CALL_PARTS), pieces, strict=False)]


def _call(text: str, link: str, holds: Holds) -> str:
    """Return as many of the call's sentences as fit above the link; "" when not even one does."""
    call = ""
    for sentence in _spoken(text, link):
        joined = followed_by(call, sentence)
        if not holds(_with_link(joined, link)):
            break
        call = joined
    return _with_link(call, link) if call else ""


def _with_link(call: str, link: str) -> str:
    return call if link in call else f"{call}\n{link}"


def _spoken(text: str, link: str) -> Iterator[str]:
    """Yield the sentences that name the thread's own link or none; an address at the end gives way to the link below it."""
    for sentence in sentences(text):
        addresses = [found.rstrip(".,;:!?") for found in URL.findall(sentence)]
        if not addresses or (link and addresses == [link]):
            yield sentence
        elif link and len(addresses) == 1 and (shortened := _URL_AT_END.sub("", sentence).rstrip()) != sentence and shortened:
            yield shortened


def hashtags(release: Release, part: str, *, holds: Holds) -> str:
    """Return the part with the release's hashtags behind it, as far as they fit."""
    tags = dict.fromkeys(_NOT_IN_TAG.sub("", tag) for tag in release.hashtags)
    text, mark = part, "\n\n"
    for tag in filter(None, tags):
        if holds(f"{text}{mark}#{tag}"):
            text, mark = f"{text}{mark}#{tag}", " "
    return text
