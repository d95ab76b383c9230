"""Every address of the application with what it needs, and something to look at under each: whoever adds one says so here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from distributor.core.account import Permission

TABLE: Final = {
    ("GET", "/"): Permission.READ,
    ("POST", "/"): Permission.READ,
    ("GET", "/releases/new"): Permission.WRITE_RELEASE,
    ("POST", "/releases/new"): Permission.WRITE_RELEASE,
    ("GET", "/releases/new/file"): Permission.WRITE_RELEASE,
    ("POST", "/releases/new/file"): Permission.WRITE_RELEASE,
    ("GET", "/releases/new/form"): Permission.WRITE_RELEASE,
    ("POST", "/releases/new/form"): Permission.WRITE_RELEASE,
    ("GET", "/releases/{release}"): Permission.READ,
    ("GET", "/releases/{release}/revisions/{revision}"): Permission.READ,
    ("GET", "/releases/{release}/correct/{item}"): Permission.WRITE_RELEASE,
    ("POST", "/releases/{release}/correct/{item}"): Permission.WRITE_RELEASE,
    ("GET", "/releases/{release}/translations"): Permission.READ,
    ("POST", "/releases/{release}/others"): Permission.WRITE_RELEASE,
    ("GET", "/releases/{release}/translations/{translation}"): Permission.WRITE_RELEASE,
    ("POST", "/releases/{release}/translations/{translation}"): Permission.WRITE_RELEASE,
    ("POST", "/releases/{release}/translations/{translation}/remove"): Permission.WRITE_RELEASE,
    ("GET", "/releases/{release}/preview"): Permission.READ,
    ("POST", "/releases/{release}/preview"): Permission.READ,
    ("GET", "/releases/{release}/preview/{channel}/{language}"): Permission.READ,
    ("POST", "/releases/{release}/test"): Permission.SEND_TEST,
    ("GET", "/releases/{release}/thread"): Permission.WRITE_RELEASE,
    ("POST", "/releases/{release}/thread"): Permission.WRITE_RELEASE,
    ("POST", "/releases/{release}/thread/counts"): Permission.WRITE_RELEASE,
    ("GET", "/releases/{release}/approval"): Permission.READ,
    ("GET", "/releases/{release}/changes"): Permission.READ,
    ("GET", "/releases/{release}/audience"): Permission.READ,
    ("GET", "/releases/{release}/audience/counts"): Permission.READ,
    ("POST", "/releases/{release}/approve"): Permission.APPROVE,
    ("POST", "/releases/{release}/withdraw"): Permission.APPROVE,
    ("GET", "/releases/{release}/schedule"): Permission.SCHEDULE,
    ("POST", "/releases/{release}/schedule"): Permission.SCHEDULE,
    ("GET", "/calendar"): Permission.READ,
    ("GET", "/dispatches/{dispatch}"): Permission.READ,
    ("GET", "/dispatches/{dispatch}/board"): Permission.READ,
    ("GET", "/dispatches/{dispatch}/live"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/look"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/hold"): Permission.HOLD,
    ("GET", "/dispatches/{dispatch}/resume"): Permission.RESUME,
    ("POST", "/dispatches/{dispatch}/resume"): Permission.RESUME,
    ("GET", "/dispatches/{dispatch}/cancel"): Permission.CANCEL,
    ("POST", "/dispatches/{dispatch}/cancel"): Permission.CANCEL,
    ("GET", "/dispatches/{dispatch}/report"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/report"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/report.csv"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/report.json"): Permission.READ,
    ("POST", "/dispatches/{dispatch}/proof"): Permission.READ,
    ("GET", "/dispatches/{dispatch}/settle"): Permission.SETTLE,
    ("POST", "/dispatches/{dispatch}/settle"): Permission.SETTLE,
    ("GET", "/people"): Permission.READ,
    ("POST", "/people"): Permission.READ,
    ("GET", "/people/{number}"): Permission.READ,
    ("POST", "/people/{number}/export"): Permission.READ,
    ("GET", "/people/{number}/edit"): Permission.MANAGE_CONTACTS,
    ("POST", "/people/{number}/edit"): Permission.MANAGE_CONTACTS,
    ("POST", "/people/{number}/lists"): Permission.MANAGE_CONTACTS,
    ("POST", "/people/{number}/suppress"): Permission.SUPPRESS,
    ("GET", "/people/{number}/lift"): Permission.SUPPRESS,
    ("POST", "/people/{number}/lift"): Permission.SUPPRESS,
    ("GET", "/people/{number}/erase"): Permission.ERASE_PERSON,
    ("POST", "/people/{number}/erase"): Permission.ERASE_PERSON,
    ("GET", "/lists"): Permission.READ,
    ("POST", "/lists"): Permission.MANAGE_CONTACTS,
    ("GET", "/lists/{list}"): Permission.READ,
    ("POST", "/lists/{list}/people"): Permission.MANAGE_CONTACTS,
    ("POST", "/lists/{list}/export"): Permission.MANAGE_CONTACTS,
    ("POST", "/lists/{list}/delete"): Permission.MANAGE_CONTACTS,
    ("POST", "/filters"): Permission.MANAGE_CONTACTS,
    ("GET", "/filters/{filter}/count"): Permission.READ,
    ("POST", "/filters/{filter}/remove"): Permission.MANAGE_CONTACTS,
    ("GET", "/suppressions"): Permission.READ,
    ("POST", "/suppressions"): Permission.SUPPRESS,
    ("POST", "/suppressions/find"): Permission.READ,
    ("POST", "/suppressions/lift"): Permission.SUPPRESS,
    ("POST", "/suppressions/export"): Permission.SUPPRESS,
    ("GET", "/suppressions/file"): Permission.SUPPRESS,
    ("POST", "/suppressions/file"): Permission.SUPPRESS,
    ("POST", "/suppressions/file/{import}"): Permission.SUPPRESS,
    ("GET", "/imports"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports"): Permission.MANAGE_CONTACTS,
    ("GET", "/imports/{import}"): Permission.MANAGE_CONTACTS,
    ("GET", "/imports/{import}/progress"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports/{import}/columns"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports/{import}/again"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports/{import}/store"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports/{import}/rows"): Permission.MANAGE_CONTACTS,
    ("POST", "/imports/{import}/drop"): Permission.MANAGE_CONTACTS,
    ("GET", "/accounts"): Permission.MANAGE_USERS,
    ("POST", "/accounts"): Permission.MANAGE_USERS,
    ("GET", "/accounts/{account}"): Permission.MANAGE_USERS,
    ("POST", "/accounts/{account}/roles"): Permission.MANAGE_USERS,
    ("POST", "/accounts/{account}/active"): Permission.MANAGE_USERS,
    ("POST", "/accounts/{account}/password"): Permission.MANAGE_USERS,
    ("POST", "/tokens/{token}/revoke"): Permission.MANAGE_USERS,
    ("GET", "/me"): Permission.READ,
    ("POST", "/me/password"): Permission.READ,
    ("POST", "/me/sessions/end"): Permission.READ,
    ("POST", "/me/tokens"): Permission.READ,
    ("POST", "/me/tokens/{token}/revoke"): Permission.READ,
    ("GET", "/audit"): Permission.READ_AUDIT,
    ("POST", "/audit"): Permission.READ_AUDIT,
    ("POST", "/audit/export"): Permission.READ_AUDIT,
    ("GET", "/health"): Permission.READ,
    ("GET", "/health/findings"): Permission.READ,
    ("POST", "/health/look"): Permission.READ,
}
#: Addresses of TABLE that give a part of a page, a frame, a file or a stream, and no page of their own.
NO_PAGES: Final = frozenset(
    {
        "/releases/{release}/preview/{channel}/{language}",
        "/releases/{release}/audience/counts",
        "/dispatches/{dispatch}/board",
        "/dispatches/{dispatch}/live",
        "/health/findings",
        "/filters/{filter}/count",
        "/imports/{import}/progress",
    }
)
#: Those of them that pages ask for again and again while nobody acts.
LOADED_ANEW: Final = frozenset(
    {
        "/releases/{release}/audience/counts",
        "/dispatches/{dispatch}/board",
        "/health/findings",
        "/imports/{import}/progress",
    }
)
#: Pages outside TABLE, for whoever looks at all of them.
DOORS: Final = ("/login", "/dispatches/none")


def pages() -> list[str]:
    """Return the pattern of every page to look at."""
    return [path for method, path in TABLE if method == "GET" and path not in NO_PAGES]


def filled_in(pattern: str, names: Mapping[str, str]) -> str:
    """Return the address with the names in the places of the pattern.

    >>> filled_in("/people/{number}", {"number": "1"})
    '/people/1'
    """
    return re.sub(r"{(\w+)}", lambda found: names[found[1]], pattern)
