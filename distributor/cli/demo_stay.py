"""What a demo that goes on running says: where to look, and two logins made for this demo alone."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from distributor.core.account import Role

if TYPE_CHECKING:
    from distributor.bootstrap import Service

#: Two people, for whoever wrote a release cannot approve it: login, name, roles.
_PEOPLE: Final = (
    ("writer@campaign.example.org", "Demo Writer", (Role.EDITOR, Role.DISPATCHER, Role.ADMIN)),
    ("approver@campaign.example.org", "Demo Approver", (Role.APPROVER, Role.DISPATCHER)),
)


def still_running(service: Service, dispatch: str, *, web_url: str, sandbox_url: str) -> str:
    """Make the two accounts, and return where everything is. Their passwords are new and shown only here."""
    from distributor.bootstrap_accounts import staff_door

    keeper, lines = staff_door(service).keeper, []
    for login, name, roles in _PEOPLE:
        password = secrets.token_urlsafe(12)
        keeper.add(name=name, login=login, roles=list(roles), password=password, by="distributor demo")
        lines.append(f"  as {login} with the password {password}  ({', '.join(role.value for role in roles)})")
    return "\n".join(
        [
            "",
            "Still running; Ctrl-C ends it and forgets everything. The dispatch just made, in your browser:",
            f"  {web_url}/dispatches/{dispatch}",
            *lines,
            "The first writes a release and schedules it, the second approves it (in a private window, to be both at once).",
            f"What arrived, e-mails and thread: {sandbox_url}/   health: {web_url}/readyz",
        ]
    )
