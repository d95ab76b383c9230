"""The renderer, read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from distributor.render.email import EmailRenderer
from distributor.resources import resource
from tests.chromium import started


@pytest.fixture(scope="session")
def renderer() -> EmailRenderer:
    """Return the renderer with the shipped templates."""
    return EmailRenderer(resource("templates"))


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a browser for all tests of this folder."""
    with started(chromium) as browser:
        yield browser
