"""Go or no go: gather what stands for and against one dispatch before its lift. Nothing is changed, no provider is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.core.alarm import Alarm, alarms, sentence
from distributor.core.approval import short_code
from distributor.core.audience_change import AudienceChange
from distributor.core.checks_subject import CheckResult, Severity
from distributor.core.embargo import Embargo
from distributor.core.errors import NotFound
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, digest
from distributor.core.message import ChannelName, Master
from distributor.core.plan import DispatchPlan
from distributor.core.readiness import Readiness, Sign, Standing
from distributor.core.report import DispatchStatus
from distributor.core.zone_drift import zone_drift
from distributor.ports_dispatch import Dispatches
from distributor.ports_releases import ReleaseStore, StoredRevision

#: A preparation that is not done so shortly before the lift will make it late.
_PREPARED_BY = timedelta(minutes=1)
#: Above this, countdowns mislead people. The gate itself asks Redis's clock only.
_LARGEST_SKEW = timedelta(seconds=2)
#: Beginnings of the findings that tell of a channel's credentials, and of what else a provider says of itself.
_ABOUT: Mapping[ChannelName, tuple[str, ...]] = {
    ChannelName.EMAIL: ("sendgrid.", "smtp.", "sender.", "clock.email"),
    ChannelName.X: ("x.", "clock.x"),
}
_NAMES: Mapping[ChannelName, str] = {ChannelName.EMAIL: "E-mail provider", ChannelName.X: "X"}
#: Checks of what a release leaves open and its dispatch has settled.
_SETTLED_BY_PLAN = frozenset({"embargo-stated"})
_STORE, _NOT_DURABILITY = "redis.", "redis.memory"
_RESCHEDULE = "Cancel it, approve the release as it is now, and schedule again."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNoGo:
    """Asks; holds what this takes."""

    dispatches: Dispatches
    releases: ReleaseStore
    check_store: Callable[[], Sequence[Finding]]
    workers: Callable[[], int]
    skew: Callable[[], timedelta]
    check: Callable[[StoredRevision, Sequence[Master], datetime], Sequence[CheckResult]]
    embargo_of: Callable[[DispatchPlan], Embargo | None]
    #: Compares the lists with those at scheduling; None when nothing is known.
    change_of_audience: Callable[[DispatchPlan], AudienceChange | None]
    #: Where alarms go beside the log.
    alarm_sinks: Callable[[], Sequence[str]]

    def ask(self, dispatch: DispatchId, doctor: Sequence[Finding]) -> Readiness:
        """Return what stands for and against the lift. `doctor` is what was heard of providers; empty while they are asked.

        Raises:
            NotFound: no such dispatch.
        """
        plan, status = self.dispatches.plan(dispatch), self.dispatches.status(dispatch)
        signs = [
            *self._about_dispatch(plan, status),
            *self._about_release(plan, status.read_at),
            *self._about_audience(plan),
            *self._about_service(),
            *_about_providers(plan, doctor),
            *self._about_alarms(status),
        ]
        return Readiness(signs=tuple(signs))

    def _about_dispatch(self, plan: DispatchPlan, status: DispatchStatus) -> Iterator[Sign]:
        if status.why_held:
            who = f" by {status.held_by}" if status.held_by else ""
            yield _stop("Hold", f"It is held{who} ({status.why_held}).", "Nothing leaves until somebody resumes it.")
        if status.is_prepared:
            total = sum(channel.tally.total for _, channel in status.channels)
            yield _go("Preparation", f"Everything is staged: {total:,} messages and posts.")
        elif status.lift_at - status.read_at > _PREPARED_BY:
            yield _care("Preparation", "It is still being prepared.", "This takes some seconds for very long lists; look again.")
        else:
            yield _stop(
                "Preparation", "It is not prepared yet, and will be late.", "See that a worker is alive: they prepare it."
            )
        if (drift := zone_drift(plan, self.embargo_of(plan))) is not None:
            make = _stop if drift.is_too_early else _care
            yield make("Embargo", str(drift), "Cancel the dispatch and schedule it again.")

    def _about_release(self, plan: DispatchPlan, now: datetime) -> Iterator[Sign]:
        approval = self.releases.approval(plan.release)
        if approval is None or not self._is_seal_intact(plan):
            yield _stop("Seal", "What would leave is not what was approved: the gate will refuse it.", _RESCHEDULE)
            return
        yield _go("Seal", f"Intact: {short_code(plan.seal)}, approved by {approval.by}.")
        stored = self.releases.get(plan.release, plan.revision)
        waived = {waiver.check for waiver in approval.waivers}
        results = self.check(stored, self.releases.masters(plan.release, plan.revision), now)
        failed = [result for result in results if not result.passed and result.name not in waived | _SETTLED_BY_PLAN]
        warnings = sorted({result.name for result in failed if result.severity is Severity.WARNING})
        for result in failed:
            if result.severity is Severity.ERROR:
                yield _stop(f"Check {result.name}", result.message, result.remedy)
        if warnings:
            yield _care("Checks", f"Warnings: {', '.join(warnings)}.", "The release's page says what each means.")
        if not failed:
            extra = f"; waived: {', '.join(sorted(waived))}" if waived else ""
            yield _go("Checks", f"All pass or were waived{extra}.")

    def _is_seal_intact(self, plan: DispatchPlan) -> bool:
        try:
            frames = [(key, digest(self.dispatches.frame(plan.dispatch, key))) for key in sorted(plan.masters)]
        except NotFound:
            # Not prepared yet; there is another sign for that.
            return self.releases.approved_seal(plan.release) == plan.release_seal
        offered = plan.offered_seal(approved_seal=self.releases.approved_seal(plan.release), frames=frames)
        return offered == plan.seal

    def _about_audience(self, plan: DispatchPlan) -> Iterator[Sign]:
        if ChannelName.EMAIL not in plan.channels:
            return
        change = self.change_of_audience(plan)
        if change is None or not (change.came or change.left):
            yield _go("Audience", "The lists are as they were at scheduling.")
            return
        says = f"Since scheduling: {change}. Who came is not in it, who left still is."
        make = _care if change.is_shown else _go
        yield make("Audience", says, "If those who came matter, cancel it and schedule again; suppress who must not get it.")

    def _about_service(self) -> Iterator[Sign]:
        alive = self.workers()
        if alive > 1:
            yield _go("Workers", f"{alive} workers are alive.")
        elif alive:
            yield _care(
                "Workers", "One worker is alive; nobody would take over from it.", "Start a second: `distributor worker`."
            )
        else:
            yield _stop(
                "Workers", "No worker is alive: nothing would leave.", "Start one: `distributor worker` or `distributor up`."
            )
        yield from _about_store(self.check_store())
        off = self.skew()
        if abs(off) <= _LARGEST_SKEW:
            yield _go("Clock", "This machine's clock and Redis's, by which it lifts, agree within 2 s.")
        else:
            says = f"This machine's clock is {off.total_seconds():+.0f} s from Redis's, by which it lifts."
            yield _care("Clock", says, "Let both machines keep time by NTP (chrony).")

    def _about_alarms(self, status: DispatchStatus) -> Iterator[Sign]:
        for alarm in alarms(status):
            if alarm is Alarm.HELD:
                # There is a sign for it.
                continue
            yield _stop("Alarm", sentence(alarm, status), "See the board for what to do.")
        if sinks := self.alarm_sinks():
            yield _go("Alarms", f"If it goes wrong, staff are called by {' and '.join(sinks)}.")
        else:
            yield _care(
                "Alarms", "If it goes wrong, only the log says so.", "Set DISTRIBUTOR_ALERT__EMAILS or …__WEBHOOK_URL."
            )  # fmt: skip


def _about_store(findings: Sequence[Finding]) -> Iterator[Sign]:
    failed = [finding for finding in findings if not finding.passed]
    for finding in failed:
        make = _care if finding.name == _NOT_DURABILITY else _stop
        yield make("Redis", finding.message, finding.remedy)
    if not failed:
        yield _go("Redis", "Durable: what is acknowledged survives a power cut.")


def _about_providers(plan: DispatchPlan, doctor: Sequence[Finding]) -> Iterator[Sign]:
    for channel in plan.channels:
        about = [finding for finding in doctor if finding.name.startswith(_ABOUT[channel])]
        failed = [finding for finding in about if not finding.passed]
        topic = _NAMES[channel]
        if not about:
            yield Sign(topic=topic, standing=Standing.ASKING, says="Being asked.", remedy="Wait a moment.")
        elif not failed:
            yield _go(topic, "It answers and takes our credentials.")
        for finding in failed:
            make = _care if finding.is_warning or finding.name == "x.quota" else _stop
            yield make(topic, finding.message, finding.remedy)
    beliefs = [finding for finding in doctor if finding.is_warning and not finding.passed]
    if beliefs and ChannelName.EMAIL in plan.channels:
        says = f"{len(beliefs)} of what mailbox providers look up about our mail is not as it should be."
        yield _care("Deliverability", says, "It will leave, though not reach every inbox: see Health.")


def _go(topic: str, says: str, remedy: str = "") -> Sign:
    return Sign(topic=topic, standing=Standing.GO, says=says, remedy=remedy)


def _care(topic: str, says: str, remedy: str) -> Sign:
    return Sign(topic=topic, standing=Standing.CARE, says=says, remedy=remedy)


def _stop(topic: str, says: str, remedy: str) -> Sign:
    return Sign(topic=topic, standing=Standing.STOP, says=says, remedy=remedy)
