"""Failures to sign in on Redis, by Redis's clock. Implements ports_accounts.LoginThrottle.

Some are typing errors and cost nothing; from then on each failure doubles the wait, up to the longest. During a wait the right
password is refused too, or waiting would tell it from wrong ones. Known limit: whoever keeps guessing at one login can keep
its owner from signing in (not from a session that is open, nor from the command line); `distributor users enable` forgets the
failures.
"""

from __future__ import annotations

import hmac
import ipaddress
from datetime import timedelta
from typing import Final

import redis

from distributor.core.account import AccountId
from distributor.store.ledger_keys import load_script, store_errors

#: A desk may share one address.
_FREE_OF_ACCOUNT: Final = 5
_FREE_OF_ADDRESS: Final = 20
_FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=15)
_FORGOTTEN_AFTER: Final = timedelta(hours=24)
#: Whoever has one IPv6 address has its whole /64.
_IPV6_PREFIX: Final = 64
_US: Final = timedelta(microseconds=1)


class RedisLoginThrottle:
    """The counts. Thread-safe; holds over all processes."""

    def __init__(self, client: redis.Redis, *, secret: bytes, first_wait: timedelta = _FIRST_WAIT) -> None:
        """`secret` keys the hash of addresses: there are so few of them that a bare hash could be turned back."""
        self._client = client
        self._secret = secret
        self._limits = [_FREE_OF_ACCOUNT, _FREE_OF_ADDRESS, first_wait // _US, LONGEST_WAIT // _US, _FORGOTTEN_AFTER // _US]
        self._begin = load_script(client, "login_begin")
        self._succeeded = load_script(client, "login_succeeded")

    def begin(self, account: AccountId, *, address: str) -> timedelta:
        """Return how long to wait; 0 lets one attempt through, which counts as failed until `succeeded` says otherwise."""
        return int(self._begin(keys=self._keys(account, address), args=self._limits)) * _US

    def succeeded(self, account: AccountId, *, address: str) -> None:
        """Forget the account's failures, and take back this attempt's from the address."""
        self._succeeded(keys=self._keys(account, address), args=[])

    def forget(self, account: AccountId) -> None:
        """Forget the account's failures, by an admin's word."""
        with store_errors():
            self._client.delete(_account_key(account))

    def _keys(self, account: AccountId, address: str) -> list[str]:
        hashed = hmac.new(self._secret, b"login address " + network_of(address).encode("utf-8", "surrogatepass"), "sha256")
        return [_account_key(account), f"{{login}}:address:{hashed.hexdigest()[:32]}"]


def network_of(address: str) -> str:
    """Return what counts as one place: an IPv4 address, an IPv6 /64, or whatever else stands there, cut short.

    >>> network_of("::ffff:192.0.2.7") == network_of("192.0.2.7")
    True
    >>> network_of("2001:db8::1") == network_of("2001:db8::2")
    True
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), _IPV6_PREFIX), strict=False))
    return str(found)


def _account_key(account: AccountId) -> str:
    return f"{{login}}:account:{account}"
