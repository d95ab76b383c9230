"""Facts of the ledger for Prometheus, read anew for each scrape: this process counts nothing, so a restart loses nothing.

Labels are ids and words of our own, never text of a release or an address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from distributor.core.alarm import alarms
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchState, DispatchStatus
from distributor.ports_dispatch import Dispatches
from distributor.web.parts import WebParts

#: Unfinished dispatches first, then the most recent; a scrape stays small however long the history is.
MOST_DISPATCHES: Final = 50
_EVER: Final = timedelta(days=36_500)


def render_metrics(parts: WebParts) -> bytes:
    """Return all metrics in Prometheus's text format.

    Raises:
        StoreUnavailable: Redis does not answer.
    """
    statuses = [parts.dispatches.status(dispatch) for dispatch in shown_dispatches(parts.dispatches)]
    registry = CollectorRegistry()
    registry.register(
        _Once(
            (
                _deliveries(statuses),
                _lateness(statuses),
                _dispatches(statuses),
                _alarms(statuses),
                _plain("workers_alive", "Workers heard of within the last ten seconds.", parts.workers_alive()),
                _plain("events_waiting", "Posts of a provider that are taken and not applied yet.", parts.inbox.length()),
                _plain("events_aside", "Posts that could not be applied, and are kept.", parts.inbox.aside()),
                _plain("suppressions", "Addresses that are never mailed.", parts.suppression_count()),
            )
        )
    )
    return generate_latest(registry)


def shown_dispatches(dispatches: Dispatches) -> Sequence[DispatchId]:
    """Return the dispatches that metrics speak of."""
    return tuple(dict.fromkeys([*dispatches.due(within=_EVER), *dispatches.all()]))[:MOST_DISPATCHES]


class _Once:
    """Hands ready metrics to the registry."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Return the metrics."""
        return self._families


def _deliveries(statuses: Iterable[DispatchStatus]) -> Metric:
    family = GaugeMetricFamily(
        "distributor_deliveries", "Deliveries and parts by state.", labels=("dispatch", "channel", "state")
    )
    for status in statuses:
        for name, channel in status.channels:
            for state, number in channel.tally.counts.items():
                family.add_metric((status.dispatch, name.value, state.value), number)
    return family


def _lateness(statuses: Iterable[DispatchStatus]) -> Metric:
    family = GaugeMetricFamily(
        "distributor_lateness_seconds", "From the lift to the first request that left, by Redis's clock.", labels=("dispatch",)
    )
    for status in statuses:
        if status.lateness is not None:
            family.add_metric((status.dispatch,), status.lateness / timedelta(seconds=1))
    return family


def _alarms(statuses: Iterable[DispatchStatus]) -> Metric:
    family = GaugeMetricFamily(
        "distributor_dispatch_alarm",
        "1 while staff must hear of it.",
        labels=("dispatch", "alarm"),
    )
    for status in statuses:
        for alarm in alarms(status):
            family.add_metric((status.dispatch, alarm.value), 1)
    return family


def _dispatches(statuses: Iterable[DispatchStatus]) -> Metric:
    family = GaugeMetricFamily("distributor_dispatches", "Dispatches by state, among those shown here.", labels=("state",))
    numbers = Counter(status.state for status in statuses)
    for state in DispatchState:
        family.add_metric((state.value,), numbers[state])
    return family


def _plain(name: str, meaning: str, value: int) -> Metric:
    return GaugeMetricFamily(f"distributor_{name}", meaning, value=value)
