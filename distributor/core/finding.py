"""What `doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    passed: bool
    message: str
    remedy: str = ""
    #: Not well, yet a dispatch would go through.
    is_warning: bool = False

    @property
    def severity(self) -> Literal["error", "warning"]:
        """Return how grave it is if it has not passed."""
        return "warning" if self.is_warning else "error"
