"""Every route with the permission that it needs and something to send: whoever adds one says so here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
PEOPLE: Final = b"email,name\nr1@news.example,Ana Lima\n"


@dataclass(frozen=True, slots=True)
class Files:
    """What goes as a form with files."""

    #: Field to name and content.
    files: Mapping[str, tuple[str, bytes]]
    fields: Mapping[str, str] = field(default_factory=dict)


#: What to send: JSON, `Files`, or nothing.
ROUTES: Final[dict[tuple[str, str], tuple[Permission, Any]]] = {
    ("GET", "/releases"): (Permission.READ, None),
    ("POST", "/releases"): (Permission.WRITE_RELEASE, {"text": TEXT}),
    ("POST", "/releases/files"): (Permission.WRITE_RELEASE, Files({"file": ("release.md", TEXT.encode())})),
    ("GET", "/releases/{release}"): (Permission.READ, None),
    ("GET", "/releases/{release}/checks"): (Permission.READ, None),
    ("GET", "/releases/{release}/masters"): (Permission.READ, None),
    ("GET", "/releases/{release}/revisions"): (Permission.READ, None),
    ("GET", "/releases/{release}/texts"): (Permission.READ, None),
    ("POST", "/releases/{release}/corrections"): (Permission.WRITE_RELEASE, {"keys": {"headline": "Another"}}),
    ("POST", "/releases/{release}/translations"): (Permission.WRITE_RELEASE, {"text": "Le pont\n\nOn passe.", "language": "fr"}),
    ("POST", "/releases/{release}/translations/files"): (
        Permission.WRITE_RELEASE,
        Files({"file": ("fr.md", b"# Le pont\n\nOn passe.")}, {"language": "fr"}),
    ),
    ("DELETE", "/releases/{release}/translations/{language}"): (Permission.WRITE_RELEASE, None),
    ("POST", "/releases/{release}/others"): (Permission.WRITE_RELEASE, {"others": "hold"}),
    ("POST", "/releases/{release}/approval"): (Permission.APPROVE, {"revision": 1}),
    ("POST", "/releases/{release}/approval/withdrawal"): (Permission.APPROVE, {"reason": "a name is wrong"}),
    ("GET", "/releases/{release}/difference"): (Permission.READ, None),
    ("GET", "/releases/{release}/audience"): (Permission.READ, None),
    ("GET", "/releases/{release}/readers/{number}"): (Permission.READ, None),
    ("GET", "/releases/{release}/thread"): (Permission.READ, None),
    ("PUT", "/releases/{release}/thread"): (Permission.WRITE_RELEASE, {"revision": 1, "posts": ["The fields are free."]}),
    ("POST", "/releases/{release}/thread/counts"): (Permission.READ, {"posts": ["One", "Two"]}),
    ("POST", "/releases/{release}/test"): (Permission.SEND_TEST, {"revision": 1, "languages": ["en"]}),
    ("GET", "/dispatches"): (Permission.READ, None),
    ("POST", "/dispatches"): (Permission.SCHEDULE, {"release": "none", "channels": ["email"]}),
    ("GET", "/dispatches/next"): (Permission.READ, None),
    ("GET", "/dispatches/{dispatch}"): (Permission.READ, None),
    ("POST", "/dispatches/{dispatch}/hold"): (Permission.HOLD, {}),
    ("POST", "/dispatches/{dispatch}/resume"): (Permission.RESUME, {}),
    ("POST", "/dispatches/{dispatch}/cancel"): (Permission.CANCEL, {}),
    ("POST", "/dispatches/{dispatch}/settle"): (Permission.SETTLE, {"unknown": "sent", "reason": "seen"}),
    ("GET", "/dispatches/{dispatch}/readiness"): (Permission.READ, None),
    ("GET", "/dispatches/{dispatch}/wave"): (Permission.READ, None),
    ("GET", "/calendar"): (Permission.READ, None),
    ("GET", "/dispatches/{dispatch}/report"): (Permission.READ, None),
    ("GET", "/dispatches/{dispatch}/report.csv"): (Permission.READ, None),
    ("POST", "/dispatches/{dispatch}/proof"): (Permission.READ, None),
    ("GET", "/dispatches/{dispatch}/explanation"): (Permission.READ, None),
    ("POST", "/dispatches/{dispatch}/explanation"): (Permission.READ, {"recipient": "r1@news.example"}),
    ("POST", "/contacts/imports"): (Permission.MANAGE_CONTACTS, Files({"file": ("people.csv", PEOPLE)}, {"list": "press"})),
    ("POST", "/contacts/find"): (Permission.READ, {"text": "news"}),
    ("GET", "/contacts/{number}"): (Permission.READ, None),
    ("GET", "/lists"): (Permission.READ, None),
    ("POST", "/lists/{list}/export"): (Permission.MANAGE_CONTACTS, None),
    ("POST", "/lists"): (Permission.MANAGE_CONTACTS, {"list": "none"}),
    ("GET", "/lists/{list}"): (Permission.READ, None),
    ("GET", "/lists/{list}/people"): (Permission.READ, None),
    ("POST", "/lists/{list}/people"): (Permission.MANAGE_CONTACTS, {"email": "r1@news.example"}),
    ("POST", "/lists/{list}/delete"): (Permission.MANAGE_CONTACTS, {"reason": "old"}),
    ("PATCH", "/contacts/{number}"): (Permission.MANAGE_CONTACTS, {"fields": {"name": "Ana"}}),
    ("POST", "/contacts/{number}/lists"): (Permission.MANAGE_CONTACTS, {"onto": "press"}),
    ("POST", "/contacts/{number}/export"): (Permission.READ, None),
    ("POST", "/contacts/{number}/erase"): (Permission.ERASE_PERSON, {"reason": "their request"}),
    ("GET", "/filters"): (Permission.READ, None),
    ("POST", "/filters"): (Permission.MANAGE_CONTACTS, {"filter": "fr", "list": "press", "wanted": {"language": ["fr"]}}),
    ("GET", "/filters/{filter}/count"): (Permission.READ, None),
    ("DELETE", "/filters/{filter}"): (Permission.MANAGE_CONTACTS, None),
    ("GET", "/accounts"): (Permission.MANAGE_USERS, None),
    ("POST", "/accounts"): (
        Permission.MANAGE_USERS,
        {"name": "Nia New", "login": "nia@desk.example.org", "roles": ["editor"], "password": "nine quick owls rest"},
    ),
    ("GET", "/accounts/{account}"): (Permission.MANAGE_USERS, None),
    ("PUT", "/accounts/{account}/roles"): (Permission.MANAGE_USERS, {"roles": ["editor"]}),
    ("POST", "/accounts/{account}/disable"): (Permission.MANAGE_USERS, None),
    ("POST", "/accounts/{account}/enable"): (Permission.MANAGE_USERS, None),
    ("POST", "/accounts/{account}/password"): (Permission.MANAGE_USERS, {"password": "nine quick owls rest"}),
    ("GET", "/tokens"): (Permission.MANAGE_USERS, None),
    ("DELETE", "/tokens/{token}"): (Permission.MANAGE_USERS, None),
    ("GET", "/suppressions"): (Permission.READ, None),
    ("POST", "/suppressions/find"): (Permission.READ, {"address": "r1@news.example"}),
    ("POST", "/suppressions/export"): (Permission.SUPPRESS, None),
    ("POST", "/suppressions"): (Permission.SUPPRESS, {"address": "r1@news.example"}),
    ("POST", "/suppressions/lift"): (Permission.SUPPRESS, {"address": "r1@news.example", "reason": "wrote to us"}),
    ("POST", "/suppressions/imports"): (Permission.SUPPRESS, Files({"file": ("left.csv", PEOPLE)}, {"reason": "moved over"})),
    ("GET", "/audit"): (Permission.READ_AUDIT, None),
    ("POST", "/audit/export"): (Permission.READ_AUDIT, {}),
    ("GET", "/health"): (Permission.READ, None),
    ("GET", "/notes"): (Permission.READ, None),
    ("GET", "/me"): (Permission.READ, None),
    ("GET", "/me/tokens"): (Permission.READ, None),
    ("POST", "/me/tokens"): (Permission.READ, {"label": "board", "scopes": ["read"]}),
    ("DELETE", "/me/tokens/{token}"): (Permission.READ, None),
}
