"""Insist: get through to the ledger although Redis is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from distributor.core.errors import StoreUnavailable

_T = TypeVar("_T")
#: How long a slot with a batch in its hands goes on asking and writing, before it leaves the batch in doubt.
_INSIST_FOR_S = 45.0


def insist(ask: Callable[[], _T]) -> _T:
    """Return the answer of `ask`, asked again while Redis is away: what this slot knows, nobody else does.

    Only for what may be repeated.

    Raises:
        StoreUnavailable: Redis was away for too long.
    """
    give_up_at = time.monotonic() + _INSIST_FOR_S
    while True:
        try:
            return ask()
        except StoreUnavailable:
            if time.monotonic() >= give_up_at:
                raise
            time.sleep(0.1)
