"""Count a post as its platform counts it: a part that the platform finds too long would be refused at the lift.

Sources, read 2026-11-23: PROVIDERS.md §2.5, §3, §4 (twitter-text config v3; lexicons/app/bsky/feed/post.json; Mastodon's API).
"""

from __future__ import annotations

import importlib
import re
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

import regex

from distributor.core.message import ChannelName

#: A post on X: 280 weighted characters, a URL counts 23.
X_LIMIT = 280
BLUESKY_GRAPHEMES, BLUESKY_BYTES = 300, 3000
MASTODON_URL = 23
_URL = re.compile(r"https?://\S+")
#: Characters that twitter-text finds invalid.
_REFUSED = re.compile("[\ufffe\ufeff\uffff]")
#: Letters and marks of Latin scripts without © and ®, which can be emoji, and without a full stop inside a word, as a URL has.
_EVERYDAY = re.compile(r"(?:[\n -\-/-~\u00A1-\u00A8\u00AA-\u00AD\u00AF-\u017F\u2010-\u201F…]|\.(?=[\s\d”’\"…)]|$))*")


class Counter(Protocol):
    """How one platform counts."""

    @property
    def limit(self) -> int:
        """The most that a post may count."""
        ...

    def count(self, text: str) -> int:
        """Return how much the text counts."""
        ...

    def fits(self, text: str) -> bool:
        """Say whether the text can be one post."""
        ...


#: A dot between two labels of what could be a host's name.
_INNER_DOT = re.compile(r"(?<=[^\s.])\.(?=[^\s.])")
#: The library tries every label of a dotted word as the beginning of a domain: its time grows with the square of the dots, and
#: while it tries, nothing else of the process runs. So many (squared, summed over the words) take it 20 ms.
_MOST_DOTS_SQUARED = 2_500


@dataclass(frozen=True, slots=True)
class XCounter:
    """twitter-text v3: most letters 1, CJK and emoji 2, every URL 23 (bare domains too), after NFC."""

    limit: int = X_LIMIT

    def count(self, text: str) -> int:
        """Return the weighted length."""
        return _measured(text)[0]

    def fits(self, text: str) -> bool:
        """Say whether X takes the text: neither empty nor too long, and without the characters that it refuses."""
        weight, is_valid = _measured(text)
        return 0 < weight <= self.limit and is_valid


def _measured(text: str) -> tuple[int, bool]:
    """Return (weight, whether every character is allowed)."""
    # Composing a thread counts some hundred texts and the library takes a millisecond for each, most of it looking for emoji and
    # URLs. Where there can be neither, the weight is known: 1 each, but 2 for "…".
    if _EVERYDAY.fullmatch(text):
        return len(text) + text.count("…"), True
    # What has so many dotted words is no post: it is not looked into, weighs at least what it could, and does not fit.
    return (2 * len(text), False) if _is_endless(text) else _parsed(text)


def _is_endless(text: str) -> bool:
    """Say whether looking for domains in the text would take too long."""
    return sum(len(_INNER_DOT.findall(word)) ** 2 for word in text.split()) > _MOST_DOTS_SQUARED


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[int, bool]:
    # Half of a surrogate pair is no character; it counts as the mark that would stand for it.
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    # What else makes a text not valid there is its length, with a limit of its own.
    return int(_twitter_text().parse_tweet(whole).weightedLength), _REFUSED.search(whole) is None


@cache
def _twitter_text() -> Any:
    # Imported here: it reads tables of emoji and domains, and `distributor --help` should not wait for that.
    with warnings.catch_warnings():
        # Its newest release still asks setuptools for its own files, and setuptools says so to everybody's stderr.
        warnings.simplefilter("ignore")
        return importlib.import_module("twitter_text")


def has_url(text: str) -> bool:
    """Say whether X finds a URL in the text; a bare domain is one too. In endless rows of dotted words there may be one.

    >>> has_url("see example.com"), has_url("see you")
    (True, False)
    """
    return _is_endless(text) or bool(_twitter_text().extract_urls(text))


@dataclass(frozen=True, slots=True)
class BlueskyCounter:
    """300 graphemes and 3,000 bytes of UTF-8, whichever is reached first."""

    limit: int = BLUESKY_GRAPHEMES

    def count(self, text: str) -> int:
        """Return the number of graphemes: what a reader takes for one character."""
        return len(graphemes(text))

    def fits(self, text: str) -> bool:
        """Say whether the text is neither empty nor too long in either way."""
        return 0 < self.count(text) <= self.limit and len(text.encode("utf-8")) <= BLUESKY_BYTES


@dataclass(frozen=True, slots=True)
class MastodonCounter:
    """The instance's own limit, in graphemes; every http(s) URL counts 23."""

    limit: int = 500

    def count(self, text: str) -> int:
        """Return the length with each URL at 23."""
        return len(graphemes(_URL.sub("x" * MASTODON_URL, text)))

    def fits(self, text: str) -> bool:
        """Say whether the text is neither empty nor too long."""
        return 0 < self.count(text) <= self.limit


def graphemes(text: str) -> list[str]:
    """Return what a reader takes for single characters (Unicode's extended grapheme clusters).

    >>> len(graphemes("e\\u0301👩‍👩‍👧"))
    2
    """
    return regex.findall(r"\X", text)


@cache
def counter_for(channel: ChannelName) -> Counter:
    """Return how the channel's platform counts.

    Raises:
        ValueError: the channel carries no posts.
    """
    if channel is ChannelName.X:
        return XCounter()
    raise ValueError(f"{channel.value} carries no posts")
