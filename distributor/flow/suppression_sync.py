"""Carry suppressions into running dispatches: whoever asks to be left alone is left alone, also by batches already staged.

Every suppression is a line in a journal. A dispatch remembers how many lines it has applied, and the gate refuses a batch whose
dispatch lags behind the journal, so that no batch can leave without having been compared with the newest line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from distributor.core.audience_filter import base_of
from distributor.core.ids import AddressKey, ContactNumber, DispatchId, ListName
from distributor.core.leaving import JournalLine
from distributor.core.message import ChannelName
from distributor.ports import SuppressionList
from distributor.ports_dispatch import Dispatches, Ledger


class SuppressionSync:
    """Applies the suppression journal to dispatches. Thread-safe: applying a line twice changes nothing."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        dispatches: Dispatches,
        suppressions: SuppressionList,
        numbers_of: Callable[[Sequence[AddressKey]], Sequence[ContactNumber | None]],
        is_on_any: Callable[[ContactNumber, Sequence[ListName]], bool],
    ) -> None:
        """`numbers_of` returns the contact's number for each address key, None where nobody has that address.

        `is_on_any` says whether a contact is on any of the lists now.
        """
        self._ledger = ledger
        self._dispatches = dispatches
        self._suppressions = suppressions
        self._numbers_of = numbers_of
        self._is_on_any = is_on_any

    def journal_end(self) -> int:
        """Return the number of lines in the journal now."""
        return self._suppressions.journal_end()

    def catch_up(self, dispatch: DispatchId) -> int:
        """Apply the lines that the dispatch has not seen; return how many recipients that stopped."""
        seen = self._dispatches.journal_seen(dispatch)
        lines = self._suppressions.journal_since(seen)
        numbers = self._who(dispatch, lines)
        audience = self._dispatches.audience(dispatch, ChannelName.EMAIL)
        indices = [at for at, number in enumerate(audience) if number in numbers] if numbers else []
        return self._ledger.suppress(dispatch, ChannelName.EMAIL, journal_seen=seen + len(lines), indices=indices)

    def _who(self, dispatch: DispatchId, lines: Sequence[JournalLine]) -> set[ContactNumber]:
        """Return whom the lines keep from this dispatch."""
        if not lines:
            return set()
        lists = self._dispatches.plan(dispatch).lists
        bases = {base_of(name) for name in lists}
        found = zip(lines, self._numbers_of([line.key for line in lines]), strict=True)
        return {
            number
            for line, number in found
            if number is not None
            # Whoever left one list may be reached through another one; a list that this dispatch does not go to changes nothing.
            and (line.list_name is None or (line.list_name in bases and not self._is_on_any(number, lists)))
        }
