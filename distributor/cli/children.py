"""Processes that belong to this one: started again when they die, ended when it ends, also when it is killed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

import distributor.store.embedded_child

#: A process that dies again so soon after its start has something wrong that another start will not mend.
_HEALTHY_AFTER_S = 5.0
_LONGEST_PAUSE_S = 30.0
_UP_WITHIN_S = 60.0


@dataclass(slots=True)
class _Child:
    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes]
    started_at: float
    pause_s: float = 0.5
    restart_at: float = 0.0


@dataclass(slots=True)
class Children:
    """A family of `distributor` commands. Start it from the main thread, for a child dies with the thread that started it."""

    environment: Mapping[str, str]
    notify: Callable[[str], None]
    _family: list[_Child] = field(default_factory=list)

    def start(self, name: str, *arguments: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """Start `distributor ARGUMENTS…` as a child of the given name."""
        process = self._spawn(arguments, stdout)
        self._family.append(_Child(name=name, arguments=arguments, process=process, started_at=time.monotonic()))
        return process

    def watch_once(self) -> None:
        """Start again whoever died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for child in self._family:
            if child.process.poll() is None:
                continue
            if not child.restart_at:
                is_healthy = now - child.started_at > _HEALTHY_AFTER_S
                child.pause_s = 0.5 if is_healthy else min(child.pause_s * 2, _LONGEST_PAUSE_S)
                child.restart_at = now + child.pause_s
                self.notify(f"{child.name} ended with code {child.process.returncode}; starting it again.")
            elif now >= child.restart_at:
                child.process, child.started_at, child.restart_at = self._spawn(child.arguments, None), now, 0.0

    def stop(self, *, patience_s: float = 45.0) -> None:
        """Ask everybody to end, wait for the requests in flight, and end for good whoever does not."""
        for child in self._family:
            if child.process.poll() is None:
                child.process.terminate()
        give_up_at = time.monotonic() + patience_s
        for child in self._family:
            try:
                child.process.wait(max(0.1, give_up_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.notify(f"{child.name} does not end; killing it.")
                child.process.kill()
                child.process.wait()
        self._family.clear()

    def _spawn(self, arguments: Sequence[str], stdout: int | None) -> subprocess.Popen[bytes]:
        launcher = Path(distributor.store.embedded_child.__file__)
        command = [sys.executable, str(launcher), str(os.getpid()), sys.executable, "-m", "distributor", *arguments]
        # A session of its own: Ctrl-C reaches this process only, which then ends the family in order.
        return subprocess.Popen(  # noqa: S603 - our own program
            command, env=dict(self.environment), stdout=stdout, stdin=subprocess.DEVNULL, start_new_session=True
        )


def wait_until(is_up: Callable[[], bool], name: str) -> None:
    """Wait for a child to come up.

    Raises:
        click.ClickException: it did not within a minute.
    """
    give_up_at = time.monotonic() + _UP_WITHIN_S
    while not is_up():
        if time.monotonic() > give_up_at:
            raise click.ClickException(f"{name} did not start within {_UP_WITHIN_S:.0f} s.")
        time.sleep(0.1)


def is_listening(port: int) -> bool:
    """Return whether somebody takes connections on this port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
