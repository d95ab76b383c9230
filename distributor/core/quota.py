"""What is left of an account's posts around a lift, so that a thread does not stop in its middle for a rate limit.

Counted is what this service has posted and will post. What other apps post on the account, nobody can say in advance.

Source: PROVIDERS.md §2.2: 100 posts per 15 minutes and user, 10,000 per 24 hours and app.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.core.cost import X_POSTS_PER_WINDOW

WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)
X_POSTS_PER_DAY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A thread of this service on the same account."""

    lift_at: datetime
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLeft:
    """What a thread finds when its lift comes."""

    posts: int
    #: Of other threads, whose lift is less than a window away.
    in_window: int
    #: Of other threads, whose lift is less than a day away.
    in_day: int

    @property
    def left_in_window(self) -> int:
        """Return how many posts the window leaves to this thread."""
        return max(0, X_POSTS_PER_WINDOW - self.in_window)

    @property
    def left_in_day(self) -> int:
        """Return how many posts the day leaves to this thread."""
        return max(0, X_POSTS_PER_DAY - self.in_day)

    @property
    def is_enough(self) -> bool:
        """Say whether the whole thread fits."""
        return self.posts <= min(self.left_in_window, self.left_in_day)

    def __str__(self) -> str:
        others = f"{self.in_window} of other dispatches" if self.in_window else "none of other dispatches"
        sums = f"{X_POSTS_PER_WINDOW} posts per 15 minutes, {others} around that time"
        if self.is_enough:
            return f"X takes {sums}: room for these {self.posts}."
        wait = "tomorrow" if self.posts > self.left_in_day else "15 minutes later"
        left = min(self.left_in_window, self.left_in_day)
        return f"X takes {sums}: only {left} of these {self.posts} go out at the lift, the others {wait}."


def quota_left(posts: int, *, lift_at: datetime, others: Iterable[Planned]) -> QuotaLeft:
    """Return what is left for a thread of so many posts beside the others.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 30, 12, tzinfo=UTC)
    >>> quota_left(5, lift_at=noon, others=[Planned(lift_at=noon + timedelta(minutes=10), posts=97)]).is_enough
    False
    """
    away = [(abs(other.lift_at - lift_at), other.posts) for other in others]
    return QuotaLeft(
        posts=posts,
        in_window=sum(count for distance, count in away if distance < WINDOW),
        in_day=sum(count for distance, count in away if distance < DAY),
    )
