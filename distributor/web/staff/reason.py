"""Why somebody does something, as they typed it into a form."""

from __future__ import annotations

from typing import Final

from distributor.web.staff.gate import Visit

#: Kept in the audit for ever, so that it is a sentence or two and no novel.
_LONGEST: Final = 500


def reason_in(visit: Visit) -> str:
    """Return the reason of a form on one line, "" when there is none."""
    return " ".join(visit.fields.get("reason", "").split())[:_LONGEST]
