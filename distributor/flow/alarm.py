"""Alarm: tell staff once what they must hear of, over whatever was set up for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.core.alarm import Alarm, alarms, sentence
from distributor.core.errors import NotSent
from distributor.core.ids import digest_id
from distributor.core.report import DispatchStatus
from distributor.ports import AlertSink
from distributor.ports_dispatch import Dispatches
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchman:
    """Raises alarms; holds what this takes."""

    dispatches: Dispatches
    #: Where alarms go beside the log; may be empty.
    sinks: Sequence[AlertSink]

    def watch(self, status: DispatchStatus) -> tuple[Alarm, ...]:
        """Raise whatever is due and was not raised before; return that. Several workers may watch: each alarm is raised once.

        An alarm that no sink took is taken back, and raised again by a later watch.
        """
        return tuple(alarm for alarm in alarms(status) if self._raise(alarm, status))

    def _raise(self, alarm: Alarm, status: DispatchStatus) -> bool:
        if not self.dispatches.mark_alarm(status.dispatch, alarm.value):
            return False
        tell(Event.ALARM_RAISED, dispatch=status.dispatch, alarm=alarm.value, state=status.state.value)
        try:
            for sink in self.sinks:
                # The id is the same for every try, so that the receiver can tell a repetition.
                sink.call_staff(digest_id("a", status.dispatch, alarm.value), sentence(alarm, status), dispatch=status.dispatch)
        except NotSent:
            self.dispatches.unmark_alarm(status.dispatch, alarm.value)
        return True
