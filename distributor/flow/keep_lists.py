"""Keep media lists and saved filters: make and forget them by a named person's word, with a line in the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from distributor.core.audience_filter import AudienceFilter, base_of
from distributor.core.errors import NotFound, Refused
from distributor.core.ids import DispatchId, ListName
from distributor.core.media_list import list_name
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_contacts import ContactEdits
from distributor.ports_dispatch import Dispatches
from distributor.ports_people import MediaLists

#: Beyond any lift that somebody schedules.
_EVER: Final = timedelta(days=365 * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeeper:
    """Does what a press desk asks for; holds what this takes."""

    lists: MediaLists
    edits: ContactEdits
    dispatches: Dispatches
    audit: AuditLog
    clock: Clock

    def create(self, name: str, *, by: str) -> ListName:
        """Make an empty list.

        Raises:
            BadInput: this is no name for a list.
            Refused: a list or a saved filter is called so.
        """
        checked = list_name(name)
        if not self.lists.create(checked):
            raise Refused(f"A list or a saved filter is called {checked} already. Choose another name.")
        self._record("list.created", checked, by)
        return checked

    def delete(self, name: ListName, *, by: str, reason: str) -> None:
        """Forget a list for good; the people on it stay stored, and who has left it stays known.

        Raises:
            NotFound: there is no such list.
            Refused: a dispatch that is not over, or a saved filter, goes to it.
        """
        count = self.lists.size(name)
        if count is None:
            raise NotFound("list", name)
        if used := [*self.users_of(name)]:
            raise Refused(f"It is still needed by {', '.join(used)}. Cancel or finish those first.")
        if self.lists.delete(name):
            self._record("list.deleted", name, by, (("people", str(count)),), reason)

    def users_of(self, name: ListName) -> Iterator[str]:
        """Yield what goes to the list: dispatches that are not over, and saved filters."""
        for dispatch in self.dispatches.due(within=_EVER):
            if self._goes_to(dispatch, name):
                yield f"dispatch {dispatch}"
        for saved, text in self.edits.filters().items():
            if base_of(ListName(text)) == name:
                yield f"the filter {saved}"

    def save_filter(self, name: str, wanted: AudienceFilter, *, by: str) -> ListName:
        """Save a filter, in place of an earlier one of the same name. Dispatches that were scheduled keep what they had.

        Raises:
            BadInput: this is no name.
            NotFound: the list behind it does not exist.
            Refused: a list is called so.
        """
        checked = list_name(name)
        if self.lists.size(wanted.base) is None:
            raise NotFound("list", wanted.base)
        if self.lists.size(checked) is not None:
            raise Refused(f"A media list is called {checked}. Choose another name for the filter.")
        self.edits.save_filter(checked, str(wanted))
        self._record("filter.saved", checked, by, (("list", wanted.base),))
        return checked

    def remove_filter(self, name: str, *, by: str) -> None:
        """Remove a saved filter. Dispatches that were scheduled with it keep it.

        Raises:
            NotFound: there is none.
        """
        if not self.edits.remove_filter(name):
            raise NotFound("saved filter", name)
        self._record("filter.removed", ListName(name), by)

    def _goes_to(self, dispatch: DispatchId, name: ListName) -> bool:
        return any(base_of(one) == name for one in self.dispatches.plan(dispatch).lists)

    def _record(self, action: str, name: ListName, by: str, facts: tuple[tuple[str, str], ...] = (), reason: str = "") -> None:
        if not by.strip():
            raise Refused("Say who does it. Add --as NAME.")
        self.audit.append(AuditEntry(at=self.clock.now(), by=by, action=action, subject=name, reason=reason.strip(), facts=facts))
