"""Control: hold, resume, cancel, settle. Each is a named person's act, kept in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from distributor.core.delivery import State
from distributor.core.errors import Refused
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import THREADS, ChannelName
from distributor.core.report import DispatchState, HoldReason
from distributor.ports import Accepted, AuditEntry, AuditLog, Clock
from distributor.ports_dispatch import Dispatches, Ledger
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Steers running dispatches; holds what this takes."""

    dispatches: Dispatches
    ledger: Ledger
    audit: AuditLog
    clock: Clock

    def hold(self, dispatch: DispatchId, *, by: str, reason: str) -> bool:
        """Stop everything that has not left. False when it was held already.

        Raises:
            NotFound: no such dispatch.
            Refused: it is cancelled.
        """
        is_new = self.dispatches.hold(dispatch, by=by, reason=HoldReason.STAFF.value, note=reason)
        if is_new:
            self._record(dispatch, Event.DISPATCH_HELD, by=by, reason=reason)
            tell(Event.DISPATCH_HELD, dispatch=dispatch, reason=HoldReason.STAFF.value)
        return is_new

    def hold_dispatches_of(self, release: ReleaseId, note: str = "a new revision came") -> None:
        """Hold whatever of the release has not left: its approval is void. The gate would refuse it anyway; this tells staff."""
        for dispatch in self.dispatches.of_release(release):
            if self.dispatches.status(dispatch).state in {DispatchState.ARMED, DispatchState.RELEASING}:
                self.dispatches.hold(dispatch, by="distributor", reason=HoldReason.SEAL.value, note=note)

    def resume(self, dispatch: DispatchId, *, by: str, reason: str, may_start_for: timedelta) -> bool:
        """Go on exactly where the hold stopped; past the late limit it may start for so long from now.

        Raises:
            NotFound: no such dispatch.
            Refused: it is cancelled, it expired, or its seal is broken.
        """
        status = self.dispatches.status(dispatch)
        if status.state is DispatchState.EXPIRED:
            raise Refused(f"Dispatch {dispatch} waited too long and expired. Schedule a new one.")
        if status.hold_reason == HoldReason.SEAL.value:
            raise Refused(
                f"Dispatch {dispatch} is held because the release or its approval changed. "
                "Cancel it, approve the release as it is now, and schedule again."
            )
        if status.hold_reason == HoldReason.ZONE.value:
            raise Refused(
                f"Dispatch {dispatch} would leave before its embargo: {status.hold_note} Cancel it and schedule it again."
            )
        is_new = self.dispatches.resume(dispatch, by=by, may_start_for=may_start_for)
        if is_new:
            self._record(dispatch, Event.DISPATCH_RESUMED, by=by, reason=reason)
            tell(Event.DISPATCH_RESUMED, dispatch=dispatch)
        return is_new

    def cancel(self, dispatch: DispatchId, *, by: str, reason: str) -> bool:
        """Withdraw everything that has not left, for good. False when it was cancelled already.

        Raises:
            NotFound: no such dispatch.
            Refused: nothing is left to withdraw.
        """
        status = self.dispatches.status(dispatch)
        if status.state is DispatchState.DONE:
            raise Refused(f"Dispatch {dispatch} is done; what has left cannot be called back.")
        is_new = self.dispatches.cancel(dispatch, by=by)
        for channel, _ in status.channels:
            self.ledger.withdraw(dispatch, channel)
        if is_new:
            self._record(dispatch, Event.DISPATCH_CANCELLED, by=by, reason=reason)
            tell(Event.DISPATCH_CANCELLED, dispatch=dispatch)
        return is_new

    def settle(
        self,
        dispatch: DispatchId,
        *,
        should_send_again: bool,
        by: str,
        reason: str,
        post: Accepted | None = None,
        only: ChannelName | None = None,
    ) -> int:
        """Apply a person's decision to everything in doubt, or to one channel's; return how many deliveries and parts moved.

        A part that counts as sent needs the `post` that it is: without it the next part would have nothing to reply to.

        Raises:
            NotFound: no such dispatch.
            Refused: nobody is named, no reason is given, nothing is in doubt, or a part's post is not named.
        """
        if not by.strip() or not reason.strip():
            raise Refused("Settling what is in doubt needs a name and a reason: --as NAME --reason TEXT.")
        status = self.dispatches.status(dispatch)
        doubtful = [
            name for name, channel in status.channels if channel.tally.counts.get(State.UNKNOWN, 0) and only in {None, name}
        ]
        if not doubtful:
            raise Refused(f"Nothing of dispatch {dispatch} is in doubt{f' on {only.value}' if only else ''}.")
        moved = sum(self._decide(dispatch, name, should_send_again, post) for name in doubtful)
        decision = "again" if should_send_again else "sent"
        facts = (("decision", decision), ("moved", str(moved)), *((("channel", only.value),) if only else ()))
        self._record(dispatch, Event.DISPATCH_SETTLED, by=by, reason=reason, facts=facts)
        tell(Event.DISPATCH_SETTLED, dispatch=dispatch, decision=decision, moved=moved)
        return moved

    def _decide(self, dispatch: DispatchId, name: ChannelName, should_send_again: bool, post: Accepted | None) -> int:
        if should_send_again or name not in THREADS:
            return self.ledger.decide(dispatch, name, send_again=should_send_again)
        part = self.ledger.part_in_doubt(dispatch, name)
        if post is None or part is None:
            raise Refused(
                f"To count the part on {name.value} as sent, name the post that it is: --post ID (the number in its address)."
            )
        return int(self.ledger.adopt(dispatch, name, start=part.start, found=post))

    def _record(
        self, dispatch: DispatchId, event: Event, *, by: str, reason: str, facts: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.audit.append(
            AuditEntry(at=self.clock.now(), by=by, action=event.value, subject=dispatch, reason=reason, facts=facts)
        )
