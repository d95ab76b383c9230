"""Where a frozen audience ascends, so that one person is found in it without reading it.

An audience holds numbers by index, group after group of one language, each ascending. A run is kept as 12 bytes: its first index,
its first and its last number, each 4 bytes, big-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, islice
from operator import ge
from typing import Final

from distributor.core.ids import ContactNumber
from distributor.store.ledger import pack_members

#: Kept in place of the runs of an audience that has more of them than it pays to look through.
TOO_MANY: Final = b"x"
_MOST_RUNS: Final = 2000


def runs_of(members: Sequence[ContactNumber]) -> bytes:
    """Return the runs of an audience, packed; b"" for nobody.

    >>> runs_of([ContactNumber(n) for n in (3, 9, 4)]).hex(" ", 4)
    '00000000 00000003 00000009 00000002 00000004 00000004'
    """
    if not members:
        return b""
    descends = map(ge, members, islice(members, 1, None))
    starts = [0, *compress(range(1, len(members)), descends)]
    if len(starts) > _MOST_RUNS:
        return TOO_MANY
    ends = [*(start - 1 for start in starts[1:]), len(members) - 1]
    described: list[int] = []
    for start, end in zip(starts, ends, strict=True):
        described += (start, members[start], members[end])
    return pack_members(described)
