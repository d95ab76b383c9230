"""A test e-mail: a master as one of the staff gets it, marked as a test, with nobody's links."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from distributor.core.message import EmailMaster, Slot, filled

#: Stands before the subject, so that nobody takes it for the release.
TRIAL_MARK: Final = "[Test] "


def trial_of(master: EmailMaster, *, address: str, public_url: str) -> EmailMaster:
    """Return the e-mail for one of the staff. Its links to leave and to view online open a page that says they are nobody's."""
    values = {
        Slot.ADDRESS: address,
        Slot.VIEW_URL: f"{public_url}/view/test",
        Slot.UNSUBSCRIBE_URL: f"{public_url}/unsubscribe/test",
    }
    seen = filled(master, values)
    return replace(seen, subject=f"{TRIAL_MARK}{seen.subject}")
