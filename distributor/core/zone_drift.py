"""Whether a time zone's rules have changed between scheduling and lift, so that the officer's words now mean another instant.

Governments move their clocks at a few days' notice, and a worker's zone rules are those of its last update.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from distributor.core.embargo import Embargo
from distributor.core.errors import BadInput
from distributor.core.plan import DispatchPlan
from distributor.core.report import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDrift:
    """The same wall-clock time, another instant."""

    #: As the officer wrote it.
    words: str
    before: datetime
    #: None: the clocks now jump over that time, or show it twice.
    now: datetime | None
    #: Whether the dispatch would leave before what its embargo means now.
    is_too_early: bool

    def __str__(self) -> str:
        meant = f"meant {instant(self.before)} when this was scheduled"
        if self.now is None:
            return f"The embargo {self.words} {meant}; by the zone rules of now there is no such time, or two."
        return f"The embargo {self.words} {meant} and means {instant(self.now)} by the zone rules of now."


def zone_drift(plan: DispatchPlan, embargo: Embargo | None) -> ZoneDrift | None:
    """Return what has changed for the plan; None when nothing has, or the release names no wall-clock time."""
    if embargo is None or embargo.local is None or plan.embargo_at is None:
        return None
    words = f"{embargo.local.wall:%Y-%m-%d %H:%M} {embargo.local.zone}"
    try:
        now = embargo.lift_at()
    except BadInput:
        return ZoneDrift(words=words, before=plan.embargo_at, now=None, is_too_early=True)
    if now is None or now == plan.embargo_at:
        return None
    return ZoneDrift(words=words, before=plan.embargo_at, now=now, is_too_early=plan.lift_at < now)
