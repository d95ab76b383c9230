"""Puts together who may come in: accounts, sessions, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from distributor.bootstrap_stores import Stores
from distributor.core.ids import digest
from distributor.flow.accounts import AccountKeeper
from distributor.flow.api_tokens import TokenKeeper
from distributor.flow.sign_in import SignIn
from distributor.ports_accounts import PasswordHasher
from distributor.store.accounts import RedisAccounts
from distributor.store.api_tokens import RedisApiTokens
from distributor.store.login_throttle import RedisLoginThrottle
from distributor.store.password_hash import ArgonHasher
from distributor.store.sessions import RedisSessions


def account_names(stores: Stores) -> dict[str, str]:
    """Return every account's name by its id."""
    return {known.account.id: known.account.name for known in RedisAccounts(stores.client).all()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDoor:
    """The steps around accounts."""

    keeper: AccountKeeper
    sign_in: SignIn
    tokens: TokenKeeper


def staff_door(stores: Stores, *, hasher: PasswordHasher | None = None) -> StaffDoor:
    """Return the steps around accounts; build them once per process. `hasher` is for tests, which have no time for a real one."""
    client, audit, clock = stores.client, stores.audit, stores.clock
    accounts, tokens, chosen = RedisAccounts(client), RedisApiTokens(client), hasher or ArgonHasher()
    throttle = RedisLoginThrottle(client, secret=digest("login throttle", stores.link_secret))
    sessions = RedisSessions(client, idle=timedelta(minutes=stores.settings.staff.session_idle_minutes))
    return StaffDoor(
        keeper=AccountKeeper(accounts=accounts, hasher=chosen, throttle=throttle, audit=audit, clock=clock),
        sign_in=SignIn(
            accounts=accounts, hasher=chosen, sessions=sessions, tokens=tokens, throttle=throttle, audit=audit, clock=clock
        ),
        tokens=TokenKeeper(accounts=accounts, tokens=tokens, audit=audit, clock=clock),
    )


def keepers_of(sign_in: SignIn) -> tuple[AccountKeeper, TokenKeeper]:
    """Return the steps that keep accounts and tokens, behind the same door."""
    accounts, audit, clock = sign_in.accounts, sign_in.audit, sign_in.clock
    keeper = AccountKeeper(accounts=accounts, hasher=sign_in.hasher, throttle=sign_in.throttle, audit=audit, clock=clock)
    return keeper, TokenKeeper(accounts=accounts, tokens=sign_in.tokens, audit=audit, clock=clock)
