"""A dispatch on the real Redis, put together by hand: what the tests of the ledger start from.

Time is not waited for. The lift and the late limit are written relative to Redis's own clock, and a lease ends because the
claim is rewritten with an end in the past, exactly as the scripts would find it after waiting.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import redis

from distributor.core.ids import ContactNumber, DispatchId, ListName, MasterKey, ReleaseId, RemoteId
from distributor.core.message import ChannelName
from distributor.core.plan import Batch, DispatchPlan
from distributor.ports import Accepted
from distributor.ports_dispatch import Claim, GateAnswer, Pause
from distributor.store.dispatches import RedisDispatches
from distributor.store.ledger import RedisLedger
from distributor.store.ledger_keys import ChannelKeys, meta_key
from distributor.store.redis_clock import RedisClock
from distributor.store.turns import RedisTurns

EMAIL, X = ChannelName.EMAIL, ChannelName.X
SEAL = "5ea1" * 16
ACCEPTED = Accepted(remote_id=RemoteId("remote-1"), url="https://x.example/1")
_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Desk:
    """One dispatch and the ledger's scripts on it."""

    def __init__(self, client: redis.Redis, *, dispatch: str = "dtest") -> None:
        self.client = client
        self.id = DispatchId(dispatch)
        self.ledger = RedisLedger(client, lease=timedelta(seconds=60))
        self.turns = RedisTurns(client, lease=timedelta(seconds=60), claim_ahead=timedelta(seconds=1))
        self.dispatches = RedisDispatches(client)
        self.clock = RedisClock(client)
        self._tokens = (f"token-{number}" for number in itertools.count(1))

    def create(
        self,
        *,
        channels: Sequence[ChannelName] = (EMAIL,),
        lift_in: timedelta = timedelta(seconds=-1),
        lists: Sequence[str] = ("press",),
    ) -> DispatchPlan:
        """Schedule the dispatch with its lift so far from now."""
        now = self.clock.now()
        plan = DispatchPlan(
            dispatch=self.id,
            release=ReleaseId("rtest"),
            revision=1,
            release_seal="ab" * 32,
            seal=SEAL,
            lists=tuple(ListName(name) for name in lists),
            channels=tuple(channels),
            accounts=tuple((name, "desk") for name in channels),
            masters=tuple(MasterKey(f"{name.value}/en") for name in channels),
            lift_at=now + lift_in,
            late_limit=timedelta(hours=1),
            scheduled_at=now,
            scheduled_by="Ana",
        )
        self.dispatches.create(plan)
        return plan

    def open_batches(
        self, *sizes: int, channel: ChannelName = EMAIL, members: Sequence[int] | None = None, suppressed: int = 0
    ) -> None:
        """Stage and commit batches of these sizes; member n of the audience is contact n + 100 unless said otherwise."""
        starts = itertools.accumulate(sizes, initial=0)
        batches = [
            Batch(start=at, count=n, master=MasterKey(f"{channel.value}/en")) for at, n in zip(starts, sizes, strict=False)
        ]
        for batch in batches:
            self.dispatches.stage(self.id, channel, batch, b"body of %d" % batch.start)
        numbers = members if members is not None else range(100, 100 + sum(sizes) + suppressed)
        self.dispatches.commit(
            self.id,
            channel,
            batches=batches,
            members=[ContactNumber(number) for number in numbers] if channel is EMAIL else (),
            suppressed=suppressed,
        )

    def prepare(self, *sizes: int, channel: ChannelName = EMAIL, lift_in: timedelta = timedelta(seconds=-1)) -> None:
        """Schedule and open a dispatch with one channel."""
        self.create(channels=(channel,), lift_in=lift_in)
        self.open_batches(*sizes, channel=channel)

    def token(self) -> str:
        """Return a token never used before."""
        return next(self._tokens)

    def try_claim(self, *, channel: ChannelName = EMAIL, token: str = "", at_hand: Sequence[int] = ()) -> Claim | Pause:
        """Ask for a batch."""
        return self.turns.take(self.id, channel, release=ReleaseId("rtest"), token=token or self.token(), at_hand=at_hand).taken

    def claim(self, *, channel: ChannelName = EMAIL, token: str = "") -> Claim:
        """Take a batch that must be there."""
        claim = self.try_claim(channel=channel, token=token)
        assert isinstance(claim, Claim), claim
        return claim

    def submit(self, claim: Claim, *, seal: str = SEAL, journal_seen: int = 0) -> GateAnswer:
        """Ask the gate."""
        return self.ledger.submit(claim, revision=1, offered_seal=seal, journal_seen=journal_seen)

    def claim_and_submit(self, *, channel: ChannelName = EMAIL) -> Claim:
        """Take a batch through the gate, which must open."""
        claim = self.claim(channel=channel)
        assert self.submit(claim).verdict.value == "open"
        return claim

    def set_lift(self, *, in_: timedelta) -> None:
        """Put the lift so far from now, and the late limit an hour after it."""
        lift_us = (self.clock.now() + in_ - _EPOCH) // _US
        self.client.hset(meta_key(self.id), mapping={"lift_us": lift_us, "late_us": lift_us + 3_600_000_000})

    def set_late(self, *, in_: timedelta) -> None:
        """Put the late limit so far from now."""
        self.client.hset(meta_key(self.id), "late_us", (self.clock.now() + in_ - _EPOCH) // _US)

    def end_lease(self, claim: Claim) -> None:
        """Rewrite the claim so that its lease ended a second ago."""
        claims = ChannelKeys(self.id, claim.channel).claims
        stored = self.client.hget(claims, str(claim.start))
        assert isinstance(stored, bytes), "there is no claim on this batch"
        token, _, phase = stored.decode().split("|")
        past_us = (self.clock.now() - _EPOCH) // _US - 1_000_000
        self.client.hset(claims, str(claim.start), f"{token}|{past_us}|{phase}")

    def end_pauses(self, channel: ChannelName = EMAIL) -> None:
        """Let every wait after a failed try be over."""
        k = ChannelKeys(self.id, channel)
        for start in cast("list[bytes]", self.client.zrange(k.open, 0, -1)):
            self.client.zadd(k.open, {start: 0})
        self.client.hdel(k.meta, f"pause:{channel.value}")

    def states(self, channel: ChannelName = EMAIL) -> str:
        """Return everybody's letter by index."""
        return self.dispatches.states(self.id, channel).decode()

    def counts(self, channel: ChannelName = EMAIL) -> dict[str, int]:
        """Return the counters that are not zero, "total" left out."""
        stored = cast("dict[bytes, bytes]", self.client.hgetall(ChannelKeys(self.id, channel).counts))
        return {name.decode(): int(value) for name, value in stored.items() if name != b"total" and int(value)}

    def counted(self, channel: ChannelName = EMAIL) -> dict[str, int]:
        """Return what the counters ought to be, counted one by one."""
        letters = self.states(channel)
        return {letter: letters.count(letter) for letter in sorted(set(letters))}
