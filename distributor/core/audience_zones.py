"""In which time zones the people of an audience live, told from a sample of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from babel.core import get_global

from distributor.core.audience import Contact

#: So many people say within two in a hundred where the others live.
MOST_SAMPLED: Final = 2_000
_MOST_SHOWN: Final = 4
#: Fewer than this part of the audience are no main zone of it.
_SHOWN_FROM: Final = 0.03

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShare:
    """One zone with the part of the audience that lives in it, from 0 to 1."""

    zone: str
    share: float


def sampled(people: Sequence[Thing]) -> Sequence[Thing]:
    """Return every n-th of the people, so that no more are looked at than a sample needs."""
    return people[:: max(1, -(-len(people) // MOST_SAMPLED))]


def main_zones(people: Iterable[Contact]) -> tuple[ZoneShare, ...]:
    """Return the zones in which most of the people live whose zone or country is known, largest first."""
    counts = Counter(zone for one in people if (zone := _zone_of(one)))
    known = counts.total()
    return tuple(
        ZoneShare(zone=zone, share=count / known)
        for zone, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_SHOWN]
        if count / known >= _SHOWN_FROM
    )


def _zone_of(person: Contact) -> str:
    """Return the person's zone, else the only one of their country; "" when neither is known."""
    return person.zone or _only_zone(person.country)


@cache
def _only_zone(country: str) -> str:
    zones = get_global("territory_zones").get(country, [])
    return str(zones[0]) if len(zones) == 1 else ""
