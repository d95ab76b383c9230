"""Tell staff: carry each note once to everything that was set up for alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.core.errors import NotSent
from distributor.core.staff_note import sentence
from distributor.ports import AlertSink
from distributor.ports_notes import StaffNotes
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Carries notes; holds what this takes. Any number of workers may carry at once: each sink hears of a note once."""

    notes: StaffNotes
    sinks: Sequence[AlertSink]

    def carry(self) -> int:
        """Tell every sink what it has not heard; return how many were told. What a sink did not take is told again later."""
        return sum(self._carry_to(sink) for sink in self.sinks)

    def _carry_to(self, sink: AlertSink) -> int:
        told = 0
        for note in self.notes.untold(sink.name):
            if not self.notes.mark_told(note, sink.name):
                continue
            try:
                sink.call_staff(note.id, sentence(note), dispatch=note.dispatch)
            except NotSent:
                self.notes.unmark_told(note, sink.name)
                tell(Event.NOTE_NOT_HEARD, note=note.id, sink=sink.name)
                return told
            told += 1
        return told
