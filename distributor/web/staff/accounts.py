"""Who works here, in the browser of an admin: accounts, their roles and passwords, and everybody's tokens."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_accounts import keepers_of
from distributor.core.account import PERMISSIONS, Account, AccountId, Permission, Role, TokenId
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.flow.sign_in import SignIn
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

#: What each role is for, as an admin chooses it.
ROLE_WORDS: Final = {
    Role.EDITOR: "writes releases, keeps the media lists",
    Role.APPROVER: "approves what others wrote",
    Role.DISPATCHER: "schedules, resumes, cancels, settles",
    Role.ADMIN: "keeps accounts, erases people",
}
#: 16 random bytes, in letters that can be copied.
_PASSWORD_BYTES: Final = 16


class AccountPages:
    """Shows accounts and lets an admin keep them."""

    def __init__(self, service: Service, pages: StaffPages, sign_in: SignIn) -> None:
        self._service = service
        self._pages = pages
        self._keeper, self._tokens = keepers_of(sign_in)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. An account is named by its id, in which no address can be read."""
        needs = Permission.MANAGE_USERS
        gate.page("/accounts", self.everybody, needs=needs)
        gate.act("/accounts", self.add, needs=needs)
        gate.page("/accounts/{account}", self.show, needs=needs)
        gate.act("/accounts/{account}/roles", self.set_roles, needs=needs)
        gate.act("/accounts/{account}/active", self.set_active, needs=needs)
        gate.act("/accounts/{account}/password", self.set_password, needs=needs)
        gate.act("/tokens/{token}/revoke", self.revoke, needs=needs)

    def everybody(self, visit: Visit) -> Response:
        """Show every account, and every token."""
        return self._everybody(visit)

    def _everybody(self, visit: Visit, *, problem: str = "", shown: tuple[Account, str] | None = None) -> Response:
        accounts = self._keeper.everyone()
        values = {
            "accounts": accounts,
            "names": {account.id: account.name for account in accounts},
            "tokens": self._tokens.everything(),
            "now": self._service.clock.now(),
            "roles": ROLE_WORDS,
            "typed": {name: visit.fields.get(name, "") if problem else "" for name in ("name", "login")},
            "typed_roles": visit.all("role") if problem else (),
            "problem": problem,
            "shown": shown,
        }
        return self._html(visit, "accounts.html", status=422 if problem else 200, **values)

    def add(self, visit: Visit) -> Response:
        """Add somebody, with a password that is typed, or made here and shown once."""
        typed = visit.fields.get("password", "")
        password = typed or secrets.token_urlsafe(_PASSWORD_BYTES)
        try:
            account = self._keeper.add(
                name=visit.fields.get("name", ""),
                login=visit.fields.get("login", ""),
                roles=_roles(visit),
                password=password,
                by=visit.by,
            )
        except (BadInput, Refused) as error:
            return self._everybody(visit, problem=_said(error))
        if typed:
            return RedirectResponse(f"/accounts/{account.id}", 303)
        return self._everybody(visit, shown=(account, password))

    def show(self, visit: Visit) -> Response:
        """Show one account."""
        return self._show(visit)

    def _show(self, visit: Visit, *, problem: str = "", password: str = "") -> Response:
        account = self._account(visit)
        values = {
            "account": account,
            "tokens": self._tokens.of(account.id),
            "now": self._service.clock.now(),
            "roles": ROLE_WORDS,
            "permissions": {role: sorted(PERMISSIONS[role]) for role in Role},
            "problem": problem,
            "password": password,
            "is_own": account.id == visit.visitor.caller.account.id,
        }
        return self._html(visit, "account.html", status=422 if problem else 200, **values)

    def set_roles(self, visit: Visit) -> Response:
        """Give an account exactly these roles."""
        account = self._account(visit)
        try:
            self._keeper.set_roles(account.id, _roles(visit), by=visit.by)
        except (BadInput, Refused) as error:
            return self._show(visit, problem=_said(error))
        return _to(account)

    def set_active(self, visit: Visit) -> Response:
        """Shut somebody out, or let them in again."""
        account = self._account(visit)
        wanted = visit.fields.get("active")
        try:
            if wanted == "no":
                self._keeper.disable(account.id, by=visit.by)
            elif wanted == "yes":
                self._keeper.enable(account.id, by=visit.by)
            else:
                return self._show(visit, problem="Choose whether to shut them out or let them in.")
        except Refused as error:
            return self._show(visit, problem=str(error))
        return _to(account)

    def set_password(self, visit: Visit) -> Response:
        """Set a password that is typed, or make one and show it once; all sessions of the account end."""
        account = self._account(visit)
        if visit.fields.get("sure") != "yes":
            return self._show(visit, problem="Use the form below: all their sessions would end.")
        typed = visit.fields.get("password", "")
        password = typed or secrets.token_urlsafe(_PASSWORD_BYTES)
        try:
            self._keeper.set_password(account.id, password, by=visit.by)
        except BadInput as error:
            return self._show(visit, problem=_said(error))
        return _to(account) if typed else self._show(visit, password=password)

    def revoke(self, visit: Visit) -> Response:
        """End anybody's token for good, after asking."""
        token = next((one for one in self._tokens.everything() if one.id == visit.path["token"]), None)
        if token is not None and visit.fields.get("sure") != "yes":
            return self._html(visit, "token_revoke.html", token=token, act=f"/tokens/{token.id}/revoke", back="/accounts")
        self._tokens.revoke(TokenId(visit.path["token"]), by=visit.by)
        return RedirectResponse("/accounts#tokens", 303)

    def _account(self, visit: Visit) -> Account:
        name = AccountId(visit.path["account"])
        account = next((one for one in self._keeper.everyone() if one.id == name), None)
        if account is None:
            raise NotFound("account", name[:24], remedy="The page of accounts shows them.")
        return account

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


def _roles(visit: Visit) -> list[Role]:
    chosen = visit.all("role")
    strange = [name for name in chosen if name not in set(Role)]
    if strange:
        raise BadInput(f"There is no role {strange[0][:40]!r}.", where="role", remedy=f"Roles are {', '.join(Role)}.")
    return [Role(name) for name in chosen]


def _said(error: BadInput | Refused) -> str:
    return f"{error.problem} {error.remedy}" if isinstance(error, BadInput) else str(error)


def _to(account: Account) -> Response:
    return RedirectResponse(f"/accounts/{account.id}", 303)
