"""Who may do what: accounts, their roles, and the one table from roles to permissions.

A door asks `Caller.demand(permission)` before it runs a step. What a caller may do is what the account's roles allow today, and
for an API token no more than its scopes. A disabled account may do nothing, whatever its roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

from distributor.core.addresses import normalise
from distributor.core.approval import as_read
from distributor.core.errors import BadInput, Forbidden, must_be_aware
from distributor.core.ids import digest_id

#: Derived from the login, so that it names the account in the audit without an address.
AccountId = NewType("AccountId", str)
TokenId = NewType("TokenId", str)

_LONGEST_NAME = 100


class Role(StrEnum):
    """What somebody does at the desk. One person may have several; an admin gives and takes them."""

    #: Writes releases and keeps the media lists.
    EDITOR = "editor"
    #: Approves what others wrote.
    APPROVER = "approver"
    #: Schedules what is approved, and holds, resumes, cancels and settles.
    DISPATCHER = "dispatcher"
    #: Keeps the accounts. Deliberately neither writes nor approves: whoever should, is given that role too.
    ADMIN = "admin"


class Permission(StrEnum):
    """What a step needs. Also the scopes of API tokens."""

    READ = "read"
    WRITE_RELEASE = "write-release"
    APPROVE = "approve"
    WAIVE = "waive"
    SEND_TEST = "send-test"
    SCHEDULE = "schedule"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    SETTLE = "settle"
    MANAGE_CONTACTS = "manage-contacts"
    ERASE_PERSON = "erase-person"
    SUPPRESS = "suppress"
    MANAGE_USERS = "manage-users"
    READ_AUDIT = "read-audit"


_P = Permission
#: The one table. Holding is everybody's who works on releases: whoever sees the mistake first must be able to stop it.
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.EDITOR: frozenset({_P.READ, _P.WRITE_RELEASE, _P.SEND_TEST, _P.HOLD, _P.MANAGE_CONTACTS, _P.SUPPRESS}),
        Role.APPROVER: frozenset({_P.READ, _P.APPROVE, _P.WAIVE, _P.SEND_TEST, _P.HOLD, _P.READ_AUDIT}),
        Role.DISPATCHER: frozenset(
            {_P.READ, _P.SCHEDULE, _P.SEND_TEST, _P.HOLD, _P.RESUME, _P.CANCEL, _P.SETTLE, _P.SUPPRESS, _P.READ_AUDIT}
        ),
        Role.ADMIN: frozenset({_P.READ, _P.HOLD, _P.SUPPRESS, _P.ERASE_PERSON, _P.MANAGE_USERS, _P.READ_AUDIT}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person who works here."""

    id: AccountId
    #: As colleagues know them; stands in the audit and in approvals. No two accounts read alike.
    name: str
    #: Normalised e-mail address.
    login: str
    #: Sorted, without repeats; at least one.
    roles: tuple[Role, ...]
    added_at: datetime
    is_active: bool = True

    def __post_init__(self) -> None:
        must_be_aware(self.added_at, name="added_at")
        if not self.roles or list(self.roles) != sorted(set(self.roles)):
            raise ValueError("roles are sorted, without repeats, at least one")

    @property
    def is_admin(self) -> bool:
        """Whether they can keep accounts today."""
        return may(self, Permission.MANAGE_USERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody whom a session or a token has shown to be who they are, with what they may do by it."""

    account: Account
    permissions: frozenset[Permission]
    #: The token by which they call; None in a browser's session.
    token: TokenId | None = None

    @property
    def name(self) -> str:
        """Return what stands in the audit as `by`."""
        return self.account.name

    def may(self, permission: Permission) -> bool:
        """Say whether they may."""
        return permission in self.permissions

    def demand(self, permission: Permission) -> None:
        """Do nothing if they may.

        Raises:
            Forbidden: they may not.
        """
        if not self.may(permission):
            raise Forbidden(permission.value, roles=tuple(role.value for role in roles_with(permission)))


def may(account: Account, permission: Permission) -> bool:
    """Say whether an account may do what needs this permission."""
    return permission in permissions_of(account)


def permissions_of(account: Account) -> frozenset[Permission]:
    """Return all that an account may do; nothing for a disabled one."""
    if not account.is_active:
        return frozenset()
    return frozenset().union(*(PERMISSIONS[role] for role in account.roles))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that have a permission."""
    return tuple(role for role in Role if permission in PERMISSIONS[role])


def caller_of(account: Account, *, scopes: Iterable[Permission] | None = None, token: TokenId | None = None) -> Caller:
    """Return what an account may do, for a token cut down to its scopes."""
    allowed = permissions_of(account)
    return Caller(account=account, permissions=allowed if scopes is None else allowed & frozenset(scopes), token=token)


def new_account(*, name: str, login: str, roles: Iterable[Role], added_at: datetime) -> Account:
    """Return a new account from what a person typed.

    Raises:
        BadInput: the name, address or roles cannot be.
    """
    address = normalise(login)
    return Account(id=account_id(address), name=_named(name), login=address, roles=sorted_roles(roles), added_at=added_at)


def sorted_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return roles as an account has them.

    Raises:
        BadInput: there is none.
    """
    chosen = tuple(sorted(set(roles)))
    if not chosen:
        raise BadInput("An account needs a role.", where="role", remedy=f"Roles are {', '.join(Role)}.")
    return chosen


def account_id(login: str) -> AccountId:
    """Return the id of a login; any text has one, so that an unknown login can be counted and audited without being kept.

    >>> account_id(" Ana@Paper.example") == account_id("ana@paper.example")
    True
    """
    try:
        text = normalise(login)
    except (BadInput, UnicodeError):
        text = "?" + login
    return AccountId(digest_id("u", text.encode("utf-8", "surrogatepass"), length=16))


def _named(name: str) -> str:
    shown = " ".join(name.split())
    if not as_read(shown) or len(shown) > _LONGEST_NAME or not shown.isprintable():
        raise BadInput(
            "An account needs a name that people can read.", where="name", remedy=f"Write 1 to {_LONGEST_NAME} letters."
        )
    return shown
