"""What lists show of releases, on Redis. Implements ports_releases.ReleaseIndex.

The script that stores a revision writes its line beside it: the headline twice (folded, to look in, and as it is), who took it
in, when, and the embargo. A store of an earlier version has no lines; they are written when a list first comes across them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from typing import Final, cast

import orjson
import redis

from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import BadInput, NotFound
from distributor.core.folding import words_of
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.release import Release
from distributor.ports_releases import ReleaseLine, ReleasePage, ReleaseSearch, StoredRevision
from distributor.store.codec import UnknownSchema
from distributor.store.ledger_keys import SCHEDULE, from_us, load_script, store_errors, to_us

#: Hash: release to "revision [folded headline, schema, headline, …]".
LINES: Final = "releases:lines"
_RELEASES: Final = "releases"
_SCHEMA: Final = 1
#: Lines that one call looks at: some milliseconds, during which Redis does nothing else.
_MOST_LOOKED_AT: Final = 2000
_CURSOR: Final = re.compile(r"(\d{1,20})-([a-z0-9]{1,40})", re.ASCII)


class RedisReleaseIndex:
    """Every release's line. Thread-safe."""

    def __init__(self, client: redis.Redis, get: Callable[[ReleaseId], StoredRevision]) -> None:
        """`get` reads a latest revision, for releases that have no line yet."""
        self._client = client
        self._get = get
        self._page = load_script(client, "releases_page")

    def page(self, search: ReleaseSearch) -> ReleasePage:
        """Return one page in one round trip."""
        instant, last = _read_cursor(search.after)
        args = [instant, last, search.count, _MOST_LOOKED_AT, search.stage.value, *search.words]
        rows, missing, *end = self._page(keys=[_RELEASES, LINES, SCHEDULE], args=args)
        if missing:
            self._write([ReleaseId(name.decode()) for name in missing])
            return self.page(search)
        after = "-".join(part.decode() for part in end) if end[0] else ""
        return ReleasePage(lines=tuple(_line(*row) for row in rows), after=after)

    def count(self) -> int:
        """Return how many releases there are."""
        with store_errors():
            return self._client.zcard(_RELEASES)

    def headlines(self, releases: Sequence[ReleaseId]) -> Sequence[str]:
        """Return the headline of each release's latest revision."""
        if not releases:
            return []
        with store_errors():
            stored = cast("list[bytes | None]", self._client.hmget(LINES, list(releases)))
        return [self._headline(one) if line is None else _said(line) for one, line in zip(releases, stored, strict=True)]

    def _headline(self, release: ReleaseId) -> str:
        try:
            return self._get(release).content.headline
        except NotFound:
            return ""

    def _write(self, releases: Sequence[ReleaseId]) -> None:
        # Should a revision come in between, its number will not be the line's, and the line is written once more.
        found = [self._get(release) for release in releases]
        lines = [
            (one.release_id, b"%d %s" % (one.revision, line_of(one.content, by=one.added_by, at=one.added_at))) for one in found
        ]
        with store_errors():
            self._client.hset(LINES, items=list(chain.from_iterable(lines)))


def line_of(release: Release, *, by: str, at: datetime) -> bytes:
    """Return the line of a revision, without its number."""
    local = release.embargo.local if release.embargo else None
    embargo = [local.wall.isoformat(), local.zone, local.fold] if local else ["now"] if release.embargo else []
    folded = " ".join(words_of(release.headline))
    return orjson.dumps([folded, _SCHEMA, release.headline, by, to_us(at), *embargo])


def _line(name: bytes, instant: bytes, line: bytes, sealed: bytes, *dispatches: bytes) -> ReleaseLine:
    revision, _, shape = line.partition(b" ")
    _, schema, headline, by, at, *embargo = orjson.loads(shape)
    if schema != _SCHEMA:
        raise UnknownSchema(f"A release's line was stored in shape {schema}; this version reads shape {_SCHEMA}.")
    return ReleaseLine(
        release_id=ReleaseId(name.decode()),
        revision=int(revision),
        headline=headline,
        added_by=by,
        added_at=from_us(at),
        is_approved=sealed == b"1",
        embargo=_embargo(*embargo) if embargo else None,
        dispatches=tuple(DispatchId(one.decode()) for one in dispatches),
    )


def _embargo(wall: str, zone: str = "", fold: int | None = None) -> Embargo:
    return Embargo(local=LocalTime(wall=datetime.fromisoformat(wall), zone=zone, fold=fold) if zone else None)


def _said(line: bytes) -> str:
    headline: str = orjson.loads(line.partition(b" ")[2])[2]
    return headline


def _read_cursor(after: str) -> tuple[str, str]:
    if not after:
        return "+inf", ""
    found = _CURSOR.fullmatch(after)
    if not found:
        raise BadInput("There is no such page.", where="after", remedy="Begin with the first page.")
    return found[1], found[2]
