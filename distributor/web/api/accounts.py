"""Who works here, for programs of an admin: accounts, roles, passwords, and everybody's tokens."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from fastapi import Path
from pydantic import Field

from distributor.bootstrap_accounts import StaffDoor
from distributor.core.account import Account, AccountId, Permission, Role, TokenId
from distributor.core.errors import NotFound
from distributor.core.report import instant
from distributor.ports_accounts import ApiToken
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import Page, Shape, example

_ACCOUNT: Final = {
    "account": "upggbgtws6nijoekq", "name": "Ana Lima", "login": "ana@campaign.example", "roles": ["editor"], "is_active": True,
    "added_at": "2026-11-25T09:00:00Z",
}  # fmt: skip
_TOKEN: Final = {
    "token": "tv6zbvqmyplwnw2v4", "account": "upggbgtws6nijoekq", "label": "newsroom board", "scopes": ["read"],
    "added_at": "2026-11-25T09:00:00Z", "expires_at": None, "used_at": None,
}  # fmt: skip
_PASSWORD_BYTES: Final = 16
_Account = Annotated[str, Path(max_length=64)]
_Password = Annotated[
    str, Field(max_length=1000, description="At least 12 characters; empty: one is made, and answered this once.")
]


class AccountShape(Shape):
    """Somebody who works here."""

    model_config = example(**_ACCOUNT)

    account: str
    name: str
    login: str
    roles: list[Role]
    is_active: bool
    added_at: str


class NewAccount(Shape):
    """Somebody who comes."""

    model_config = example(name="Ana Lima", login="ana@campaign.example", roles=["editor"], password="")

    name: str = Field(max_length=200)
    login: str = Field(max_length=320)
    roles: list[Role] = Field(min_length=1, max_length=10)
    password: _Password = ""


class NewPassword(Shape):
    """A password by an admin's word."""

    model_config = example(password="")

    password: _Password = ""


class WithPassword(Shape):
    """An account, and its password if it was made here: for the only time."""

    model_config = example(account=_ACCOUNT, password="kX3…")  # noqa: S106 - shows only how one looks

    account: AccountShape
    password: str = Field(description="Empty when it was given.")


class Roles(Shape):
    """Exactly these roles."""

    model_config = example(roles=["editor", "dispatcher"])

    roles: list[Role] = Field(min_length=1, max_length=10)


class TokenOf(Shape):
    """A program's leave to act for an account; without its secret, which nobody keeps."""

    model_config = example(**_TOKEN)

    token: str
    account: str
    label: str
    scopes: list[str]
    added_at: str
    expires_at: str | None
    used_at: str | None


class AccountRoutes:
    """The routes of accounts."""

    def __init__(self, staff: StaffDoor) -> None:
        self._keeper = staff.keeper
        self._tokens = staff.tokens

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("accounts", "Who works here: accounts, roles, passwords, and everybody's tokens. For admins.")
        needs = Permission.MANAGE_USERS
        area.read("/accounts", self.list_accounts, needs=needs)
        area.write("/accounts", self.add_account, needs=needs)
        area.read("/accounts/{account}", self.show_account, needs=needs)
        area.write("/accounts/{account}/roles", self.set_roles, needs=needs, method="PUT")
        area.write("/accounts/{account}/disable", self.disable_account, needs=needs)
        area.write("/accounts/{account}/enable", self.enable_account, needs=needs)
        area.write("/accounts/{account}/password", self.set_password, needs=needs)
        area.read("/tokens", self.list_tokens, needs=needs)
        area.write("/tokens/{token}", self.revoke_token, needs=needs, method="DELETE")

    def list_accounts(self) -> Page[AccountShape]:
        """List every account by name, also disabled ones; all at once."""
        return Page(items=[_shape(account) for account in self._keeper.everyone()], next=None)

    def add_account(self, new: NewAccount, caller: By) -> WithPassword:
        """Add somebody. No two accounts have one login, or names that read alike."""
        password = new.password or secrets.token_urlsafe(_PASSWORD_BYTES)
        account = self._keeper.add(name=new.name, login=new.login, roles=new.roles, password=password, by=caller.name)
        return WithPassword(account=_shape(account), password="" if new.password else password)

    def show_account(self, account: _Account) -> AccountShape:
        """Show an account."""
        return _shape(self._known(account))

    def set_roles(self, account: _Account, wanted: Roles, caller: By) -> AccountShape:
        """Give an account exactly these roles, from its next request on. The last admin stays one."""
        return _shape(self._keeper.set_roles(self._known(account).id, wanted.roles, by=caller.name))

    def disable_account(self, account: _Account, caller: By) -> AccountShape:
        """Shut somebody out at once: no login, no session, no token. The last admin cannot be."""
        return _shape(self._keeper.disable(self._known(account).id, by=caller.name))

    def enable_account(self, account: _Account, caller: By) -> AccountShape:
        """Let somebody in again, and forget failed logins. Earlier sessions stay ended; tokens that stand work again."""
        return _shape(self._keeper.enable(self._known(account).id, by=caller.name))

    def set_password(self, account: _Account, new: NewPassword, caller: By) -> WithPassword:
        """Set a password, and end all sessions of the account. Its tokens stay."""
        known, password = self._known(account), new.password or secrets.token_urlsafe(_PASSWORD_BYTES)
        self._keeper.set_password(known.id, password, by=caller.name)
        return WithPassword(account=_shape(known), password="" if new.password else password)

    def list_tokens(self) -> Page[TokenOf]:
        """List everybody's tokens, newest first, also expired ones; all at once."""
        return Page(items=[TokenOf(**_token(one)) for one in self._tokens.everything()], next=None)

    def revoke_token(self, token: _Account, caller: By) -> TokenOf:
        """End anybody's token for good."""
        return TokenOf(**_token(self._tokens.revoke(TokenId(token), by=caller.name)))

    def _known(self, name: str) -> Account:
        found = next((one for one in self._keeper.everyone() if one.id == AccountId(name)), None)
        if found is None:
            raise NotFound("account", name, remedy="`/accounts` shows them.")
        return found


def _shape(account: Account) -> AccountShape:
    return AccountShape(
        account=account.id, name=account.name, login=account.login, roles=[*account.roles], is_active=account.is_active,
        added_at=instant(account.added_at),
    )  # fmt: skip


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "token": token.id,
        "account": token.account,
        "label": token.label,
        "scopes": [scope.value for scope in token.scopes],
        "added_at": instant(token.added_at),
        "expires_at": instant(token.expires_at) if token.expires_at else None,
        "used_at": instant(token.used_at) if token.used_at else None,
    }
