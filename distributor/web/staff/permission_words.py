"""What each permission allows, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from distributor.core.account import Permission

_P = Permission
PERMISSION_WORDS: Final[Mapping[Permission, str]] = MappingProxyType(
    {
        _P.READ: "see releases, previews, dispatches, lists, reports",
        _P.WRITE_RELEASE: "take in and change releases and translations",
        _P.APPROVE: "approve what others wrote",
        _P.WAIVE: "pass over a failing check, with a reason",
        _P.SEND_TEST: "send a test of a release to oneself",
        _P.SCHEDULE: "schedule an approved release",
        _P.HOLD: "hold a dispatch",
        _P.RESUME: "let a held dispatch go on",
        _P.CANCEL: "cancel a dispatch for good",
        _P.SETTLE: "decide about messages whose fate is unknown",
        _P.MANAGE_CONTACTS: "import, change, move and export people",
        _P.ERASE_PERSON: "forget a person for good",
        _P.SUPPRESS: "keep an address from being mailed, or lift that",
        _P.MANAGE_USERS: "keep accounts, and everybody's tokens",
        _P.READ_AUDIT: "read who did what",
    }
)
