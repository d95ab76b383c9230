"""Every route with the permission that it needs and something to send: whoever adds one says so here."""

from __future__ import annotations

from typing import Any, Final

from distributor.core.account import Permission

TEXT: Final = """---
headline: The footbridge at Lower Mill opens again
city: Geneva
date: 2026-11-23
embargo: 2099-03-01 10:00 Europe/Zurich
contacts:
  - {name: Lena Fischer, email: press@campaign.example}
link: https://example.org/bridge
---
People in Lower Mill reach school on foot again, the campaign said today.

“My daughter counted the days,” said Mirela Osmani, teacher.
"""
ROUTES: Final[dict[tuple[str, str], tuple[Permission, Any]]] = {
    ("GET", "/releases"): (Permission.READ, None),
    ("POST", "/releases"): (Permission.WRITE_RELEASE, {"text": TEXT}),
    ("GET", "/releases/{release}"): (Permission.READ, None),
    ("GET", "/releases/{release}/checks"): (Permission.READ, None),
    ("POST", "/releases/{release}/approval"): (Permission.APPROVE, {"revision": 1}),
    ("GET", "/dispatches"): (Permission.READ, None),
    ("POST", "/dispatches"): (Permission.SCHEDULE, {"release": "none", "channels": ["email"]}),
    ("GET", "/dispatches/{dispatch}"): (Permission.READ, None),
    ("POST", "/dispatches/{dispatch}/hold"): (Permission.HOLD, {}),
    ("POST", "/dispatches/{dispatch}/resume"): (Permission.RESUME, {}),
    ("POST", "/dispatches/{dispatch}/cancel"): (Permission.CANCEL, {}),
}
