"""Who calls, for programs: the account, what the token may do, and the account's own tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from distributor.bootstrap_accounts import StaffDoor
from distributor.core.account import Caller, Permission, TokenId
from distributor.core.errors import Refused
from distributor.core.report import instant
from distributor.ports_accounts import ApiToken
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import Page, Shape, example

_ME: Final = {
    "account": "u3k2mq5bd7f3x9ab", "name": "Eda Writes", "roles": ["editor"], "permissions": ["read"],
    "token": "t3k2mq5bd7f3x9ab",
}  # fmt: skip
_TOKEN: Final = {
    "token": "t3k2mq5bd7f3x9ab", "label": "newsroom board", "scopes": ["read"], "added_at": "2026-11-25T09:00:00Z",
    "expires_at": "2026-12-25T09:00:00Z", "used_at": "2026-11-25T09:05:00Z",
}  # fmt: skip


class Me(Shape):
    """The account for which a program calls, and what it may do by this token."""

    model_config = example(**_ME)

    account: str
    name: str = Field(description="As it stands in the audit.")
    roles: list[str]
    permissions: list[str] = Field(description="What the roles allow today and the token's scopes, too.")
    token: str = Field(description="The token's id; no secret.")


class TokenShape(Shape):
    """A token of one's own. The token itself is shown once, when it is made."""

    model_config = example(**_TOKEN)

    token: str = Field(description="Its id.")
    label: str
    scopes: list[str]
    added_at: str
    expires_at: str | None = Field(description="Null: until it is revoked.")
    used_at: str | None = Field(description="To the minute; null: never.")


class NewToken(Shape):
    """A token that is wanted for one's own account."""

    model_config = example(label="newsroom board", scopes=["read"], expires_in_s=2592000)

    label: str = Field(min_length=1, max_length=100)
    scopes: list[Permission] = Field(min_length=1, max_length=50, description="Not more than this token may itself.")
    expires_in_s: int | None = Field(None, ge=60, le=10 * 366 * 86400)


class IssuedToken(TokenShape):
    """A new token, with its secret for the only time."""

    model_config = example(**_TOKEN, secret="dst_…")  # noqa: S106 - shows only how one begins

    secret: str


class MyRoutes:
    """The routes of one's own account."""

    def __init__(self, staff: StaffDoor, *, now: Callable[[], datetime]) -> None:
        """`now` is Redis's clock, by which tokens end."""
        self._staff = staff
        self._now = now

    def add_to(self, door: Door) -> None:
        """Declare the routes. Whoever may read may see and end their own tokens."""
        area = door.area("me", "The account for which a program calls, and its tokens.")
        area.read("/me", self.show_me, needs=Permission.READ)
        area.read("/me/tokens", self.list_my_tokens, needs=Permission.READ)
        area.write("/me/tokens", self.issue_my_token, needs=Permission.READ)
        area.write("/me/tokens/{token}", self.revoke_my_token, needs=Permission.READ, method="DELETE")

    def show_me(self, caller: By) -> Me:
        """Show for whom the token calls, and what it may do today."""
        account = caller.account
        return Me(
            account=account.id,
            name=account.name,
            roles=[role.value for role in account.roles],
            permissions=sorted(caller.permissions),
            token=caller.token or "",
        )

    def list_my_tokens(self, caller: By) -> Page[TokenShape]:
        """List the tokens of one's own account, newest first, also expired ones."""
        return Page(items=[TokenShape(**_token(one)) for one in self._staff.tokens.of(caller.account.id)], next=None)

    def issue_my_token(self, new: NewToken, caller: By) -> IssuedToken:
        """Make a token for one's own account, which may do no more than this one and lives no longer."""
        life = self._life(new.expires_in_s, caller)
        secret, token = self._staff.tokens.issue(
            caller.account.id, label=new.label, scopes=new.scopes, by=caller.name, life=life, within=caller.permissions
        )
        return IssuedToken(**_token(token), secret=secret)

    def revoke_my_token(self, token: str, caller: By) -> TokenShape:
        """End a token of one's own account for good, though none that may do more than this one."""
        ending = next((one for one in self._staff.tokens.of(caller.account.id) if one.id == token), None)
        if ending is not None and not set(ending.scopes) <= caller.permissions:
            # Whoever finds a token for reading must not be able to silence the desk's other programs.
            raise Refused(
                "That token may do more than this one. End it on your own page in the browser, or by one that may as much."
            )
        return TokenShape(**_token(self._staff.tokens.revoke(TokenId(token), by=caller.name, owner=caller.account.id)))

    def _life(self, wanted_s: int | None, caller: Caller) -> timedelta | None:
        """Return how long a new token lives: a token that was lent for a day must not make one for ever."""
        wanted = None if wanted_s is None else timedelta(seconds=wanted_s)
        end = next((one.expires_at for one in self._staff.tokens.of(caller.account.id) if one.id == caller.token), None)
        if end is None:
            return wanted
        # A little less, for the instant at which it is stored comes later.
        left = end - self._now() - timedelta(seconds=1)
        return left if wanted is None else min(wanted, left)


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "token": token.id,
        "label": token.label,
        "scopes": [scope.value for scope in token.scopes],
        "added_at": instant(token.added_at),
        "expires_at": instant(token.expires_at) if token.expires_at else None,
        "used_at": instant(token.used_at) if token.used_at else None,
    }
