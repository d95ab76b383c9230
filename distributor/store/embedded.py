"""One way to a Redis for every command: the operator's own, or an embedded server that commands share.

Without DISTRIBUTOR_REDIS_URL the ledger lives in `data_dir/redis`. Exactly one process owns a server on it, shown by a
lock that the kernel frees when the owner and its server have ended, however they ended:

    nobody holds the lock              → take it, start a server, stop it at the end
    a long-lived owner holds it        → use its server (`distributor up` runs, `distributor release add` joins)
    a short-lived command holds it     → wait for its end

Not promised: an owner that ends takes its server with it, also from those who joined; they see the connection fail.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from distributor.core.errors import ConfigurationError
from distributor.store.embedded_server import answers, find_server, make_private, running_server, socket_url

_POLL_S = 0.05
#: When a person starts to wonder why nothing happens.
_EXPLAIN_AFTER_S = 1.0
_GIVE_UP_AFTER_S = 30.0
#: Celery's lists and the ledger are kept apart, so that a look at one does not show the other.
_LEDGER_DB = 0
_BROKER_DB = 1


class RedisSettings(Protocol):
    """What this module needs of the settings."""

    @property
    def redis_url(self) -> SecretStr | None: ...
    @property
    def broker_url(self) -> SecretStr | None: ...
    @property
    def data_dir(self) -> Path: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisHandle:
    """Where ledger and broker are. The addresses may hold a password, so they stay out of `repr`."""

    #: For redis-py: redis://, rediss:// or unix://.
    url: str = field(repr=False)
    #: For Celery: as above, or redis+socket://, or what DISTRIBUTOR_BROKER_URL says.
    broker_url: str = field(repr=False)
    #: Whether the server is one of ours, in this process or in the one that was joined.
    is_embedded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Who holds the lock, as the lock file says. It may say nothing yet, or still name the last owner."""

    pid: int
    is_long_lived: bool


@contextlib.contextmanager
def open_redis(
    settings: RedisSettings, *, long_lived: bool, notify: Callable[[str], None] | None = None
) -> Iterator[RedisHandle]:
    """Yield a Redis that answers (an embedded one) or is said to be there (DISTRIBUTOR_REDIS_URL).

    `long_lived` says that others may join the server until this block ends; a command that ends by itself passes False.
    Must be entered in the main thread. `notify` gets the one sentence for a person who has to wait (default: stderr).

    Raises:
        ConfigurationError: no server binary, a server that does not start, or a folder held for longer than 30 s.
    """
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        yield RedisHandle(url=url, broker_url=_broker(settings, url), is_embedded=False)
        return
    folder = (settings.data_dir / "redis").absolute()
    make_private(folder)
    url = f"{socket_url(folder)}?db={_LEDGER_DB}"
    handle = RedisHandle(url=url, broker_url=_broker(settings, url), is_embedded=True)
    with contextlib.ExitStack() as stack:
        lock_fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        stack.callback(os.close, lock_fd)
        if _lock_or_join(lock_fd, folder=folder, notify=notify or _to_stderr):
            _write_owner(lock_fd, _Owner(pid=os.getpid(), is_long_lived=long_lived))
            stack.enter_context(running_server(find_server(), folder=folder, lock_fd=lock_fd))
        yield handle


def _broker(settings: RedisSettings, url: str) -> str:
    if settings.broker_url is not None:
        return settings.broker_url.get_secret_value()
    if not url.startswith("unix://"):
        return url
    path = url.removeprefix("unix://").partition("?")[0]
    return f"redis+socket://{path}?virtual_host={_BROKER_DB}"


def _lock_or_join(lock_fd: int, *, folder: Path, notify: Callable[[str], None]) -> bool:
    """Return True with the lock held; False when a long-lived owner's server is there to use."""
    started_at, has_explained = time.monotonic(), False
    while not _is_locked_now(lock_fd):
        # Asked in this order: a server that answers was started after its owner wrote who it is.
        has_server = answers(folder)
        owner = _read_owner(lock_fd)
        if has_server and owner is not None and owner.is_long_lived:
            return False
        waited = time.monotonic() - started_at
        whom = f"process {owner.pid}" if owner else "another process"
        if waited > _GIVE_UP_AFTER_S:
            raise ConfigurationError(f"{folder} has been held by {whom} for {waited:.0f} s. Wait for its end, or end it.")
        if waited > _EXPLAIN_AFTER_S and not has_explained:
            has_explained = True
            notify(f"Waiting for {whom}, which is using {folder} …")
        time.sleep(_POLL_S)
    return True


def _is_locked_now(lock_fd: int) -> bool:
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_owner(lock_fd: int, owner: _Owner) -> None:
    os.ftruncate(lock_fd, 0)
    os.pwrite(lock_fd, json.dumps({"pid": owner.pid, "is_long_lived": owner.is_long_lived}).encode(), 0)


def _read_owner(lock_fd: int) -> _Owner | None:
    try:
        said = json.loads(os.pread(lock_fd, 1000, 0))
        return _Owner(pid=int(said["pid"]), is_long_lived=bool(said["is_long_lived"]))
    except (ValueError, KeyError, TypeError):
        return None


def _to_stderr(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
