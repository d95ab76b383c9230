"""Counting audiences in the background: it reads everybody on the lists, so it is done once for all who look."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits
from distributor.core.audience_change import AudienceChange
from distributor.core.ids import ListName, ReleaseId
from distributor.flow.count_audience import AudienceCounts, count_audience
from distributor.flow.count_languages import count_languages
from distributor.ports_releases import StoredRevision

#: Lists change all day; what was counted ten minutes ago is told with its age.
_GOOD_FOR: Final = timedelta(minutes=10)
#: A small desk's counts are there at once.
_WAIT_S: Final = 0.25
_MOST_LISTS: Final = 40
_MOST_KEPT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was counted, with the words for since when people came and left."""

    counts: AudienceCounts
    since: str
    at: datetime


class AudienceCounter:
    """Counts one release's lists at a time and keeps what it counted for a while. Thread-safe."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audience")
        self._lock = threading.Lock()
        self._counting: dict[tuple[ReleaseId, int], Future[Known]] = {}

    def known(self, stored: StoredRevision) -> Known | None:
        """Return what is counted, None while it is being counted; begin anew when that is old or failed.

        Raises:
            DistributorError: counting failed.
        """
        try:
            return self._begun(stored).result(_WAIT_S)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Count no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _begun(self, stored: StoredRevision) -> Future[Known]:
        """Return what is counted or being counted; begin anew when that is old or failed."""
        key = (stored.release_id, stored.revision)
        with self._lock:
            found = self._counting.get(key)
            if found is None or (found.done() and self._is_old(found)):
                while len(self._counting) >= _MOST_KEPT:
                    self._counting.pop(next(iter(self._counting)))
                found = self._counting[key] = self._pool.submit(self._count, stored)
            return found

    def _is_old(self, found: Future[Known]) -> bool:
        if found.exception() is not None:
            return True
        return self._service.clock.now() - found.result().at > _GOOD_FOR

    def _count(self, stored: StoredRevision) -> Known:
        service, (since, change_since) = self._service, self._since(stored)
        lists = [(str(name), name) for name in service.book.lists()]
        filters = [(name, ListName(text)) for name, text in contact_edits(service).filters().items()]
        counts = count_audience(
            [*lists, *filters][:_MOST_LISTS],
            book=service.book,
            count=lambda name: count_languages(stored, [name], book=service.book),
            change_since=change_since,
        )
        return Known(counts=counts, since=since, at=service.clock.now())

    def _since(self, stored: StoredRevision) -> tuple[str, Callable[[ListName], AudienceChange | None]]:
        """Return since when people are compared: the newest dispatch, else the newest approval; and how."""
        service, release = self._service, stored.release_id
        if dispatches := service.dispatches.of_release(release):
            return "the last dispatch", partial(service.audience_watch.since_dispatch, dispatches[-1])
        approved = service.releases.last_approved(release, before=stored.revision + 1)
        if approved is None:
            return "", _nothing_known
        return f"the approval of revision {approved}", partial(service.audience_watch.since_approval, release, approved)


def _nothing_known(_name: ListName) -> AudienceChange | None:
    return None
