"""A terminal for each test, on a sandbox of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from distributor.sandbox.serve import RunningSandbox
from tests.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, clean_environ: dict[str, str]) -> Iterator[Terminal]:
    """Return a terminal in an empty folder."""
    with RunningSandbox() as sandbox:
        yield Terminal(tmp_path, clean_environ, sandbox)


@pytest.fixture
def running(terminal: Terminal) -> Iterator[Terminal]:
    """Return a terminal beside which `distributor up` runs."""
    process = terminal.start("up", "--workers", "2")
    assert process.stdout is not None
    first_line = process.stdout.readline()
    assert "is up" in first_line, first_line + process.stdout.read()
    yield terminal
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
