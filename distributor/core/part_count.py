"""How full each part of a thread is, for people who look at it or write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from distributor.core.counting import Counter, has_url

#: Counting takes a millisecond for each 200 characters. What is longer than this is no post on any platform.
_MOST_COUNTED: Final = 30_000
_NUMBER: Final = re.compile(r"\d{1,2}/\d{1,2} ")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCount:
    """One part with its count."""

    text: str
    count: int
    limit: int
    #: Whether the platform takes it: neither empty nor too long, and without characters that it refuses.
    fits: bool
    #: Whether the platform finds a link in it, which costs more.
    has_link: bool

    @property
    def over(self) -> int:
        """Return how much must go."""
        return max(0, self.count - self.limit)

    def __str__(self) -> str:
        text = f"{self.count:,} of {self.limit:,}"
        if self.over:
            return f"{text}, {self.over:,} too long"
        if not self.text.strip():
            return "empty"
        return text if self.fits else f"{text}, with a character that the platform refuses"


def counted(parts: Sequence[str], counter: Counter) -> tuple[PartCount, ...]:
    """Return the parts with their counts. The work for each is bounded; of what is far too long, characters are counted."""
    return tuple(_counted(part, counter) for part in parts)


def _counted(part: str, counter: Counter) -> PartCount:
    if len(part) > _MOST_COUNTED:
        return PartCount(text=part, count=len(part), limit=counter.limit, fits=False, has_link=False)
    return PartCount(
        text=part,
        count=counter.count(part),
        limit=counter.limit,
        fits=bool(part.strip()) and counter.fits(part),
        has_link=bool(part) and has_url(part),
    )


def unnumbered(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts without the numbers in front, if each has the right one; else as they are.

    >>> unnumbered(["1/2 One", "2/2 Two"]), unnumbered(["1/2 One", "Two"])
    (('One', 'Two'), ('1/2 One', 'Two'))
    """
    marks = [f"{at}/{len(parts)} " for at in range(1, len(parts) + 1)]
    if not all(part.startswith(mark) for part, mark in zip(parts, marks, strict=True)):
        return tuple(parts)
    return tuple(part.removeprefix(mark) for part, mark in zip(parts, marks, strict=True))


def renumbered(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts with the right numbers in front, if all but at most one carry numbers; else as they are.

    A part that was added or moved would otherwise leave the others with numbers that are wrong.

    >>> renumbered(["1/3 One", "3/3 Three"]), renumbered(["1/2 One", "Two", "2/2 Three"]), renumbered(["One", "Two"])
    (('1/2 One', '2/2 Three'), ('1/3 One', '2/3 Two', '3/3 Three'), ('One', 'Two'))
    """
    bare = [_NUMBER.sub("", part, count=1) if _NUMBER.match(part) else part for part in parts]
    numbered = sum(_NUMBER.match(part) is not None for part in parts)
    if not numbered or numbered < len(parts) - 1:
        return tuple(parts)
    return tuple(bare) if len(bare) == 1 else tuple(f"{at}/{len(bare)} {part}" for at, part in enumerate(bare, 1))
