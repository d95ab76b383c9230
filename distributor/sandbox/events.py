"""Posts signed events to the webhook, retries what is not answered 2xx, and plays the webhook's own faults."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import urllib3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.core.errors import BadInput
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.event_body import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    bodies_of,
    public_key_text,
    round_count,
    round_of,
    sign,
)
from distributor.sandbox.faults import FaultKind, Faults
from distributor.sandbox.mailbox import AcceptedSend

#: SendGrid retries for 24 hours at growing intervals; these are the sandbox's, in seconds.
_FIRST_RETRY_S: Final = 0.5
_LONGEST_RETRY_S: Final = 60.0
_GIVE_UP_S: Final = 24 * 3600.0
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=10.0)


@dataclass(frozen=True, slots=True)
class _Round:
    """Events still to be written: one per message of a request."""

    send: AcceptedSend
    step: int
    kind: FaultKind | None

    def bodies(self) -> Iterator[bytes]:
        """Yield what is to be posted, with the fault in it."""
        events = round_of(self.send, self.step, at_s=self.send.accepted_at // 1_000_000)
        if self.kind is FaultKind.REORDER:
            random.Random(self.send.number).shuffle(events)  # noqa: S311 - repeatable on purpose
        for body in bodies_of(events):
            yield body
            if self.kind is FaultKind.DUPLICATE:
                yield body


@dataclass(frozen=True, slots=True)
class _Post:
    """One body on its way, with the pause before it is tried again and the instant (monotonic) at which that ends."""

    body: bytes
    retry_s: float
    give_up_at: float


class EventPoster:
    """One thread with one queue ordered by due time. Without a target it does nothing at all."""

    def __init__(self, settings: SandboxSettings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults
        self._key = _key_of(settings)
        self._queue: list[tuple[float, int, _Round | _Post]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)
        self._thread: threading.Thread | None = None
        self._random = random.Random(0)  # noqa: S311 - repeatable on purpose
        #: Posts answered 2xx, and posts that were not.
        self.delivered = 0
        self.failed = 0

    @property
    def public_key(self) -> str:
        """Return what a receiver needs to verify the signatures."""
        return public_key_text(self._key)

    @property
    def waiting(self) -> int:
        """Return how many posts are still to be made."""
        return len(self._queue)

    def add(self, send: AcceptedSend) -> None:
        """Queue the events of an accepted request."""
        if not self._settings.webhook_url:
            return
        due = time.monotonic()
        for step in range(round_count(send)):
            due += self._settings.webhook_delay_s
            rule = self._faults.pick("events")
            kind = rule.kind if rule else None
            late = self._random.random() * rule.seconds if rule is not None and kind is FaultKind.REORDER else 0.0
            if kind is not FaultKind.LOSE:
                self._push(_Round(send, step, kind), due=due + late)

    def clear(self) -> None:
        """Forget what is still to be posted, and the counts."""
        with self._changed:
            self._queue.clear()
        self.delivered = self.failed = 0

    def _push(self, job: _Round | _Post, *, due: float) -> None:
        with self._changed:
            heapq.heappush(self._queue, (due, next(self._order), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-webhook", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _next(self) -> _Round | _Post:
        with self._changed:
            while not self._queue or self._queue[0][0] > time.monotonic():
                self._changed.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
            return heapq.heappop(self._queue)[2]

    def _run(self) -> None:
        while True:
            job = self._next()
            if isinstance(job, _Round):
                # Written here and not at acceptance, which must be answered at once.
                for body in job.bodies():
                    self._try(_Post(body, _FIRST_RETRY_S, time.monotonic() + _GIVE_UP_S))
            else:
                self._try(job)

    def _try(self, job: _Post) -> None:
        if self._post(job.body):
            self.delivered += 1
            return
        self.failed += 1
        again = time.monotonic() + job.retry_s
        if again < job.give_up_at:
            self._push(_Post(job.body, min(job.retry_s * 2, _LONGEST_RETRY_S), job.give_up_at), due=again)

    def _post(self, body: bytes) -> bool:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "SendGrid Event API",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self._key, timestamp=timestamp, body=body),
        }
        try:
            answer = self._pool.request("POST", self._settings.webhook_url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300  # noqa: PLR2004 - the success class


def _key_of(settings: SandboxSettings) -> ec.EllipticCurvePrivateKey:
    if not settings.webhook_private_key:
        return ec.generate_private_key(ec.SECP256R1())
    key = serialization.load_pem_private_key(settings.webhook_private_key.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadInput("This is no P-256 key.", where="webhook_private_key", remedy="Give an EC key on the curve P-256 as PEM.")
    return key
