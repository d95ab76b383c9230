"""The API over a whole press desk, and programs that call it."""

from __future__ import annotations

from tests.web.staff.conftest import running_sandbox, site

__all__ = ["running_sandbox", "site"]
