"""What is left of an account's posts around a lift, so that a thread does not stop in its middle for a rate limit.

Counted are what X's last answer left of the account, and what this service will post. What other apps will post, nobody can say.

Source: PROVIDERS.md §2.2: 100 posts per 15 minutes and user, 10,000 per 24 hours and app. Answers tell other limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)
X_POSTS_PER_WINDOW = 100
X_POSTS_PER_DAY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A thread of this service on the same account."""

    lift_at: datetime
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One limit as an answer of X told it."""

    most: int
    left: int
    #: From then on `most` are left again.
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What X's last answer to a post said of the account. None: nothing of that limit."""

    at: datetime
    window: Allowance | None
    day: Allowance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one limit leaves at a lift."""

    #: How many posts go in each stretch of `length`.
    most: int
    length: timedelta
    #: Of other threads near the lift, not out yet when X spoke.
    others: int
    #: What X's word leaves, where that reaches to the lift; else `most`.
    told_left: int
    #: When the next stretch begins: X's word, else a whole stretch after the lift.
    next_at: datetime
    #: Whether X said so itself.
    is_told: bool

    @property
    def left(self) -> int:
        """Return how many posts this limit leaves to the thread."""
        return max(0, self.told_left - self.others)

    def last_at(self, posts: int, *, lift_at: datetime) -> datetime:
        """Return when the last of so many posts goes at the earliest, if no other thread takes of it."""
        beyond = posts - self.told_left
        if beyond <= 0:
            return lift_at
        # When X has not said when a stretch ends, one may end right after the lift.
        begins_at = self.next_at if self.is_told else lift_at
        return begins_at + (beyond - 1) // max(self.most, 1) * self.length

    def __str__(self) -> str:
        per = "24 hours" if self.length == DAY else "15 minutes"
        said = f"{self.told_left} of {self.most} posts left until {_clock(self.next_at)}" if self.is_told else ""
        said = said or f"{self.most} posts per {per}"
        return f"{said}, {self.others} of other dispatches around that time" if self.others else said


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLeft:
    """What a thread finds when its lift comes."""

    posts: int
    lift_at: datetime
    window: Room
    day: Room

    @property
    def tightest(self) -> Room:
        """Return the limit that leaves the least."""
        return min(self.day, self.window, key=lambda room: room.left)

    @property
    def is_enough(self) -> bool:
        """Say whether the whole thread fits."""
        return self.posts <= self.tightest.left

    def cannot_end_by(self, late_at: datetime) -> bool:
        """Say whether the last post surely comes at or after an instant, however little other threads take."""
        return any(room.last_at(self.posts, lift_at=self.lift_at) >= late_at for room in (self.window, self.day))

    def __str__(self) -> str:
        room = self.tightest
        if self.is_enough:
            return f"X: {room}. Room for {'this one' if self.posts == 1 else f'these {self.posts}'}."
        when = "not before" if room.is_told else "by about"
        return f"X: {room}. Only {room.left} of these {self.posts} go out at the lift, the others {when} {_clock(room.next_at)}."


def quota_left(posts: int, *, lift_at: datetime, others: Iterable[Planned], told: Told | None = None) -> QuotaLeft:
    """Return what is left for a thread of so many posts beside the others.

    >>> noon = datetime(2026, 3, 30, 12, tzinfo=UTC)
    >>> quota_left(5, lift_at=noon, others=[Planned(lift_at=noon + timedelta(minutes=10), posts=97)]).is_enough
    False
    """
    near, said_at = tuple(others), told.at if told else None
    window = told.window if told else None
    day = told.day if told else None
    return QuotaLeft(
        posts=posts,
        lift_at=lift_at,
        window=_room(lift_at, near, window, said_at, most=X_POSTS_PER_WINDOW, length=WINDOW),
        day=_room(lift_at, near, day, said_at, most=X_POSTS_PER_DAY, length=DAY),
    )


def _room(
    lift_at: datetime,
    others: Iterable[Planned],
    told: Allowance | None,
    said_at: datetime | None,
    *,
    most: int,
    length: timedelta,
) -> Room:
    """Return what one limit leaves. Once X's stretch has ended, only the size of its limit is still known."""
    reaches = told is not None and lift_at < told.ends_at
    since = said_at if reaches and said_at else lift_at - length
    until = told.ends_at if told is not None and reaches else lift_at + length
    known = told.most if told is not None else most
    # The window of a lift may begin at any moment, so whatever is less than a stretch away may fall into it.
    in_it = sum(other.posts for other in others if since < other.lift_at < until)
    return Room(
        most=known,
        length=length,
        others=in_it,
        told_left=told.left if told is not None and reaches else known,
        next_at=until,
        is_told=reaches,
    )


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%d %b %H:%M:%S} UTC"
