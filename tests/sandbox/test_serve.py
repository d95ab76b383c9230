"""The sandbox's process: it starts, it says where, and it never outlives the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from distributor.core.errors import BadInput
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import READY, RunningSandbox
from tests.sandbox.clients import Mailer, mail

PARENT = """
import time
from distributor.sandbox.serve import RunningSandbox
sandbox = RunningSandbox()
sandbox.start()
print(sandbox.pid, flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    """Say whether the process runs; one that ended and waits to be collected does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_child_dies_with_its_killed_parent() -> None:
    """A test run that is killed must not leave servers behind."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    end = time.monotonic() + 5
    while is_running(child) and time.monotonic() < end:
        time.sleep(0.02)
    has_survived = is_running(child)
    if has_survived:
        os.kill(child, signal.SIGKILL)
    assert not has_survived


def test_the_command_line_names_its_port_and_takes_a_key(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "distributor.sandbox", "--api-key", "SG.mine", "--log", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    sandbox = RunningSandbox(port=int(line.removeprefix(READY)))

    statuses = [Mailer(sandbox).send(mail(), key=key).status for key in ("SG.mine", "SG.other")]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=5)
    process.stdout.close()

    assert statuses == [202, 401]
    assert len(log.read_bytes().splitlines()) == 1


def test_settings_travel_as_json_and_unknown_ones_are_named() -> None:
    settings = SandboxSettings(sender_domains=("example.org",), posts_per_window=3)

    assert SandboxSettings.from_json(settings.to_json()) == settings
    with pytest.raises(BadInput, match="api_key"):
        SandboxSettings.from_json(b'{"apikey": "x"}')


def test_a_child_that_cannot_start_is_an_error() -> None:
    with RunningSandbox() as first, pytest.raises(RuntimeError, match="did not start"):
        RunningSandbox(port=first.port).start()


def test_a_stopped_sandbox_has_no_process() -> None:
    sandbox = RunningSandbox()

    sandbox.stop()

    with pytest.raises(RuntimeError):
        os.kill(sandbox.pid, 0)
