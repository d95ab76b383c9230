"""The ledger on Redis: who may send what now, and what came of it. Implements ports_dispatch.Ledger.

All decisions are in the scripts under `lua/ledger_*.lua`; this module only translates their arguments and answers.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import redis

from distributor.core.delivery import State, code
from distributor.core.embargo import GateFacts
from distributor.core.errors import NotFound, SendFailure
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import THREADS, ChannelName
from distributor.ports import Accepted
from distributor.ports_dispatch import Claim, GateAnswer, PartInDoubt, Verdict
from distributor.store import settlement
from distributor.store.ledger_keys import ChannelKeys, LedgerScripts, from_us, store_errors

#: Batches withdrawn per script call: 50 batches of 1,000 take about a millisecond.
_WITHDRAW_STEP = 50
_US = timedelta(microseconds=1)
_SUBMITTING = code(State.SUBMITTING)


class RedisLedger:
    """The ledger, on one Redis. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis, *, lease: timedelta) -> None:
        """Use `client`, which must not resend commands by itself (store.connection.connect).

        `lease` bounds how long a provider call may take.
        """
        self._client = client
        self._scripts = LedgerScripts(client)
        self._lease_us = lease // _US

    def submit(self, claim: Claim, *, revision: int, offered_seal: str, journal_seen: int) -> GateAnswer:
        """Ask the gate, and mark the batch `submitting` if it opens."""
        k = ChannelKeys(claim.dispatch, claim.channel)
        answer = self._scripts.submit(
            keys=[k.meta, k.states, k.counts, k.open, k.batches, k.claims],
            args=[claim.token, claim.start, offered_seal, self._lease_us, journal_seen, claim.channel.value],
        )
        verdict, now, lift, late, held, seal, owned, states = cast("list[bytes]", answer)
        facts = GateFacts(
            dispatch=claim.dispatch,
            revision=revision,
            now=from_us(now),
            lift_at=from_us(lift),
            late_at=from_us(late),
            is_held=bool(held),
            seal=_text(seal),
            offered_seal=offered_seal,
            is_owned=bool(owned),
        )
        left_out = frozenset(at for at, letter in enumerate(states) if letter != _SUBMITTING[0])
        return GateAnswer(verdict=Verdict(_text(verdict)), facts=facts, left_out=left_out)

    def settle_accepted(self, claim: Claim, accepted: Accepted) -> bool:
        """Write that the provider took the batch."""
        return self._settle(settlement.of_acceptance(claim, accepted))

    def settle_failed(self, claim: Claim, failure: SendFailure, *, retry_in: timedelta, hold: str) -> bool:
        """Write what the failure's class allows."""
        return self._settle(settlement.of_failure(claim, failure, retry_in=retry_in, hold=hold))

    def _settle(self, asked: settlement.Asked) -> bool:
        keys, args = asked
        return cast("int", self._scripts.settle(keys=keys, args=args)) >= 0

    def split(self, claim: Claim, *, middle: int, first: bytes, second: bytes) -> bool:
        """Cut a refused batch in two open ones at index `middle`."""
        k = ChannelKeys(claim.dispatch, claim.channel)
        done = self._scripts.split(
            keys=[k.states, k.counts, k.open, k.batches, k.claims, k.body(claim.start), k.body(middle), k.asked],
            args=[claim.token, claim.start, middle, pack_body(first), pack_body(second)],
        )
        return bool(done == 1)

    def expire(self, dispatch: DispatchId, channel: ChannelName) -> tuple[int, int]:
        """Take back ended leases."""
        k = ChannelKeys(dispatch, channel)
        back, doubt = cast(
            "list[int]", self._scripts.expire(keys=[k.meta, k.states, k.counts, k.open, k.batches, k.claims, k.doubts], args=[])
        )
        return back, doubt

    def open_starts(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[int]:
        """Return the batches that nobody has claimed, ascending."""
        with store_errors():
            found = cast("list[bytes]", self._client.zrange(ChannelKeys(dispatch, channel).open, 0, -1))
        return sorted(int(start) for start in found)

    def staged(self, dispatch: DispatchId, channel: ChannelName, start: int) -> bytes:
        """Return a batch's staged body.

        Raises:
            NotFound: the body is gone, which means that the batch is settled.
        """
        with store_errors():
            body = self._client.get(ChannelKeys(dispatch, channel).body(start))
        if body is None:
            raise NotFound("staged batch", f"{dispatch}/{channel.value}/{start}")
        return unpack_body(cast("bytes", body))

    def reply_to(self, claim: Claim) -> RemoteId | None:
        """Return the remote id of the part before the claimed one."""
        if claim.start == 0:
            return None
        k = ChannelKeys(claim.dispatch, claim.channel)
        known = cast("bytes | None", self._client.hget(k.remote, str(claim.start - 1)))
        if known is None:
            raise NotFound("part's remote id", f"{claim.dispatch}/{claim.channel.value}/{claim.start}")
        return RemoteId(_text(known).split("|", 1)[0])

    def suppress(self, dispatch: DispatchId, channel: ChannelName, *, journal_seen: int, indices: Sequence[int]) -> int:
        """Mark those who have not left yet as suppressed."""
        k = ChannelKeys(dispatch, channel)
        return cast("int", self._scripts.suppress(keys=[k.meta, k.states, k.counts, k.asked], args=[journal_seen, *indices]))

    def withdraw(self, dispatch: DispatchId, channel: ChannelName) -> None:
        """Withdraw every open batch of a cancelled dispatch."""
        k = ChannelKeys(dispatch, channel)
        keys = [k.meta, k.states, k.counts, k.open, k.batches]
        while cast("int", self._scripts.withdraw(keys=keys, args=[_WITHDRAW_STEP])) > 0:
            pass

    def adopt(self, dispatch: DispatchId, channel: ChannelName, *, start: int, found: Accepted) -> bool:
        """Take a part out of doubt that was found, or named by a person."""
        k = ChannelKeys(dispatch, channel)
        moved = self._scripts.adopt(
            keys=[k.meta, k.states, k.counts, k.batches, k.body(start), k.remote, k.doubts],
            args=[start, found.remote_id, found.url],
        )
        return bool(moved)

    def part_in_doubt(self, dispatch: DispatchId, channel: ChannelName) -> PartInDoubt | None:
        """Return the part of a thread that is in doubt. There is at most one: the thread stops at it."""
        k = ChannelKeys(dispatch, channel)
        with store_errors():
            at = cast("bytes", self._client.get(k.states) or b"").find(code(State.UNKNOWN))
            if at < 0:
                return None
            sent_us, body = self._client.hget(k.batches, f"{at}:sent"), self._client.get(k.body(at))
            before = cast("bytes | None", self._client.hget(k.remote, str(at - 1)))
        if not sent_us or body is None:
            return None
        return PartInDoubt(
            start=at,
            staged=unpack_body(cast("bytes", body)),
            sent_at=from_us(cast("bytes", sent_us)),
            reply_to=None if before is None else RemoteId(_text(before).split("|", 1)[0]),
        )

    def decide(self, dispatch: DispatchId, channel: ChannelName, *, send_again: bool) -> int:
        """Apply a person's decision to everything in doubt."""
        k = ChannelKeys(dispatch, channel)
        sent = State.LIVE if channel in THREADS else State.ACCEPTED
        letter = code(State.PLANNED if send_again else sent)
        settled = cast("dict[bytes, bytes]", self._client.hgetall(k.batches))
        doubtful = [int(f.split(b":")[0]) for f, v in settled.items() if f.endswith(b":settled") and v == code(State.UNKNOWN)]
        keys = [k.meta, k.states, k.counts, k.open, k.batches]
        return sum(
            cast("int", self._scripts.decide(keys=[*keys, k.body(start), k.asked, k.doubts], args=[start, letter]))
            for start in sorted(doubtful)
        )


def pack_body(body: bytes) -> bytes:
    """Return a staged body as it is stored: as it is.

    Deflating would shrink it tenfold, and inflating a batch at the lift takes longer than sending it (docs/performance.md). A
    million recipients take 0.8 GB until they are sent.
    """
    return body


def unpack_body(stored: bytes) -> bytes:
    """Return the staged body of a stored one; also of one that an earlier version deflated."""
    return zlib.decompress(stored) if stored[:1] == _DEFLATED else stored


#: The first byte of every zlib stream (RFC 1950 §2.2); bodies of ours are JSON and begin with a brace.
_DEFLATED = b"\x78"


def pack_members(numbers: Sequence[int]) -> bytes:
    """Return contact numbers as 4 bytes each, big-endian."""
    packed = array("I", numbers)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def unpack_members(packed: bytes) -> array[int]:
    """Return the contact numbers of their packed form, without an object per recipient."""
    numbers = array("I", packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _text(word: bytes | int) -> str:
    return word.decode("utf-8") if isinstance(word, bytes) else str(word)
