"""The Celery worker: slots that serve dispatches, and the sweep that wakes them.

Messages carry ids and nothing else, and are wake-ups only: any of them may be lost, late or doubled without consequence, because
the ledger says what is due and every worker's sweep looks at the ledger by itself (PROVIDERS.md §5; docs/decisions/0003).
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import FrameType

from celery import Celery, Task, signals
from celery.apps.worker import Worker
from celery.exceptions import SecurityWarning
from kombu import Queue

from distributor.bootstrap import Service
from distributor.bootstrap_inbound import event_applier
from distributor.core.errors import Refused, StoreUnavailable
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchStatus
from distributor.flow.tend import Tender
from distributor.slots import WAKE_UP_LASTS, Slots
from distributor.telemetry import Event, tell

#: Preparations may be done by any worker.
SHARED_QUEUE = "distributor"
#: How often each worker looks at the ledger.
SWEEP_EVERY = timedelta(milliseconds=200)
BEAT_EVERY = timedelta(seconds=3)
_LOG = logging.getLogger("distributor")


class WorkerProcess:
    """One worker: a Celery worker with a pool of threads, and a sweeping thread beside it."""

    def __init__(self, service: Service, *, name: str) -> None:
        self._service = service
        self.name = name
        self._own_queue = f"{SHARED_QUEUE}.{name}"
        self._stopping = threading.Event()
        self._slots = Slots(limit=service.settings.worker.concurrency)
        self.app = make_app(service.handle.broker_url)
        self._serve, self._prepare, self._reconcile = self._register_tasks()
        self._preparing: dict[DispatchId, float] = {}
        self._reconciled: dict[DispatchId, float] = {}
        self._armed: set[DispatchId] = set()
        self._watched: dict[DispatchId, float] = {}
        self._tidied = -_TIDY_EVERY_S
        self._events = event_applier(service)
        self._calling = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alarm")
        # Beside the slots: a provider that does not answer must not keep a slot from the lift, nor the sweep from its round.
        self._arming = ThreadPoolExecutor(max_workers=1, thread_name_prefix="arm")
        self._tender = Tender(
            dispatches=service.dispatches,
            ledger=service.ledger,
            wake_preparation=self._wake_preparation,
            wake_slots=self._wake_slots,
            wake_reconciliation=self._wake_reconciliation,
            watch=self._watch_soon,
            arm=self._arm_soon,
            forget=self._forget,
        )

    def _register_tasks(self) -> tuple[Task[..., None], Task[..., None], Task[..., None]]:
        @self.app.task(name="distributor.serve", ignore_result=True)
        def serve(*, dispatch_id: str, **_: object) -> None:
            """Serve whatever is due; the id only says which dispatch the wake-up was for."""
            self.serve()

        @self.app.task(name="distributor.prepare", ignore_result=True)
        def prepare(*, dispatch_id: str, **_: object) -> None:
            """Prepare a dispatch whose preparation was cut off."""
            self.prepare(DispatchId(dispatch_id))

        @self.app.task(name="distributor.reconcile", ignore_result=True)
        def reconcile(*, dispatch_id: str, **_: object) -> None:
            """Look for a part whose answer was lost."""
            self._service.reconciler.reconcile(DispatchId(dispatch_id))

        return serve, prepare, reconcile

    def serve(self) -> None:
        """Work in one slot until nothing is due."""
        if not self._slots.enter():
            return
        try:
            self._service.hot_path.dispatcher.serve(should_stop=self._stopping.is_set)
        finally:
            self._slots.leave()

    def prepare(self, dispatch: DispatchId) -> None:
        """Prepare a dispatch whose preparation was cut off. Repeating it changes nothing."""
        with contextlib.suppress(Refused):
            # Refused: somebody else is at it, which is just as well.
            self._service.preparer.prepare_once(self._service.dispatches.plan(dispatch))

    def _wake_slots(self, dispatch: DispatchId) -> None:
        for _ in range(self._slots.to_ask()):
            self._serve.apply_async(
                kwargs={"dispatch_id": dispatch}, queue=self._own_queue, expires=WAKE_UP_LASTS.total_seconds()
            )

    def _wake_preparation(self, dispatch: DispatchId) -> None:
        # Whoever scheduled it is normally at it. A worker helps when that has taken suspiciously long.
        first_seen = self._preparing.setdefault(dispatch, time.monotonic())
        if time.monotonic() - first_seen > _PREPARATION_PATIENCE_S:
            self._preparing[dispatch] = time.monotonic()
            self._prepare.apply_async(kwargs={"dispatch_id": dispatch}, queue=SHARED_QUEUE, expires=60)

    def _wake_reconciliation(self, dispatch: DispatchId) -> None:
        # Each read costs money on X; posts that are slow to show up are found by one of the next looks.
        if time.monotonic() - self._reconciled.get(dispatch, -_RECONCILE_EVERY_S) >= _RECONCILE_EVERY_S:
            self._reconciled[dispatch] = time.monotonic()
            self._reconcile.apply_async(kwargs={"dispatch_id": dispatch}, queue=SHARED_QUEUE, expires=60)

    def _tidy_soon(self) -> None:
        # Beside the sweep, as alarms are.
        if time.monotonic() - self._tidied >= _TIDY_EVERY_S:
            self._tidied = time.monotonic()
            self._calling.submit(self._tidy)

    def _tidy(self) -> None:
        try:
            self._events.sweep()
            self._service.courier.carry()
            # What an import left over, or a store of an earlier version; a step is some milliseconds of Redis's time.
            self._service.book.index.catch_up(blocks=1)
        except Exception as error:
            tell(Event.SWEEP_FAILED, error=type(error).__name__)
            _LOG.debug("tidy.failed", exc_info=True)

    def _watch_soon(self, status: DispatchStatus) -> None:
        # Beside the sweep: an alert webhook that does not answer must not keep other dispatches from their lift.
        if time.monotonic() - self._watched.get(status.dispatch, -_WATCH_EVERY_S) >= _WATCH_EVERY_S:
            self._watched[status.dispatch] = time.monotonic()
            self._calling.submit(self._watch, status)

    def _watch(self, status: DispatchStatus) -> None:
        try:
            self._service.watchman.watch(status)
        except Exception as error:
            tell(Event.SWEEP_FAILED, error=type(error).__name__)
            _LOG.debug("watch.failed", exc_info=True)

    def _arm_soon(self, dispatch: DispatchId) -> None:
        if dispatch not in self._armed:
            self._armed.add(dispatch)
            self._arming.submit(self._arm, dispatch)

    def _arm(self, dispatch: DispatchId) -> None:
        try:
            workers = sorted({*self._service.roster.alive(), self.name})
            self._service.hot_path.armer.arm(dispatch, place=workers.index(self.name), workers=len(workers))
        except Exception as error:
            # Whatever is not at hand at the lift is read then: arming makes a dispatch quicker, never possible.
            tell(Event.ARMING_FAILED, dispatch=dispatch, error=type(error).__name__)
            _LOG.debug("arming.failed", exc_info=True)

    def _forget(self, dispatch: DispatchId) -> None:
        self._armed.discard(dispatch)
        self._watched.pop(dispatch, None)
        self._service.hot_path.dispatcher.forget(dispatch)

    def run(self) -> int:
        """Work until SIGTERM or SIGINT: the requests in flight are finished, no new ones are begun. Return the exit code."""
        sweeper = threading.Thread(target=self._sweep_until_stopped, name="sweep", daemon=True)
        signals.worker_ready.connect(lambda **_: sweeper.start(), weak=False)
        signals.worker_shutting_down.connect(lambda **_: self._stopping.set(), weak=False)
        # Our own logging is set up already, and the SDKs' debug logs must stay shut.
        signals.setup_logging.connect(lambda **_: None, weak=False)
        worker: Worker = self.app.Worker(
            hostname=f"{self.name}@distributor",
            pool="threads",
            # One slot more than we use, so that a preparation finds a thread while all slots serve.
            concurrency=self._slots.limit + 1,
            queues=[SHARED_QUEUE, self._own_queue],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
        )
        worker.start()
        self._stopping.set()
        self._calling.shutdown(wait=False, cancel_futures=True)
        self._arming.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(StoreUnavailable):
            # Without Redis the name goes by itself, by silence.
            self._service.roster.leave(self.name)
        return int(worker.exitcode or 0)

    def _sweep_until_stopped(self) -> None:
        next_beat = 0.0
        while not self._stopping.wait(SWEEP_EVERY / timedelta(seconds=1)):
            try:
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + BEAT_EVERY / timedelta(seconds=1)
                    self._service.roster.beat(self.name)
                self._tender.sweep()
                self._tidy_soon()
            except Exception as error:
                # The sweep must outlive anything, Redis being away above all: the next one does the same work again.
                tell(Event.SWEEP_FAILED, error=type(error).__name__)
                _LOG.debug("sweep.failed", exc_info=True)


_PREPARATION_PATIENCE_S = 5.0
_RECONCILE_EVERY_S = 15.0
_WATCH_EVERY_S = 2.0
_TIDY_EVERY_S = 5.0


def make_app(broker_url: str) -> Celery:
    """Return the Celery application; nothing is contacted yet."""
    app = Celery("distributor", broker=broker_url)
    app.conf.update(
        task_ignore_result=True,
        accept_content=["json"],
        task_default_queue=SHARED_QUEUE,
        task_create_missing_queues=True,
        task_queues=[],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # Wake-ups that nobody took before their worker went away must not pile up.
        broker_transport_options={"socket_timeout": 15, "socket_keepalive": True, "visibility_timeout": 60},
        event_queue_expires=60,
        task_send_sent_event=False,
        enable_utc=True,
        timezone="UTC",
    )
    return app


def worker_name() -> str:
    """Return a name that no other live worker has."""
    return f"{socket.gethostname().split('.')[0]}-{os.getpid()}"


def run_worker(service: Service, *, name: str | None = None) -> int:
    """Run one worker in this process until it is told to stop; return its exit code."""
    # Celery warns every superuser of pickled messages; ours are JSON and hold an id. The image runs as another user anyway.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    process = WorkerProcess(service, name=name or worker_name())
    process.app.conf.task_queues = [Queue(SHARED_QUEUE), Queue(f"{SHARED_QUEUE}.{process.name}", auto_delete=True)]
    return process.run()


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT."""

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
