"""Find a dispatch by what somebody calls it: its id, the beginning of that, or nothing for the one at hand."""

from __future__ import annotations

from datetime import timedelta

from distributor.core.errors import NotFound, Refused
from distributor.core.ids import DispatchId
from distributor.ports_dispatch import Dispatches

_SHORTEST_PREFIX = 4
_EVER = timedelta(days=36500)


def find_dispatch(dispatches: Dispatches, name: str | None) -> DispatchId:
    """Return the one dispatch whose id begins so; without a name the unfinished one that lifts next, or the newest.

    Raises:
        NotFound: none or several do, or the beginning is shorter than 4 characters.
        Refused: no name, and there is no dispatch yet.
    """
    known = list(dispatches.all())
    if name is None:
        unfinished = dispatches.due(within=_EVER)
        if not known:
            raise Refused("There is no dispatch yet. `distributor dispatch schedule` makes one.")
        return unfinished[0] if unfinished else known[0]
    found = [dispatch_id for dispatch_id in known if dispatch_id.startswith(name)]
    if name in known:
        return DispatchId(name)
    if len(found) != 1 or len(name) < _SHORTEST_PREFIX:
        raise NotFound("dispatch", name, remedy="`distributor dispatch list` shows them.")
    return found[0]
