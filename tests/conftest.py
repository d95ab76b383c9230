"""What all tests share: a real Redis, the tree's root, and how hard Hypothesis looks."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import redis
from hypothesis import settings as hypothesis_settings

from distributor.settings import load_settings
from distributor.store.connection import connect
from distributor.store.embedded import open_redis

# In CI a failure must be the same for everybody who looks; at home each run looks somewhere else. Deadlines measure
# the machine, not the code.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, max_examples=100)
hypothesis_settings.register_profile("home", deadline=None, max_examples=50)
hypothesis_settings.register_profile("quick", deadline=None, max_examples=10)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "home"))


def absent(what: str, *, remedy: str) -> NoReturn:
    """Skip a test at home for want of something outside the project; in CI nothing is wanting."""
    message = f"{what} is not on this machine. {remedy}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """Undo what a command that ran in this process did to the log, or the next test that reads it finds nothing."""
    log = logging.getLogger("distributor")
    before = (list(log.handlers), log.level, log.propagate)
    yield
    log.handlers[:], log.propagate = before[0], before[2]
    log.setLevel(before[1])


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Return the top of the tree."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def clean_environ() -> dict[str, str]:
    """Return this process's environment without anybody's settings, for processes that a test starts."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a durable Redis that this run of the tests has for itself."""
    settings = load_settings(environ={}, cwd=tmp_path_factory.mktemp("redis"))
    with open_redis(settings, long_lived=True) as handle:
        yield handle.url


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """Return a client of that Redis, empty."""
    client = connect(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium, for looking at pages as a reader sees them."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    return found or absent("Chromium", remedy="Debian: apt install chromium.")
