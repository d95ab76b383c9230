"""Scenes for the tests that kill."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.scene import Scene, open_scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Return a desk of real processes with short leases; batches of five, two slots per worker."""
    # Not pytest's own folder: its path is too long for a socket.
    with (
        tempfile.TemporaryDirectory(prefix="crash-") as folder,
        open_scene(Path(folder), lease_s=3, slots=2, batch_size=5, read_timeout_s=1) as scene,
    ):
        yield scene
