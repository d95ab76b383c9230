"""The wiring: builds every part once from the settings. Only the bootstraps know which adapter stands behind which port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from distributor.bootstrap_channels import build_alert_sinks, build_channels, email_account, readers_among
from distributor.bootstrap_dispatch import HotPath, build_hot_path
from distributor.bootstrap_stores import Stores
from distributor.core.checks import gathered, run_checks
from distributor.core.checks_subject import CheckResult, CheckSubject
from distributor.core.cost import cost_of
from distributor.core.embargo import Embargo
from distributor.core.ids import DispatchId
from distributor.core.links import SignedLinks
from distributor.core.message import ChannelName, EmailMaster, Master, Sender, ThreadMaster
from distributor.core.plan import DispatchPlan
from distributor.core.quota import QuotaLeft
from distributor.core.release import Release
from distributor.core.thread_form import Replies, ThreadForm, compose_as
from distributor.core.translation import Others
from distributor.flow.alarm import Watchman
from distributor.flow.approve import Approver
from distributor.flow.control import Controller
from distributor.flow.prepare import Preparer
from distributor.flow.reconcile import Reconciler
from distributor.flow.schedule import Scheduler
from distributor.flow.suppression_sync import SuppressionSync
from distributor.flow.take_in import Taker
from distributor.flow.tell_staff import Courier
from distributor.flow.watch_audience import AudienceWatch
from distributor.flow.write_thread import ThreadWriter
from distributor.flow.x_account import XAccount
from distributor.ports import Channel
from distributor.ports_releases import StoredRevision
from distributor.render.email import EmailRenderer
from distributor.resources import resource
from distributor.settings import Settings
from distributor.store.embedded import open_redis
from distributor.store.list_snapshots import RedisListSnapshots
from distributor.store.settle_each import RedisEachSettlement
from distributor.store.x_account import RedisXMemory


class Service(Stores):
    """Every part, built when it is first asked for."""

    @cached_property
    def sender(self) -> Sender:
        """The sender identity for e-mail."""
        sender = self.settings.sender
        return Sender(email=sender.email, name=sender.name, reply_to=sender.reply_to, postal_address=sender.postal_address)

    @cached_property
    def channels(self) -> Mapping[ChannelName, Channel]:
        """The channels whose credentials are set."""
        return build_channels(self.settings, remember_x=self._x_memory.remember)

    @cached_property
    def _x_memory(self) -> RedisXMemory:
        return RedisXMemory(self.client, self.account_of(ChannelName.X))

    @cached_property
    def x_account(self) -> XAccount:
        """What is known of the account on X."""
        chosen = self.settings.x.form
        return XAccount(
            dispatches=self.dispatches,
            told=self._x_memory.told,
            replies=Replies(self.settings.x.replies),
            chosen=None if chosen == "auto" else ThreadForm(chosen),
            fallback=ThreadForm(self.settings.x.fallback),
        )

    def account_of(self, channel: ChannelName) -> str:
        """Return the sender identity of a channel, as sealed; no secret."""
        if channel is ChannelName.EMAIL:
            return email_account(self.settings)
        token = self.settings.x.access_token
        # A user token begins with the account's number, which is public.
        return token.get_secret_value().partition("-")[0] if token else ""

    def links_of(self, dispatch: DispatchId) -> SignedLinks:
        """Return the link maker of one dispatch."""
        return SignedLinks(
            dispatch=dispatch,
            secret=self.link_secret,
            public_url=self.settings.public_url,
            leave_address=self.settings.sender.reply_to or self.settings.sender.email,
        )

    @cached_property
    def renderer(self) -> EmailRenderer:
        """Renders e-mails."""
        return EmailRenderer(resource("templates"))

    def compose(self, stored: StoredRevision) -> tuple[Master, ...]:
        """Render every master of a revision: the e-mail, and the thread for X."""
        release = stored.content
        lift_at = release.embargo.lift_at() if release.embargo else None
        emails = [self.renderer.render(one, sender=self.sender, lift_at=lift_at) for one in stored.in_all_languages]
        return *emails, compose_as(self.form, self.on_x(stored), channel=ChannelName.X)

    def on_x(self, stored: StoredRevision) -> Release:
        """Return the text that goes onto X: in the account's own language, where there is one."""
        wanted = self.settings.x.language
        return next((one for one in stored.in_all_languages if one.language == wanted), stored.content)

    def thread_needs(self, thread: ThreadMaster, lift_at: datetime | None) -> list[str]:
        """Return sentences about what a thread costs, and whether the account's window has room for it at the lift."""
        cost = cost_of(thread)
        needs = [f"Thread on {thread.channel.value}: {cost or f'{len(thread.parts)} posts'}"]
        if thread.channel is ChannelName.X:
            needs += self.x_account.notes(thread, lift_at=lift_at, now=self.lift_clock.now())
        return needs

    @property
    def form(self) -> ThreadForm:
        """How releases go onto X."""
        return self.x_account.form()

    def check(self, stored: StoredRevision, masters: Sequence[Master], now: datetime) -> tuple[CheckResult, ...]:
        """Run every check on a revision and its masters, in each of its languages."""
        texts = stored.in_all_languages
        form, no_replies = self.form, self.x_account.no_replies()
        by_language = [
            run_checks(
                CheckSubject(
                    release=text,
                    email_masters=tuple(m for m in masters if isinstance(m, EmailMaster) and m.language == text.language),
                    threads=tuple(m for m in masters if isinstance(m, ThreadMaster) and m.language == text.language),
                    sender=self.sender,
                    lift_at=text.embargo.lift_at() if text.embargo else None,
                    languages_present=frozenset(one.language for one in texts),
                    now=now,
                    form=form,
                    no_replies=no_replies,
                    quota=self._quota_of(text, masters, now),
                )
            )
            for text in texts
        ]
        return gathered([(text.language, results) for text, results in zip(texts, by_language, strict=True)])

    def _quota_of(self, text: Release, masters: Sequence[Master], now: datetime) -> QuotaLeft | None:
        """Return what X's limits leave to the thread in this language, None when there is none."""
        posts = sum(len(m.parts) for m in masters if isinstance(m, ThreadMaster) and m.language == text.language)
        lift_at = text.embargo.lift_at() if text.embargo else None
        return self.x_account.quota(posts, lift_at=lift_at or now, now=now) if posts else None

    @cached_property
    def taker(self) -> Taker:
        """The step that takes releases in."""
        return Taker(
            releases=self.releases, audit=self.audit, clock=self.clock, hold_dispatches=self.controller.hold_dispatches_of
        )

    @cached_property
    def thread_writer(self) -> ThreadWriter:
        """The step that keeps posts that were written by hand."""
        return ThreadWriter(taker=self.taker, compose=self.compose, check=self.check, text_of=self.on_x, clock=self.clock)

    @cached_property
    def approver(self) -> Approver:
        """The step that approves."""
        return Approver(
            releases=self.releases,
            audit=self.audit,
            clock=self.clock,
            compose=self.compose,
            check=self.check,
            remember_lists=self.audience_watch.at_approval,
            hold_dispatches=self.controller.hold_dispatches_of,
            is_two_person=self.settings.approval.two_person,
        )

    @cached_property
    def scheduler(self) -> Scheduler:
        """The step that schedules."""
        return Scheduler(
            releases=self.releases,
            dispatches=self.dispatches,
            book=self.book,
            audit=self.audit,
            clock=self.lift_clock,
            channels=self.channels,
            account_of=self.account_of,
            refuse_on_x=self.x_account.refuse,
        )

    @cached_property
    def preparer(self) -> Preparer:
        """The step that prepares."""
        return Preparer(
            ledger=self.ledger,
            dispatches=self.dispatches,
            book=self.book,
            suppressions=self.suppressions,
            channels=self.channels,
            links_of=self.links_of,
            masters_of=self._masters_of,
            others_of=self._others_of,
            watch_audience=self.audience_watch.at_freeze,
        )

    def _others_of(self, plan: DispatchPlan) -> Others:
        return self.releases.get(plan.release, plan.revision).others

    def embargo_of(self, plan: DispatchPlan) -> Embargo | None:
        """Return the embargo of a plan's revision, as the officer wrote it."""
        return self.releases.get(plan.release, revision=plan.revision).content.embargo

    @cached_property
    def audience_watch(self) -> AudienceWatch:
        """What compares the audience at approval, scheduling and lift."""
        return AudienceWatch(snapshots=RedisListSnapshots(self.client, self.book), notes=self.notes)

    def _masters_of(self, plan: DispatchPlan) -> tuple[Master, ...]:
        return tuple(m for m in self.releases.masters(plan.release, plan.revision) if m.key in plan.masters)

    @cached_property
    def controller(self) -> Controller:
        """The step that holds, resumes, cancels and settles."""
        return Controller(dispatches=self.dispatches, ledger=self.ledger, audit=self.audit, clock=self.clock)

    @cached_property
    def suppression_sync(self) -> SuppressionSync:
        """Carries suppressions into running dispatches."""
        return SuppressionSync(
            ledger=self.ledger,
            dispatches=self.dispatches,
            suppressions=self.suppressions,
            numbers_of=self.book.numbers_of,
            is_on_any=self.book.is_on_any,
        )

    @cached_property
    def watchman(self) -> Watchman:
        """The step that raises alarms."""
        return Watchman(dispatches=self.dispatches, sinks=build_alert_sinks(self.settings, self.sender))

    @cached_property
    def courier(self) -> Courier:
        """The step that carries notes to staff."""
        return Courier(notes=self.staff_notes, sinks=self.watchman.sinks)

    @cached_property
    def reconciler(self) -> Reconciler:
        """The step that looks for what is in doubt."""
        return Reconciler(ledger=self.ledger, readers=readers_among(self.channels))

    @cached_property
    def hot_path(self) -> HotPath:
        """The steps that arm and send."""
        return build_hot_path(
            turns=self.turns,
            ledger=self.ledger,
            dispatches=self.dispatches,
            suppression=self.suppression_sync,
            channels=self.channels,
            lift_clock=self.lift_clock,
            each=RedisEachSettlement(self.client),
            at_hand_bytes=self.settings.worker.at_hand_mb << 20,
            notes=self.notes,
            embargo_of=self.embargo_of,
            compare_audience=self.audience_watch.at_lift,
        )

    def close(self) -> None:
        """Close connections. Safe to call twice."""
        if "channels" in self.__dict__:
            for channel in self.channels.values():
                channel.close()
        if "client" in self.__dict__:
            self.client.close()


@contextmanager
def open_service(settings: Settings, *, long_lived: bool) -> Iterator[Service]:
    """Yield the service on the configured Redis, or on an embedded one that runs as long as this block.

    Raises:
        ConfigurationError: there is no Redis to be had.
    """
    with open_redis(settings, long_lived=long_lived) as handle:
        service = Service(settings, handle)
        try:
            yield service
        finally:
            service.close()
