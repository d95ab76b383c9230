"""One running sandbox for the channels' tests, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from distributor.sandbox.serve import RunningSandbox
from tests.channels.mail_server import MailServer


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[RunningSandbox]:
    """Start the child once; starting it costs more than most tests."""
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: RunningSandbox) -> RunningSandbox:
    """An empty sandbox without faults."""
    one_sandbox.reset()
    one_sandbox.play()
    return one_sandbox


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """An empty mail server that wants a password."""
    with MailServer(wants_login=True) as server:
        yield server
