"""Which commands act on a server, and how: one table. The others say that they do not.

Each function takes the parameters of its command, asks `remote.server.Server`, and prints by the same function as here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from distributor.cli import remote_desk, remote_dispatches, remote_people, remote_releases
from distributor.core.errors import Refused

There = Callable[..., None]
REMOTE: Final[Mapping[str, There]] = MappingProxyType(
    {
        "release add": remote_releases.add,
        "release list": remote_releases.list_releases,
        "release show": remote_releases.show,
        "release check": remote_releases.check,
        "release preview": remote_releases.preview,
        "release approve": remote_releases.approve,
        "contacts import": remote_people.import_contacts,
        "contacts export": remote_people.export,
        "contacts lists": remote_people.lists,
        "suppress add": remote_people.suppress,
        "suppress remove": remote_people.unsuppress,
        "suppress list": remote_people.list_suppressions,
        "suppress import": remote_people.suppress_file,
        "dispatch schedule": remote_dispatches.schedule,
        "dispatch list": remote_dispatches.list_dispatches,
        "dispatch status": remote_dispatches.status,
        "dispatch hold": remote_dispatches.hold,
        "dispatch resume": remote_dispatches.resume,
        "dispatch cancel": remote_dispatches.cancel,
        "dispatch settle": remote_dispatches.settle,
        "dispatch report": remote_dispatches.report,
        "why": remote_desk.why,
        "audit": remote_desk.audit,
        "doctor": remote_desk.doctor,
    }
)


def there(path: str) -> Callable[..., Any]:
    """Return what does a command's work on a server.

    Raises:
        Refused: nothing does.
    """
    if path not in REMOTE:
        raise Refused(
            f"`distributor {path}` works only where the service runs, and a server is named. "
            "Leave out --server, unset DISTRIBUTOR_SERVER, or run it there."
        )
    return REMOTE[path]
