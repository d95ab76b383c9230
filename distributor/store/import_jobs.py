"""Imports in steps, on Redis. Implements ports_people.ImportJobs.

Everything expires by itself: a file of people's data that somebody brought and forgot is gone within the hour.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, cast

import redis

from distributor.core.account import AccountId
from distributor.core.import_job import ImportId, ImportJob
from distributor.ports_people import Progress
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import load_script, store_errors

KEPT: Final = timedelta(hours=1)
_KEPT_S: Final = int(KEPT.total_seconds())
#: Longer than any step between two words of progress.
CLAIM: Final = timedelta(minutes=1)
_CLAIM_MS: Final = CLAIM // timedelta(milliseconds=1)
#: So many imports may somebody have open.
MOST_OPEN: Final = 3
#: A file travels in parts, so that Redis serves others in between.
_PART: Final = 1 << 20
#: Beyond it, a list is mended at its source.
_MOST_ROWS_BYTES: Final = 5 << 20
_LONGEST_ID: Final = 64


class RedisImportJobs:
    """The jobs. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._beat = load_script(client, "import_beat")
        self._release = load_script(client, "import_release")

    def begin(self, job: ImportJob, content: bytes) -> ImportJob:
        """Keep a job and its file under a new id; an owner's earlier ones beyond a few are dropped."""
        made = replace(job, id=ImportId("i" + secrets.token_hex(10)))
        with store_errors():
            for start in range(0, len(content), _PART):
                self._client.rpush(_file(made.id), content[start : start + _PART])
                self._client.expire(_file(made.id), _KEPT_S)
            with self._client.pipeline(transaction=True) as pipe:
                pipe.set(_job(made.id), encode(made), ex=_KEPT_S)
                pipe.lpush(_owner(made.owner), made.id)
                pipe.expire(_owner(made.owner), _KEPT_S)
                pipe.lrange(_owner(made.owner), MOST_OPEN, -1)
                beyond = cast("list[bytes]", pipe.execute()[-1])
        for old in beyond:
            self.drop(ImportId(old.decode()), owner=made.owner)
        return made

    def get(self, job: ImportId, *, owner: AccountId) -> ImportJob | None:
        """Return a job of theirs, None when there is none (any more)."""
        if len(job) > _LONGEST_ID:
            return None
        with store_errors():
            stored = cast("bytes | None", self._client.get(_job(job)))
        found = None if stored is None else decode(ImportJob, stored)
        return found if found is not None and found.owner == owner else None

    def of(self, owner: AccountId) -> list[ImportJob]:
        """Return their jobs, newest first."""
        with store_errors():
            names = cast("list[bytes]", self._client.lrange(_owner(owner), 0, MOST_OPEN - 1))
        return [job for name in names if (job := self.get(ImportId(name.decode()), owner=owner)) is not None]

    def save(self, job: ImportJob) -> bool:
        """Store how a job stands. False: it has ended in the meantime, and stays so."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.set(_job(job.id), encode(job), ex=_KEPT_S, xx=True)
            pipe.expire(_file(job.id), _KEPT_S)
            pipe.expire(_owner(job.owner), _KEPT_S)
            return bool(pipe.execute()[0])

    def content(self, job: ImportId) -> bytes | None:
        """Return the file, None when it is gone."""
        with store_errors():
            count = int(self._client.llen(_file(job)))
            parts = [cast("bytes | None", self._client.lindex(_file(job), at)) for at in range(count)]
        return b"".join(part for part in parts if part is not None) if count else None

    def keep_rows(self, job: ImportId, lines: Iterable[str]) -> None:
        """Keep the rows that are to be mended, as far as they are few enough to be."""
        kept = bytearray()
        for line in lines:
            if len(kept) > _MOST_ROWS_BYTES:
                break
            kept += line.encode()
        with store_errors():
            self._client.set(_rows(job), bytes(kept), ex=_KEPT_S)

    def rows(self, job: ImportId) -> bytes | None:
        """Return the rows that are to be mended."""
        with store_errors():
            return cast("bytes | None", self._client.get(_rows(job)))

    def drop_file(self, job: ImportId) -> None:
        """Forget the file; the job stays a while."""
        with store_errors():
            self._client.delete(_file(job))

    def drop(self, job: ImportId, *, owner: AccountId) -> None:
        """Forget all of it."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.delete(_job(job), _file(job), _rows(job), _claim(job), _progress(job))
            pipe.lrem(_owner(owner), 0, job)
            pipe.execute()

    def claim(self, job: ImportId) -> str | None:
        """Begin to work on a job and return the token for it; None while somebody else does."""
        token = secrets.token_hex(8)
        with store_errors():
            is_ours = self._client.set(_claim(job), token, px=_CLAIM_MS, nx=True)
            if is_ours:
                self._client.delete(_progress(job))
        return token if is_ours else None

    def beat(self, job: ImportId, token: str, *, done: int, total: int) -> bool:
        """Say how far it is; False when the job is not the token's any more."""
        keys = [_claim(job), _progress(job), _job(job), _file(job)]
        return bool(self._beat(keys=keys, args=[token, done, total, _CLAIM_MS, _KEPT_S]))

    def release(self, job: ImportId, token: str) -> None:
        """End the work."""
        self._release(keys=[_claim(job)], args=[token])

    def progress(self, job: ImportId) -> Progress:
        """Return how far the work is."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            pipe.exists(_claim(job))
            pipe.hmget(_progress(job), ["done", "total"])
            is_running, (done, total) = pipe.execute()
        return Progress(done=int(done or 0), total=int(total or 0), is_running=bool(is_running))


def _job(job: ImportId) -> str:
    return f"{{import:{job}}}"


def _file(job: ImportId) -> str:
    return f"{{import:{job}}}:file"


def _rows(job: ImportId) -> str:
    return f"{{import:{job}}}:rows"


def _claim(job: ImportId) -> str:
    return f"{{import:{job}}}:claim"


def _progress(job: ImportId) -> str:
    return f"{{import:{job}}}:progress"


def _owner(owner: AccountId) -> str:
    return f"imports:{owner}"
