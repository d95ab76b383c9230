"""Sign in: show who one is, by a password, a session or a token; keep it for a while; and end it.

Who fails learns only that login and password do not open an account: not whether there is one, nor whether it is disabled, by
words or by time. No password, session, token or network address is in the audit, a log or an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from distributor.core.account import AccountId, Caller, account_id, caller_of
from distributor.core.errors import LoginRefused, LoginThrottled, NotSignedIn
from distributor.core.password import refuse_weak
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_accounts import Accounts, ApiTokens, KnownAccount, LoginThrottle, PasswordHasher, Session, Sessions
from distributor.telemetry import Event, tell

#: Who stands in the audit when nobody has shown who they are.
NOBODY: Final = "nobody known"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has just begun."""

    caller: Caller
    #: For the cookie, and nowhere else.
    secret: str = field(repr=False)
    #: For the forms of this session.
    csrf: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The door; holds what this takes."""

    accounts: Accounts
    hasher: PasswordHasher
    sessions: Sessions
    tokens: ApiTokens
    throttle: LoginThrottle
    audit: AuditLog
    clock: Clock

    def log_in(self, login: str, password: str, *, address: str, previous: str = "") -> SignedIn:
        """Begin a session under a new secret.

        `address` is the client's network address; `previous` is the session cookie that came with the form, if any: it is ended,
        whoever's it was, and never used again.

        Raises:
            LoginRefused: login and password do not open an account.
            LoginThrottled: too many attempts from there or at that login; the password was not looked at.
        """
        known = self._proven(account_id(login), password, address=address)
        if previous:
            self.sessions.close(previous)
        tell(Event.LOGIN_ACCEPTED, account=known.account.id)
        self._record("login.accepted", known.account.id, known.account.name)
        return self._begin(known)

    def log_out(self, secret: str) -> None:
        """End a session for good; harmless to repeat."""
        session = self.sessions.close(secret)
        known = None if session is None else self.accounts.get(session.account)
        if known is not None:
            self._record("login.ended", known.account.id, known.account.name)

    def by_session(self, secret: str) -> Caller:
        """Return who has a session, and put off its idle end.

        Raises:
            NotSignedIn: it has ended, its account is disabled, or all of the account's sessions were ended.
        """
        return self._holder(self.sessions.find(secret))

    def still_by_session(self, secret: str) -> Caller:
        """Return who has a session, as `by_session` does, without putting off its end: watching is not acting.

        Raises:
            NotSignedIn: as `by_session`.
        """
        return self._holder(self.sessions.peek(secret))

    def _holder(self, session: Session | None) -> Caller:
        known = None if session is None else self.accounts.get(session.account)
        if session is None or known is None or not known.account.is_active or known.generation != session.generation:
            raise NotSignedIn("You are not signed in, or not any more. Sign in again.")
        return caller_of(known.account)

    def by_token(self, secret: str) -> Caller:
        """Return for whom a program calls, with no more than the token's scopes.

        Raises:
            NotSignedIn: the token is none, has expired or was revoked, or its account is disabled.
        """
        token = self.tokens.find(secret)
        known = None if token is None else self.accounts.get(token.account)
        if token is None or known is None or not known.account.is_active:
            raise NotSignedIn("This API token is not valid, or not any more.")
        return caller_of(known.account, scopes=token.scopes, token=token.id)

    def csrf_of(self, secret: str) -> str:
        """Return what the forms of a session carry."""
        return self.sessions.csrf_token(secret)

    def is_own_form(self, secret: str, csrf: str) -> bool:
        """Say whether a form came from a page of this session."""
        return self.sessions.is_csrf_token(secret, csrf)

    def change_password(self, secret: str, *, old: str, new: str, address: str) -> SignedIn:
        """Change one's own password: end all of one's sessions, and begin a new one here.

        Raises:
            NotSignedIn: the session has ended.
            LoginRefused: the old password is wrong (LoginThrottled: too often).
            BadInput: the new one is weak.
        """
        account = self.by_session(secret).account
        refuse_weak(new, login=account.login, name=account.name)
        proven = self._proven(account.id, old, address=address)
        hashed = self.hasher.hash(new)

        def change(now: KnownAccount) -> KnownAccount:
            if now.generation != proven.generation:
                raise NotSignedIn("Your sessions were ended in the meantime. Sign in again.")
            return replace(now, password_hash=hashed, generation=now.generation + 1)

        known = self.accounts.change(account.id, change)
        self._record("account.password_changed", account.id, account.name)
        return self._begin(known)

    def end_other_sessions(self, secret: str) -> SignedIn:
        """End all of one's sessions but this one, which goes on under a new secret: for whoever has lost a phone.

        Raises:
            NotSignedIn: the session has ended.
        """
        account = self.by_session(secret).account
        known = self.accounts.change(account.id, lambda now: replace(now, generation=now.generation + 1))
        self._record("login.others_ended", account.id, account.name)
        return self._begin(known)

    def _proven(self, account: AccountId, password: str, *, address: str) -> KnownAccount:
        """Return the account that the password opens."""
        wait = self.throttle.begin(account, address=address)
        if wait > timedelta(0):
            # In the log only: an attacker must not be able to fill the audit, which is kept for ever.
            tell(Event.LOGIN_THROTTLED, account=account, wait_s=wait.total_seconds())
            raise LoginThrottled(wait=wait)
        known = self.accounts.get(account)
        is_right = self.hasher.verify(None if known is None else known.password_hash, password)
        if known is None or not is_right or not known.account.is_active:
            tell(Event.LOGIN_FAILED, account=account)
            self._record("login.failed", account, NOBODY)
            raise LoginRefused("This login and this password do not open an account.")
        self.throttle.succeeded(account, address=address)
        return self._rehashed(known, password)

    def _rehashed(self, known: KnownAccount, password: str) -> KnownAccount:
        """Bring the hash up to today's parameters; only now is the password at hand."""
        if not self.hasher.is_outdated(known.password_hash):
            return known
        hashed = self.hasher.hash(password)

        def change(now: KnownAccount) -> KnownAccount:
            return replace(now, password_hash=hashed) if now.password_hash == known.password_hash else now

        self.accounts.change(known.account.id, change)
        return known

    def _begin(self, known: KnownAccount) -> SignedIn:
        # With the generation that was proven: what ended all sessions in the meantime ends this one too.
        secret = self.sessions.open(known.account.id, generation=known.generation)
        return SignedIn(caller=caller_of(known.account), secret=secret, csrf=self.sessions.csrf_token(secret))

    def _record(self, action: str, account: AccountId, by: str) -> None:
        self.audit.append(AuditEntry(at=self.clock.now(), by=by, action=action, subject=account))
