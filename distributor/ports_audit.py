"""What reading the audit needs of the store: its newest lines, a page at a time, without reading it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from distributor.ports import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which lines are asked for; what is empty does not matter."""

    subject: str = ""
    #: The name as it stands in the audit; case does not matter.
    by: str = ""
    #: Whole actions ("release.approved") or what they are about ("release"); any of them.
    actions: tuple[str, ...] = ()
    #: Half-open.
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, entry: AuditEntry) -> bool:
        """Say whether a line is asked for."""
        return (
            self.subject in {"", entry.subject}
            and (not self.by or entry.by.casefold() == self.by.casefold())
            and (not self.actions or not {entry.action, entry.action.partition(".")[0]}.isdisjoint(self.actions))
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


#: A line is written a moment after the instant that stands in it, by another clock; so far they may be apart.
SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Some lines, newest first."""

    entries: tuple[AuditEntry, ...]
    #: Where to go on, for the next page; None: there is no older line that could fit. There may be fewer lines on a page than
    #: were asked for, or none, and more further back: a page looks at a bounded number of lines.
    before: str | None


class AuditReader(Protocol):
    """The audit from its end."""

    def newest(self, query: AuditQuery, *, before: str | None, most: int) -> AuditPage:
        """Return the newest lines that fit, of those before a place that an earlier page named."""
        ...

    def all_newest(self, query: AuditQuery) -> Iterator[AuditEntry]:
        """Yield every line that fits, newest first, for an export."""
        ...
