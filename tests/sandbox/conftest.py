"""One running sandbox for all tests of this folder, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from distributor.sandbox.serve import RunningSandbox
from tests.sandbox.clients import Mailer, Poster


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[RunningSandbox]:
    """Start the child once; starting it costs more than most tests."""
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: RunningSandbox) -> RunningSandbox:
    """An empty sandbox without faults."""
    one_sandbox.reset()
    return one_sandbox


@pytest.fixture
def mailer(sandbox: RunningSandbox) -> Mailer:
    """A plain HTTP client of the sandbox's SendGrid."""
    return Mailer(sandbox)


@pytest.fixture
def poster(sandbox: RunningSandbox) -> Iterator[Poster]:
    """tweepy, turned to the sandbox's X."""
    poster = Poster(sandbox)
    yield poster
    poster.close()
