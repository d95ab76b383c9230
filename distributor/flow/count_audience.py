"""Count an audience before anybody approves it: who would get it by list and language, who came and left, and in which zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from distributor.core.audience_change import AudienceChange
from distributor.core.audience_filter import base_of
from distributor.core.audience_zones import ZoneShare, main_zones, sampled
from distributor.core.ids import Language, ListName
from distributor.ports import ContactBook


class Counted(Protocol):
    """How many of some people would get which language."""

    @property
    def by_language(self) -> tuple[tuple[Language, int], ...]:
        """Return the counts, the release's own language first."""
        ...

    @property
    def none_of_them(self) -> int:
        """Return how many read none of the languages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCount:
    """One list, or one saved filter."""

    name: str
    counted: Counted
    #: Since the last approval or dispatch; None when the lists of that time are not known, or for a filter.
    change: AudienceChange | None

    @property
    def people(self) -> int:
        """Return how many would get it. Suppressed people are counted, too, for they may be let in again."""
        return sum(count for _, count in self.counted.by_language)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCounts:
    """Every list, with the zones in which their people live."""

    lists: tuple[ListCount, ...]
    zones: tuple[ZoneShare, ...]


def count_audience(
    audiences: Sequence[tuple[str, ListName]],
    *,
    book: ContactBook,
    count: Callable[[ListName], Counted],
    change_since: Callable[[ListName], AudienceChange | None],
) -> AudienceCounts:
    """Return the counts of these lists and filters, each by itself. Reads everybody on them: for the background only.

    Raises:
        NotFound: a list does not exist (any more).
    """
    lists = tuple(
        ListCount(name=name, counted=count(audience), change=change_since(audience) if audience == base_of(audience) else None)
        for name, audience in audiences
    )
    bases = list(dict.fromkeys(base_of(audience) for _, audience in audiences))
    some = sampled(book.members(bases)) if bases else ()
    return AudienceCounts(lists=lists, zones=main_zones(contact for _, contact in book.load(some)))
