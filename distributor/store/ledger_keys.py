"""Names of a dispatch's keys and loading of the ledger's scripts.

All keys of one dispatch carry the hash tag `{dispatch}`, so that its scripts stay valid on Redis Cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from redis.client import Pipeline

from distributor.core.errors import StoreUnavailable
from distributor.core.ids import DispatchId, MasterKey
from distributor.core.message import ChannelName

_LUA = Path(__file__).with_name("lua")

#: Unfinished dispatches by lift in microseconds; every worker polls its head.
SCHEDULE = "schedule"
#: Every dispatch by its lift in microseconds, also the finished ones.
LIFTS = "lifts"
#: Every dispatch by the instant of its scheduling.
DISPATCHES = "dispatches"


def release_dispatches_key(release: str) -> str:
    """Return the key of the list of a release's dispatches, oldest first."""
    return f"release:{release}:dispatches"


def meta_key(dispatch: DispatchId) -> str:
    """Return the key of the dispatch's own facts: lift, late limit, holds, seal, firsts and lasts."""
    return f"d:{{{dispatch}}}:meta"


def plan_key(dispatch: DispatchId) -> str:
    """Return the key of the immutable plan."""
    return f"d:{{{dispatch}}}:plan"


def frame_key(dispatch: DispatchId, master: MasterKey) -> str:
    """Return the key of one master's request frame."""
    return f"d:{{{dispatch}}}:frame:{master}"


@dataclass(frozen=True, slots=True)
class ChannelKeys:
    """The keys of one channel of one dispatch."""

    dispatch: DispatchId
    channel: ChannelName

    def _key(self, name: str) -> str:
        return f"d:{{{self.dispatch}}}:{self.channel.value}:{name}"

    @property
    def meta(self) -> str:
        """The dispatch's own facts (shared by its channels)."""
        return meta_key(self.dispatch)

    @property
    def states(self) -> str:
        """One state letter per index (core.delivery.CODES)."""
        return self._key("states")

    @property
    def counts(self) -> str:
        """Hash: state letter to number, and "total"."""
        return self._key("counts")

    @property
    def open(self) -> str:
        """Sorted set of batches that may be claimed, by the instant from which on they may."""
        return self._key("open")

    @property
    def batches(self) -> str:
        """Hash: "<start>:n|master|try|sent|token|settled|end|why|remote" of every batch."""
        return self._key("batches")

    @property
    def claims(self) -> str:
        """Hash: start to token|end of lease|phase, for batches in a worker's hands."""
        return self._key("claims")

    @property
    def members(self) -> str:
        """The frozen audience: contact numbers by index, 4 bytes each, big-endian."""
        return self._key("members")

    @property
    def runs(self) -> str:
        """Where the frozen audience ascends (store/audience_runs.py)."""
        return self._key("runs")

    @property
    def remote(self) -> str:
        """Hash: index to "remote id|URL" of a thread's live parts."""
        return self._key("remote")

    @property
    def asked(self) -> str:
        """Sorted set: indices of those who asked to be left alone while their message was under way."""
        return self._key("asked")

    @property
    def doubts(self) -> str:
        """Sorted set: starts of the batches in doubt, by the instant since which they are."""
        return self._key("doubts")

    def timeline(self, block: int | str) -> str:
        """Return the key of what was reported of a block of recipients: a list of lines (core.timeline), in order of arrival."""
        return self._key(f"events:{block}")

    def marked(self, mark: str) -> str:
        """Return the key of a mark's bitmap: one bit per index."""
        return self._key(f"marked:{mark}")

    def body(self, start: int) -> str:
        """Return the key of a batch's staged body."""
        return self._key(f"body:{start}")


class LuaScript:
    """One script; loaded again by itself when the server has forgotten it (after a restart)."""

    def __init__(self, client: redis.Redis, *sources: str) -> None:
        """Join the named files of `lua/` to one script."""
        self._client = client
        self._source = "\n".join((_LUA / f"{name}.lua").read_text("utf-8") for name in sources)
        self._script = client.register_script(self._source)

    def __call__(self, *, keys: Sequence[str], args: Sequence[bytes | str | int]) -> Any:
        """Run the script atomically and return its answer as Redis gives it.

        Raises:
            StoreUnavailable: no answer came; the script may have run. All our scripts may be repeated.
        """
        with store_errors():
            return self._script(keys=keys, args=args)

    def queue(self, pipe: Pipeline, keys: Sequence[str], args: Sequence[bytes | str | int]) -> None:
        """Put the script into a pipeline. Running that raises NoScriptError if the server does not know it: `load` it then."""
        pipe.evalsha(self._script.sha, len(keys), *keys, *args)

    def load(self) -> None:
        """Make the script known to the server."""
        self._client.script_load(self._source)


def load_script(client: redis.Redis, name: str) -> LuaScript:
    """Return one script that needs no prelude."""
    return LuaScript(client, name)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn "Redis does not answer" into StoreUnavailable; everything else is a defect and passes through."""
    try:
        yield
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
        # BusyLoadingError, which a server answers while it reads its AOF, is a ConnectionError too.
        raise StoreUnavailable(f"Redis does not answer ({type(error).__name__}).") from error


class LedgerScripts:
    """The ledger's scripts on one connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self.stage = LuaScript(client, "ledger_prelude", "ledger_stage")
        self.adopt = LuaScript(client, "ledger_prelude", "ledger_adopt")
        self.begin = LuaScript(client, "ledger_prelude", "ledger_begin")
        self.commit = LuaScript(client, "ledger_prelude", "ledger_commit")
        self.claim = LuaScript(client, "ledger_prelude", "ledger_claim")
        self.submit = LuaScript(client, "ledger_prelude", "ledger_submit")
        self.settle = LuaScript(client, "ledger_prelude", "ledger_settle")
        self.split = LuaScript(client, "ledger_prelude", "ledger_split")
        self.expire = LuaScript(client, "ledger_prelude", "ledger_expire")
        self.suppress = LuaScript(client, "ledger_prelude", "ledger_suppress")
        self.withdraw = LuaScript(client, "ledger_prelude", "ledger_withdraw")
        self.hold = LuaScript(client, "ledger_prelude", "ledger_hold")
        self.decide = LuaScript(client, "ledger_prelude", "ledger_decide")
        self.events = LuaScript(client, "ledger_prelude", "ledger_events")
        self.person = LuaScript(client, "ledger_person")
        self.prove = LuaScript(client, "ledger_prelude", "ledger_prove")


def to_us(moment: datetime) -> int:
    """Return an instant as microseconds since 1970, exactly."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def from_us(microseconds: bytes | str | int) -> datetime:
    """Return the instant of so many microseconds since 1970, exactly."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))


def maybe_from_us(microseconds: bytes | int | None) -> datetime | None:
    """Return the instant, None for a field that is not there."""
    return None if not microseconds else from_us(microseconds)
