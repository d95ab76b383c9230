"""Issue and revoke API tokens; each with a line in the audit, which names a token by its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from distributor.core.account import AccountId, Permission, TokenId, permissions_of
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_accounts import Accounts, ApiToken, ApiTokens

_LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKeeper:
    """Keeps the tokens; holds what this takes."""

    accounts: Accounts
    tokens: ApiTokens
    audit: AuditLog
    clock: Clock

    def issue(
        self,
        account: AccountId,
        *,
        label: str,
        scopes: Iterable[Permission],
        by: str,
        life: timedelta | None = None,
        within: frozenset[Permission] | None = None,
    ) -> tuple[str, ApiToken]:
        """Make a token for an account; return it, for the only time, with what is kept of it.

        `within` are the permissions of whoever asks (`Caller.permissions`), so that no token makes a stronger one.

        Raises:
            NotFound: there is no such account.
            BadInput: there is no label or scope.
            Refused: the account, or whoever asks, may not do itself what the token should.
        """
        _must_say_who(by)
        known = self.accounts.get(account)
        if known is None:
            raise NotFound("account", account, remedy="`distributor users list` shows them.")
        wanted, allowed = frozenset(scopes), permissions_of(known.account)
        _refuse_empty(label, wanted)
        missing = wanted - (allowed if within is None else allowed & within)
        if missing:
            raise Refused(
                f"A token cannot do more than its owner and whoever issues it. Leave out: {', '.join(sorted(missing))}."
            )
        secret, token = self.tokens.issue(account, label=label.strip(), scopes=sorted(wanted), life=life)
        self._record("token.issued", token, by, ("scopes", ",".join(token.scopes)))
        return secret, token

    def revoke(self, token: TokenId, *, by: str, owner: AccountId | None = None) -> ApiToken:
        """End a token for good; with `owner`, only one of theirs.

        Raises:
            NotFound: there is no such token (of theirs).
        """
        _must_say_who(by)
        is_theirs = owner is None or any(found.id == token for found in self.of(owner))
        revoked = self.tokens.revoke(token) if is_theirs else None
        if revoked is None:
            raise NotFound("API token", token, remedy="`distributor tokens list` shows them.")
        self._record("token.revoked", revoked, by)
        return revoked

    def of(self, account: AccountId) -> tuple[ApiToken, ...]:
        """Return an account's tokens, newest first."""
        return tuple(token for token in self.tokens.all() if token.account == account)

    def everything(self) -> tuple[ApiToken, ...]:
        """Return all tokens, newest first, also expired ones."""
        return tuple(self.tokens.all())

    def _record(self, action: str, token: ApiToken, by: str, *facts: tuple[str, str]) -> None:
        entry = AuditEntry(
            at=self.clock.now(), by=by, action=action, subject=token.id, facts=(("account", token.account), *facts)
        )
        self.audit.append(entry)


def _refuse_empty(label: str, scopes: frozenset[Permission]) -> None:
    if not label.strip() or len(label) > _LONGEST_LABEL or not label.isprintable():
        raise BadInput("A token needs a label.", where="label", remedy=f"Say in 1 to {_LONGEST_LABEL} letters what it is for.")
    if not scopes:
        raise BadInput("A token needs a scope.", where="scope", remedy=f"Scopes are {', '.join(Permission)}.")


def _must_say_who(by: str) -> None:
    if not by.strip():
        raise Refused("Say who does it. Add --as NAME.")
