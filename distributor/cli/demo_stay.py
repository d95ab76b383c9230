"""What a demo that goes on running says: where to look, and a login made for this demo alone."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from distributor.core.account import Role

if TYPE_CHECKING:
    from distributor.bootstrap import Service

_LOGIN = "demo@campaign.example.org"


def still_running(service: Service, dispatch: str, *, web_url: str, sandbox_url: str) -> str:
    """Make an account that may do everything, and return where everything is. Its password is new and shown only here."""
    from distributor.bootstrap_accounts import staff_door

    # Not all roles in one hand outside a demo: two people stay two people by the two-person rule, which holds here, too.
    password = secrets.token_urlsafe(12)
    staff_door(service).keeper.add(name="Demo Desk", login=_LOGIN, roles=list(Role), password=password, by="distributor demo")
    return (
        f"\nStill running. Sign in at {web_url}/dispatches/{dispatch} as {_LOGIN} with the password {password}\n"
        f"E-mails and thread: {sandbox_url}/   health: {web_url}/readyz   Ctrl-C ends it."
    )
