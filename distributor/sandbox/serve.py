"""Starts the sandbox: in this process, or in a child that dies with its parent."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson
import urllib3
import uvicorn

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.app import create_app
from distributor.sandbox.state import SandboxState

READY: Final = "sandbox ready on port "
_PR_SET_PDEATHSIG: Final = 1
#: Clients keep connections open from arming to the lift; the real providers do not close them in between either.
_KEEP_ALIVE_S: Final = 3_600


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    settings: SandboxSettings | None = None,
    on_ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until the process is asked to end; port 0 takes a free one. `on_ready` gets the port once requests are answered.

    Raises:
        OSError: the address cannot be bound.
    """
    state = SandboxState(settings or SandboxSettings())
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    config = uvicorn.Config(
        create_app(state),
        http=state.connections.protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
        backlog=1024,
    )
    server = _AnnouncingServer(config, lambda: (on_ready or announce)(listener.getsockname()[1]))
    asyncio.run(server.serve(sockets=[listener]))


def announce(port: int) -> None:
    """Write the line that `RunningSandbox` waits for."""
    sys.stdout.write(f"{READY}{port}\n")
    sys.stdout.flush()


class _AnnouncingServer(uvicorn.Server):
    """Tells when it is ready, not when it is about to be."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()


class RunningSandbox:
    """A sandbox in a child process, for tests and the demo.

    The child is killed when the thread that started it ends in any way, also by SIGKILL of its process (on Linux). Start it
    from a thread that lives as long as the sandbox is needed.
    """

    def __init__(self, settings: SandboxSettings | None = None, *, port: int = 0) -> None:
        self.settings = settings or SandboxSettings()
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0)

    @property
    def url(self) -> str:
        """Return the base URL for every provider."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return the child's process id.

        Raises:
            RuntimeError: it does not run.
        """
        if self._process is None:
            raise RuntimeError("the sandbox does not run")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the child and wait until it answers. A later start takes the same port again.

        Raises:
            RuntimeError: the child ended instead.
        """
        command = [sys.executable, "-m", "distributor.sandbox", "--port", str(self.port), "--settings-from-stdin"]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--parent", str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the sandbox has no pipes")
        self._process.stdin.write(self.settings.to_json())
        self._process.stdin.close()
        line = self._process.stdout.readline().decode()
        if not line.startswith(READY):
            self.stop()
            raise RuntimeError("the sandbox did not start; its reason stands above")
        self.port = int(line.removeprefix(READY))

    def stop(self, *, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End the child and wait for it. Safe to call twice."""
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._pool.clear()
        self._process = None

    def summary(self) -> dict[str, Any]:
        """Return /sandbox/summary.json."""
        return self._object("GET", "/sandbox/summary.json")

    def log(self) -> dict[str, Any]:
        """Return /sandbox/log.json."""
        return self._object("GET", "/sandbox/log.json")

    def play(self, *rules: dict[str, object]) -> None:
        """Put these fault rules in force in place of all others; none clears them.

        Raises:
            RuntimeError: a rule was refused.
        """
        answer = self._pool.request("POST", f"{self.url}/sandbox/faults", body=orjson.dumps(rules))
        if answer.status != 200:  # noqa: PLR2004 - the only success
            raise RuntimeError(answer.data.decode())

    def reset(self) -> None:
        """Forget everything that was received, and all faults."""
        self._pool.request("POST", f"{self.url}/sandbox/reset")

    def webhook_public_key(self) -> str:
        """Return the key with which events are verified."""
        return self._pool.request("GET", f"{self.url}/sandbox/webhook-public-key").data.decode()

    def _object(self, method: str, path: str) -> dict[str, Any]:
        value = orjson.loads(self._pool.request(method, self.url + path).data)
        if not isinstance(value, dict):
            raise TypeError(f"{path} is no object")
        return value


def die_with(parent: int) -> None:
    """Arrange that this process is killed when its parent ends, and end now if it has ended already. Linux only."""
    if Path("/proc/self").exists():
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
