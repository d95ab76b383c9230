"""Checks that look at when the release leaves. Each returns what is wrong as one sentence, None when nothing is."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, datetime, time, timedelta

from distributor.core.checks_subject import CheckSubject
from distributor.core.embargo import zone_of
from distributor.core.embargo_line import embargo_in_line
from distributor.core.errors import BadInput

#: A change of clocks so near to the lift makes people mistake the hour.
_NEAR = timedelta(hours=12)


def embargo_agrees(subject: CheckSubject) -> str | None:
    """A line in the text that says another time than the lift, or a lift that is no single instant."""
    release = subject.release
    try:
        _ = release.embargo.lift_at() if release.embargo else None
    except BadInput as error:
        return f"The lift is not one instant: {error.problem}"
    if not release.embargo_line:
        return None
    try:
        written = embargo_in_line(release.embargo_line, release_date=release.dateline.date if release.dateline else None)
        meant = written.lift_at()
    except BadInput as error:
        return f"The embargo line in the text is not clear: {error.problem}"
    if meant == subject.lift_at:
        return None
    return "The embargo line in the text and the lift of the release are not the same instant."


def embargo_stated(subject: CheckSubject) -> str | None:
    """Neither an embargo nor "for immediate release"."""
    return None if subject.release.embargo is not None else "The release names no embargo and is not for immediate release."


def lift_ahead(subject: CheckSubject) -> str | None:
    """A lift that is over already: it leaves as soon as it is scheduled."""
    if subject.lift_at is None or subject.lift_at >= subject.now:
        return None
    return "The embargo is over already; the release would leave as soon as it is scheduled."


def midnight_or_noon(subject: CheckSubject) -> str | None:
    """The two times of day that people read in two ways."""
    local = subject.release.embargo.local if subject.release.embargo else None
    if local is None or local.wall.time() not in {time(0, 0), time(12, 0)}:
        return None
    which = "midnight" if local.wall.time() == time(0, 0) else "noon"
    return f"The embargo lifts at {which} exactly, which people take for two different days or halves of one."


def clock_change(subject: CheckSubject) -> str | None:
    """A change of clocks within hours of the lift."""
    local = subject.release.embargo.local if subject.release.embargo else None
    if local is None or subject.lift_at is None:
        return None
    # A year outside of this range is a slip of the pen that other checks speak about, and has no clocks to change.
    if not MINYEAR < subject.lift_at.year < MAXYEAR:
        return None
    before, after = (_offset(subject.lift_at + shift, local.zone) for shift in (-_NEAR, _NEAR))
    return f"The clocks change in {local.zone} within hours of the lift." if before != after else None


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(zone_of(zone)).utcoffset()
