"""A desk for each test, on one sandbox for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from distributor.sandbox.serve import RunningSandbox
from tests.flow.newsroom import Newsroom


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """Return a sandbox in a process of its own."""
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def newsroom(redis_url: str, redis_client: redis.Redis, running_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Newsroom]:
    """Return a desk with an empty store and an empty sandbox."""
    running_sandbox.reset()
    running_sandbox.play()
    desk = Newsroom(redis_url, running_sandbox, tmp_path)
    yield desk
    running_sandbox.play()
    desk.service.close()
