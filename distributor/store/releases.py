"""Releases, revisions and approvals on Redis. Implements ports.ReleaseStore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import redis

from distributor.core.approval import Approval
from distributor.core.errors import ApprovalRefused, NotFound, Refused, RevisionCame
from distributor.core.ids import ReleaseId, digest_id
from distributor.core.message import Master
from distributor.core.release import Release
from distributor.core.translation import Others
from distributor.ports_releases import ReleaseLine, ReleaseSearch, RevisionLine, StoredRevision
from distributor.store import codec
from distributor.store.ledger_keys import load_script, store_errors, to_us
from distributor.store.release_lines import LINES, RedisReleaseIndex, line_of

_RELEASES = "releases"
_SHORTEST_PREFIX = 4
_A_PAGE = 500
#: The script's answer when a newer revision came.
_CAME_MEANWHILE = -2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """A revision with who took it in and when, as stored."""

    content: Release
    added_by: str
    added_at: datetime
    translations: tuple[Release, ...] = ()
    others: Others = Others.FALLBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """Of a stored revision, what a list of them shows."""

    added_by: str
    added_at: datetime


class RedisReleaseStore:
    """Every release. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._add = load_script(client, "release_add")
        self._approve = load_script(client, "release_approve")
        self.index = RedisReleaseIndex(client, self.get)

    def add(
        self,
        release: Release,
        *,
        by: str,
        at: datetime,
        revises: ReleaseId | None = None,
        translations: Sequence[Release] = (),
        others: Others = Others.FALLBACK,
        after: int | None = None,
    ) -> StoredRevision:
        """Store a release, or a new revision of one, atomically."""
        content_digest = codec.content_digest(release, translations, others)
        envelope = _Envelope(content=release, added_by=by, added_at=at, translations=tuple(translations), others=others)
        name = revises or ReleaseId(digest_id("r", content_digest))
        revision, latest = self._add(
            keys=[_key(name, "revisions"), _key(name, "digests"), _key(name, "approval"), _RELEASES, seal_key(name), LINES],
            args=[
                codec.encode(envelope),
                content_digest, name, to_us(at), "1" if revises else "0",
                line_of(release, by=by, at=at), "" if after is None else after,
            ],
        )  # fmt: skip
        if not revision:
            raise NotFound("release", name, remedy="`distributor release list` shows them.")
        if revision == _CAME_MEANWHILE:
            raise RevisionCame(revision=int(latest))
        if revision < 0:
            raise Refused(f"Another release has the id {name} already; change a word of yours.")
        return self.get(name, int(revision))

    def get(self, release: ReleaseId, revision: int | None = None) -> StoredRevision:
        """Return a revision, the latest unless one is named."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.llen(_key(release, "revisions"))
            pipe.lindex(_key(release, "revisions"), -1 if revision is None else revision - 1)
            pipe.lindex(_key(release, "digests"), -1 if revision is None else revision - 1)
            count, stored, content_digest = pipe.execute()
        if stored is None or (revision is not None and revision < 1):
            known = f"It has revisions 1 to {count}." if count else "`distributor release list` shows them."
            raise NotFound("release", release if revision is None else f"{release} revision {revision}", remedy=known)
        envelope = codec.decode(_Envelope, stored)
        return StoredRevision(
            release_id=release,
            revision=revision or int(count),
            content=envelope.content,
            added_by=envelope.added_by,
            added_at=envelope.added_at,
            digest=content_digest,
            translations=envelope.translations,
            others=envelope.others,
        )

    def revisions(self, release: ReleaseId, *, most: int) -> Sequence[RevisionLine]:
        """Return the newest revisions, newest first."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.llen(_key(release, "revisions"))
            pipe.lrange(_key(release, "revisions"), -most, -1)
            count, stored = pipe.execute()
        heads = [codec.decode(_Head, data) for data in reversed(stored)]
        return [RevisionLine(revision=count - n, added_by=head.added_by, added_at=head.added_at) for n, head in enumerate(heads)]

    def resolve(self, prefix: str) -> ReleaseId:
        """Return the one release whose id begins so."""
        with store_errors():
            names = [name.decode() for name in cast("list[bytes]", self._client.zrange(_RELEASES, 0, -1))]
        found = [name for name in names if name.startswith(prefix)] if len(prefix) >= _SHORTEST_PREFIX else []
        if prefix in names:
            return ReleaseId(prefix)
        if len(found) != 1:
            several = f"Several begin so: {', '.join(found[:5])}." if found else "`distributor release list` shows them."
            raise NotFound("release", prefix, remedy=several)
        return ReleaseId(found[0])

    def list_all(self) -> Sequence[ReleaseLine]:
        """Return every release, newest first."""
        page = self.index.page(ReleaseSearch(count=_A_PAGE))
        lines = list(page.lines)
        while page.after:
            page = self.index.page(ReleaseSearch(after=page.after, count=_A_PAGE))
            lines += page.lines
        return lines

    def save_approval(self, approval: Approval, masters: Sequence[Master]) -> None:
        """Store an approval with its masters, atomically."""
        name = approval.release
        stored = self._approve(
            keys=[
                _key(name, "revisions"), _key(name, "approval"),
                _key(name, f"masters:{approval.revision}"), seal_key(name),
            ],
            args=[approval.revision, codec.encode(approval), approval.seal, *(codec.encode_master(m) for m in masters)],
        )  # fmt: skip
        if not stored:
            raise ApprovalRefused("The release has been changed since you looked at it. Look again, then approve.")

    def approval(self, release: ReleaseId) -> Approval | None:
        """Return the approval that stands."""
        with store_errors():
            stored = cast("bytes | None", self._client.get(_key(release, "approval")))
        return None if stored is None else codec.decode_approval(stored)

    def masters(self, release: ReleaseId, revision: int) -> tuple[Master, ...]:
        """Return the masters that were sealed with this revision."""
        with store_errors():
            stored = cast("list[bytes]", self._client.lrange(_key(release, f"masters:{revision}"), 0, -1))
        return tuple(codec.decode_master(data) for data in stored)

    def last_approved(self, release: ReleaseId, *, before: int) -> int | None:
        """Return the newest revision older than `before` that ever was approved: its masters are kept."""
        older = range(before - 1, 0, -1)
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for revision in older:
                pipe.exists(_key(release, f"masters:{revision}"))
            return next((revision for revision, is_kept in zip(older, pipe.execute(), strict=True) if is_kept), None)

    def void_approval(self, release: ReleaseId) -> bool:
        """Take the approval back."""
        with store_errors():
            return bool(self._client.delete(_key(release, "approval"), seal_key(release)))

    def approved_seal(self, release: ReleaseId) -> str:
        """Return the seal of the approval that stands, "" when there is none."""
        with store_errors():
            return (cast("bytes | None", self._client.get(seal_key(release))) or b"").decode()


def seal_key(release: ReleaseId) -> str:
    """Return the key of the seal of the approval that stands."""
    return _key(release, "seal")


def _key(release: ReleaseId, name: str) -> str:
    return f"release:{{{release}}}:{name}"
