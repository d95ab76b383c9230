"""Keep accounts: add people, give and take roles, set passwords, shut people out; each with a line in the audit.

The audit names an account by its id. No password is in the audit, a log or an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from distributor.core.account import Account, AccountId, Role, account_id, new_account, sorted_roles
from distributor.core.errors import NotFound, Refused
from distributor.core.password import refuse_weak
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_accounts import Accounts, KnownAccount, LoginThrottle, PasswordHasher


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKeeper:
    """Does what an admin asks for. Whether the caller is one is asked before, by `Caller.demand`."""

    accounts: Accounts
    hasher: PasswordHasher
    throttle: LoginThrottle
    audit: AuditLog
    clock: Clock

    def add(self, *, name: str, login: str, roles: Iterable[Role], password: str, by: str) -> Account:
        """Add a person.

        Raises:
            BadInput: the name, address, roles or password cannot be.
            Refused: the login is taken, or a name that reads the same.
        """
        _must_say_who(by)
        account = new_account(name=name, login=login, roles=roles, added_at=self.clock.now())
        refuse_weak(password, login=account.login, name=account.name)
        self.accounts.add(KnownAccount(account=account, password_hash=self.hasher.hash(password)))
        self._record("account.added", account.id, by, ("roles", ",".join(account.roles)))
        return account

    def everyone(self) -> tuple[Account, ...]:
        """Return every account, by name, also the disabled ones."""
        return tuple(known.account for known in self.accounts.all())

    def named(self, login: str) -> Account:
        """Return the account of a login.

        Raises:
            NotFound: nobody has it.
        """
        known = self.accounts.get(account_id(login))
        if known is None:
            raise NotFound("account", login, remedy="`distributor users list` shows them.")
        return known.account

    def set_password(self, account: AccountId, password: str, *, by: str) -> None:
        """Set a password by an admin's word, and end all sessions of the account.

        Raises:
            NotFound: there is no such account.
            BadInput: the password is weak.
        """
        _must_say_who(by)
        known = self.accounts.get(account)
        if known is not None:
            refuse_weak(password, login=known.account.login, name=known.account.name)
        hashed = self.hasher.hash(password)
        self.accounts.change(account, lambda now: replace(now, password_hash=hashed, generation=now.generation + 1))
        self.throttle.forget(account)
        self._record("account.password_set", account, by)

    def set_roles(self, account: AccountId, roles: Iterable[Role], *, by: str) -> Account:
        """Give an account exactly these roles, from the next request on.

        Raises:
            NotFound: there is no such account.
            BadInput: there is no role.
            Refused: nobody would be left who can manage accounts.
        """
        _must_say_who(by)
        wanted = sorted_roles(roles)
        after = self.accounts.change(account, lambda now: replace(now, account=replace(now.account, roles=wanted))).account
        self._record("account.roles_set", account, by, ("roles", ",".join(after.roles)))
        return after

    def disable(self, account: AccountId, *, by: str) -> Account:
        """Shut somebody out at once: no login, no session, no token.

        Raises:
            NotFound: there is no such account.
            Refused: nobody would be left who can manage accounts.
        """
        return self._set_active(account, "account.disabled", by, is_active=False)

    def enable(self, account: AccountId, *, by: str) -> Account:
        """Let somebody in again, and forget failed logins. Earlier sessions stay ended; tokens that stand work again.

        Raises:
            NotFound: there is no such account.
        """
        after = self._set_active(account, "account.enabled", by, is_active=True)
        self.throttle.forget(account)
        return after

    def _set_active(self, account: AccountId, action: str, by: str, *, is_active: bool) -> Account:
        _must_say_who(by)

        def change(now: KnownAccount) -> KnownAccount:
            if now.account.is_active is is_active:
                return now
            return replace(now, account=replace(now.account, is_active=is_active), generation=now.generation + 1)

        after = self.accounts.change(account, change).account
        self._record(action, account, by)
        return after

    def _record(self, action: str, account: AccountId, by: str, *facts: tuple[str, str]) -> None:
        self.audit.append(AuditEntry(at=self.clock.now(), by=by, action=action, subject=account, facts=facts))


def _must_say_who(by: str) -> None:
    if not by.strip():
        raise Refused("Say who does it. Add --as NAME.")
