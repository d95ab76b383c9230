"""Alarm: tell staff once what they must hear of, over everything that was set up for it."""

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

        A sink that did not take an alarm is told again by a later watch; the others are not.
        """
        return tuple(alarm for alarm in alarms(status) if self._raise(alarm, status))

    def _raise(self, alarm: Alarm, status: DispatchStatus) -> bool:
        is_new = self.dispatches.mark_alarm(status.dispatch, alarm.value)
        if is_new:
            tell(Event.ALARM_RAISED, dispatch=status.dispatch, alarm=alarm.value, state=status.state.value)
        for sink in self.sinks:
            self._tell(sink, alarm, status)
        return is_new

    def _tell(self, sink: AlertSink, alarm: Alarm, status: DispatchStatus) -> None:
        mark = f"{alarm.value}:{sink.name}"
        if not self.dispatches.mark_alarm(status.dispatch, mark):
            return
        try:
            # The id is the same for every try, so that the receiver can tell a repetition.
            sink.call_staff(digest_id("a", status.dispatch, alarm.value), sentence(alarm, status), dispatch=status.dispatch)
        except NotSent:
            self.dispatches.unmark_alarm(status.dispatch, mark)
            tell(Event.ALARM_NOT_HEARD, dispatch=status.dispatch, alarm=alarm.value, sink=sink.name)
