"""The wiring of everything that stands on Redis, and the only place that reads the machine's clock."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import cast

import redis

from distributor.core.embargo import CLAIM_AHEAD
from distributor.settings import Settings
from distributor.store.audit import RedisAuditLog
from distributor.store.connection import connect
from distributor.store.contacts import RedisContactBook
from distributor.store.dispatches import RedisDispatches
from distributor.store.embedded import RedisHandle
from distributor.store.kept_answers import RedisKeptAnswers
from distributor.store.ledger import RedisLedger
from distributor.store.ledger_keys import store_errors
from distributor.store.left_lists import RedisLeftLists
from distributor.store.notes import RedisNotes
from distributor.store.redis_clock import RedisClock
from distributor.store.releases import RedisReleaseStore
from distributor.store.roster import RedisRoster
from distributor.store.staff_notes import RedisStaffNotes
from distributor.store.suppressions import RedisSuppressionList
from distributor.store.turns import RedisTurns

_LINK_SECRET = "secret:links"  # noqa: S105 - the name of a key, not a secret


class SystemClock:
    """This machine's clock. It names instants for people; it decides nothing about a lift."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Stores:
    """Every part that stands on Redis, built when it is first asked for."""

    settings: Settings
    handle: RedisHandle

    @cached_property
    def client(self) -> redis.Redis:
        """The ledger's Redis."""
        return connect(self.handle.url)

    @cached_property
    def clock(self) -> SystemClock:
        """This machine's clock."""
        return SystemClock()

    @cached_property
    def lift_clock(self) -> RedisClock:
        """Redis's clock."""
        return RedisClock(self.client)

    @cached_property
    def releases(self) -> RedisReleaseStore:
        """Releases and approvals."""
        return RedisReleaseStore(self.client)

    @cached_property
    def book(self) -> RedisContactBook:
        """Contacts and media lists."""
        return RedisContactBook(self.client)

    @cached_property
    def suppressions(self) -> RedisSuppressionList:
        """Addresses that must never be mailed."""
        return RedisSuppressionList(self.client)

    @cached_property
    def left_lists(self) -> RedisLeftLists:
        """Who has left which list."""
        return RedisLeftLists(self.client)

    @cached_property
    def staff_notes(self) -> RedisStaffNotes:
        """What staff should hear of that is no alarm."""
        return RedisStaffNotes(self.client)

    @cached_property
    def audit(self) -> RedisAuditLog:
        """Who did what."""
        return RedisAuditLog(self.client)

    @cached_property
    def dispatches(self) -> RedisDispatches:
        """Scheduled dispatches."""
        return RedisDispatches(self.client)

    @cached_property
    def notes(self) -> RedisNotes:
        """What staff should see of a dispatch beside its states."""
        return RedisNotes(self.client)

    @cached_property
    def answers(self) -> RedisKeptAnswers:
        """Answers to requests that may come again."""
        return RedisKeptAnswers(self.client)

    @cached_property
    def roster(self) -> RedisRoster:
        """Which workers are alive."""
        return RedisRoster(self.client)

    def workers_alive(self) -> int:
        """Return how many workers were heard of lately."""
        return len(self.roster.alive())

    def skew(self) -> timedelta:
        """Return how far this machine's clock is ahead of Redis's."""
        return self.lift_clock.skew(self.clock.now)

    @cached_property
    def ledger(self) -> RedisLedger:
        """The state of every delivery."""
        return RedisLedger(self.client, lease=self.lease)

    @property
    def lease(self) -> timedelta:
        """How long a claimed batch belongs to its worker."""
        return timedelta(seconds=self.settings.dispatch.lease_seconds)

    @cached_property
    def turns(self) -> RedisTurns:
        """What gives slots their batches."""
        return RedisTurns(self.client, lease=self.lease, claim_ahead=CLAIM_AHEAD)

    @cached_property
    def link_secret(self) -> bytes:
        """What signs the recipients' links; made once, kept in Redis."""
        with store_errors():
            self.client.setnx(_LINK_SECRET, secrets.token_bytes(32))
            return cast("bytes", self.client.get(_LINK_SECRET))
