"""The renderer, read once."""

from __future__ import annotations

import pytest

from distributor.render.email import EmailRenderer
from distributor.resources import resource


@pytest.fixture(scope="session")
def renderer() -> EmailRenderer:
    """Return the renderer with the shipped templates."""
    return EmailRenderer(resource("templates"))
