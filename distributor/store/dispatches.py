"""Scheduled dispatches on Redis: plan, staged batches, status, control. Implements ports_dispatch.Dispatches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

import redis

from distributor.core.delivery import STATES, State, Tally
from distributor.core.errors import NotFound, Refused
from distributor.core.ids import ContactNumber, DispatchId, MasterKey, ReleaseId, RemoteId
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import Batch, DispatchPlan
from distributor.core.report import ChannelStatus, DispatchStatus, PartStatus
from distributor.ports_dispatch import BatchRecord
from distributor.store.audience_runs import runs_of
from distributor.store.ledger import pack_body, pack_members, unpack_members
from distributor.store.ledger_keys import (
    DISPATCHES,
    LIFTS,
    SCHEDULE,
    ChannelKeys,
    LedgerScripts,
    frame_key,
    from_us,
    maybe_from_us,
    meta_key,
    plan_key,
    release_dispatches_key,
    store_errors,
    to_us,
)
from distributor.store.notes import notes_in
from distributor.store.plan_codec import decode_plan, encode_plan

SCHEMA = 1
#: A preparation that staged nothing for so long is dead.
_PREPARER_SILENCE = timedelta(seconds=10)
_US = timedelta(microseconds=1)


class RedisDispatches:
    """Every dispatch, on one Redis. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._scripts = LedgerScripts(client)

    def create(self, plan: DispatchPlan) -> bool:
        """Store the plan and put its lift into the schedule, atomically; a repeat changes nothing."""
        lift_us = to_us(plan.lift_at)
        single = {"single": "1"} if plan.is_message_by_message else {}
        meta = {**single, "schema": SCHEMA, "lift_us": lift_us, "late_us": lift_us + plan.late_limit // _US, "seal": plan.seal}
        with self._client.pipeline(transaction=True) as pipe:
            pipe.setnx(plan_key(plan.dispatch), encode_plan(plan))
            for field, value in meta.items():
                pipe.hsetnx(meta_key(plan.dispatch), field, value)  # type: ignore[arg-type]  # redis-py's stubs forget int
            scheduled_us = to_us(plan.scheduled_at)
            pipe.zadd(release_dispatches_key(plan.release), {plan.dispatch: scheduled_us}, nx=True)
            pipe.zadd(DISPATCHES, {plan.dispatch: scheduled_us}, nx=True)
            pipe.zadd(LIFTS, {plan.dispatch: lift_us}, nx=True)
            pipe.zadd(SCHEDULE, {plan.dispatch: lift_us}, nx=True)
            return bool(pipe.execute()[0])

    def plan(self, dispatch: DispatchId) -> DispatchPlan:
        """Return the plan."""
        stored = self._client.get(plan_key(dispatch))
        if stored is None:
            raise NotFound("dispatch", dispatch, remedy="`distributor dispatch list` shows them.")
        return decode_plan(cast("bytes", stored))

    def of_release(self, release: ReleaseId) -> Sequence[DispatchId]:
        """Return every dispatch of a release, oldest first."""
        found = cast("list[bytes]", self._client.zrange(release_dispatches_key(release), 0, -1))
        return [DispatchId(name.decode()) for name in found]

    def store_frame(self, dispatch: DispatchId, master: MasterKey, frame: bytes) -> None:
        """Store a master's request frame."""
        self._client.set(frame_key(dispatch, master), frame)

    def frame(self, dispatch: DispatchId, master: MasterKey) -> bytes:
        """Return a master's request frame."""
        stored = self._client.get(frame_key(dispatch, master))
        if stored is None:
            raise NotFound("frame", f"{dispatch}/{master}")
        return cast("bytes", stored)

    def begin(self, dispatch: DispatchId, *, token: str) -> bool:
        """Begin to prepare; one preparation at a time."""
        return bool(self._scripts.begin(keys=[meta_key(dispatch)], args=[token, _PREPARER_SILENCE // _US]))

    def stage(self, dispatch: DispatchId, channel: ChannelName, batch: Batch, body: bytes, *, token: str = "") -> None:
        """Store one batch's staged body; nothing when the channel is committed already."""
        k = ChannelKeys(dispatch, channel)
        args = [channel.value, pack_body(body), token]
        if self._scripts.stage(keys=[k.meta, k.body(batch.start)], args=args) < 0:
            raise Refused(f"Another process took over preparing dispatch {dispatch}.")

    def commit(
        self,
        dispatch: DispatchId,
        channel: ChannelName,
        *,
        batches: Sequence[Batch],
        members: Sequence[ContactNumber],
        suppressed: int,
        journal_seen: int = 0,
        token: str = "",
    ) -> bool:
        """Freeze the audience and open its batches, atomically."""
        k = ChannelKeys(dispatch, channel)
        planned = sum(batch.count for batch in batches)
        described = [part for batch in batches for part in (batch.start, batch.count, batch.master)]
        done = self._scripts.commit(
            keys=[k.meta, k.states, k.counts, k.open, k.batches, k.members, k.runs],
            args=[channel.value, planned, suppressed, pack_members(members), journal_seen, token, runs_of(members), *described],
        )
        if done < 0:
            raise Refused(f"Another process took over preparing dispatch {dispatch}.")
        return bool(done == 1)

    def audience(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[ContactNumber]:
        """Return the frozen audience by index."""
        packed = cast("bytes", self._client.get(ChannelKeys(dispatch, channel).members) or b"")
        return cast("Sequence[ContactNumber]", unpack_members(packed))

    def journal_seen(self, dispatch: DispatchId) -> int:
        """Return how much of the suppression journal is applied to the dispatch."""
        return int(cast("bytes | None", self._client.hget(meta_key(dispatch), "journal_seen")) or 0)

    def states(self, dispatch: DispatchId, channel: ChannelName) -> bytes:
        """Return everybody's state letter by index."""
        return cast("bytes", self._client.get(ChannelKeys(dispatch, channel).states) or b"")

    def batches(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[BatchRecord]:
        """Return what happened to each batch, by start."""
        return records_in(cast("dict[bytes, bytes]", self._client.hgetall(ChannelKeys(dispatch, channel).batches)))

    def status(self, dispatch: DispatchId) -> DispatchStatus:
        """Return the status in constant time, read in one transaction."""
        return self._statuses([self.plan(dispatch)])[0]

    def statuses(self, dispatches: Sequence[DispatchId]) -> Sequence[DispatchStatus]:
        """Return the status of each, in two round trips for all of them; those that are not there are left out."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for dispatch in dispatches:
                pipe.get(plan_key(dispatch))
            return self._statuses([decode_plan(stored) for stored in pipe.execute() if stored])

    def _statuses(self, plans: Sequence[DispatchPlan]) -> list[DispatchStatus]:
        with self._client.pipeline(transaction=True) as pipe:
            pipe.time()
            for plan in plans:
                pipe.hgetall(meta_key(plan.dispatch))
                for channel in plan.channels:
                    k = ChannelKeys(plan.dispatch, channel)
                    pipe.hgetall(k.counts)
                    pipe.hgetall(k.remote)
                    pipe.get(k.states) if channel in THREADS else pipe.strlen(k.states)
                    pipe.zrange(k.doubts, 0, 0, withscores=True)
            (seconds, us), *found = pipe.execute()
        now, answers = from_us(int(seconds) * 1_000_000 + int(us)), iter(found)
        return [_status(plan, answers, now=now) for plan in plans]

    def mark_alarm(self, dispatch: DispatchId, alarm: str) -> bool:
        """Note that an alarm is raised."""
        return bool(self._client.hsetnx(meta_key(dispatch), f"alarm:{alarm}", "1"))

    def unmark_alarm(self, dispatch: DispatchId, alarm: str) -> None:
        """Take the note back."""
        self._client.hdel(meta_key(dispatch), f"alarm:{alarm}")

    def due(self, *, within: timedelta) -> Sequence[DispatchId]:
        """Return unfinished dispatches whose lift is at most `within` ahead by Redis's clock, earliest first."""
        seconds, us = self._client.time()
        until = seconds * 1_000_000 + us + within // _US
        found = cast("list[bytes]", self._client.zrangebyscore(SCHEDULE, "-inf", until))
        return [DispatchId(name.decode()) for name in found]

    def under_way(self, *, most: int) -> Sequence[DispatchId]:
        """Return dispatches that are not finished, earliest lift first."""
        return [DispatchId(name.decode()) for name in cast("list[bytes]", self._client.zrange(SCHEDULE, 0, most - 1))]

    def all(self) -> Sequence[DispatchId]:
        """Return every dispatch, newest first."""
        return [DispatchId(name.decode()) for name in cast("list[bytes]", self._client.zrevrange(DISPATCHES, 0, -1))]

    def hold(self, dispatch: DispatchId, *, by: str, reason: str, note: str) -> bool:
        """Stop new claims and gates on every worker."""
        return self._control(dispatch, "hold", by=by, reason=reason, note=note)

    def resume(self, dispatch: DispatchId, *, by: str, may_start_for: timedelta) -> bool:
        """Let a held dispatch go on."""
        done = self._control(dispatch, "resume", by=by, start_us=may_start_for // _US)
        self._client.zadd(SCHEDULE, {dispatch: to_us(self.plan(dispatch).lift_at)}, nx=True)
        return done

    def cancel(self, dispatch: DispatchId, *, by: str) -> bool:
        """Let nothing more leave, for good."""
        return self._control(dispatch, "cancel", by=by)

    def close(self, dispatch: DispatchId) -> None:
        """Take a finished dispatch off the schedule and free its staged bodies."""
        for channel in self.plan(dispatch).channels:
            k = ChannelKeys(dispatch, channel)
            starts = [record.start for record in self.batches(dispatch, channel)]
            for at in range(0, len(starts), 1000):
                self._client.unlink(*(k.body(start) for start in starts[at : at + 1000]))
        self._client.zrem(SCHEDULE, dispatch)

    def _control(self, dispatch: DispatchId, verb: str, *, by: str, reason: str = "", note: str = "", start_us: int = 0) -> bool:
        answer = self._scripts.hold(keys=[meta_key(dispatch)], args=[verb, by, reason, note, start_us])
        if answer == b"missing":
            raise NotFound("dispatch", dispatch, remedy="`distributor dispatch list` shows them.")
        if answer == b"cancelled":
            raise Refused(f"Dispatch {dispatch} is cancelled; schedule a new one.")
        return bool(answer == b"ok")


def _status(plan: DispatchPlan, answers: Iterator[Any], *, now: datetime) -> DispatchStatus:
    meta = next(answers)
    channels = tuple((name, _channel(name, list(islice(answers, 4)), meta)) for name in plan.channels)
    return DispatchStatus(
        dispatch=plan.dispatch,
        release=plan.release,
        revision=plan.revision,
        seal=plan.seal,
        lift_at=plan.lift_at,
        late_limit=from_us(int(meta[b"late_us"])) - plan.lift_at,
        read_at=now,
        is_prepared=all(f"prepared:{name.value}".encode() in meta for name in plan.channels),
        is_cancelled=meta.get(b"cancelled") == b"1",
        hold_reason=meta.get(b"held", b"").decode(),
        held_by=meta.get(b"held_by", b"").decode(),
        hold_note=meta.get(b"held_note", b"").decode(),
        first_sent_at=maybe_from_us(meta.get(b"first_sent_us")),
        last_accepted_at=maybe_from_us(meta.get(b"last_accepted_us")),
        channels=channels,
        notes=notes_in(meta),
    )


def _channel(name: ChannelName, found: list[Any], meta: dict[bytes, bytes]) -> ChannelStatus:
    counts, remote, states, doubts = found
    numbers = {STATES[letter]: int(number) for letter, number in counts.items() if letter in STATES}
    tally = Tally(total=int(counts.get(b"total", 0)), counts=MappingProxyType(numbers))
    letters = states if isinstance(states, bytes) else b""
    return ChannelStatus(
        tally=tally,
        parts=tuple(_part(at, letter, remote.get(str(at).encode(), b"|")) for at, letter in enumerate(letters)),
        paused_until=maybe_from_us(meta.get(f"pause:{name.value}".encode())),
        in_doubt_since=from_us(int(doubts[0][1])) if doubts else None,
        hold_reason=meta.get(f"held:{name.value}".encode(), b"").decode(),
        hold_note=meta.get(f"held_note:{name.value}".encode(), b"").decode(),
    )


def _part(at: int, letter: int, remote: bytes) -> PartStatus:
    remote_id, _, url = remote.decode().partition("|")
    return PartStatus(n=at + 1, state=STATES.get(bytes([letter]), State.UNKNOWN), remote_id=remote_id, url=url)


def records_in(stored: Mapping[bytes, bytes]) -> list[BatchRecord]:
    """Return what a channel's hash of batches tells, by start."""
    fields: dict[int, dict[bytes, bytes]] = {}
    for name, value in stored.items():
        start, _, field = name.partition(b":")
        fields.setdefault(int(start), {})[field] = value
    return [_record(start, found) for start, found in sorted(fields.items())]


def _record(start: int, fields: Mapping[bytes, bytes]) -> BatchRecord:
    return BatchRecord(
        start=start,
        count=int(fields.get(b"n", b"0")),
        master=MasterKey(fields.get(b"master", b"").decode()),
        attempts=int(fields.get(b"try", b"0")),
        sent_at=maybe_from_us(fields.get(b"sent")),
        settled_at=maybe_from_us(fields.get(b"end")),
        why=fields.get(b"why", b"").decode(),
        remote_id=RemoteId(fields.get(b"remote", b"").decode()),
        settled=STATES.get(fields.get(b"settled", b"")),
    )
