"""`python -m benchmarks`: measure the budgets of DESIGN.md §9 in one run, as ratios where a ratio means more than a figure."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass

import click

from benchmarks import measures, pages, smtp
from benchmarks.stage import Stage, set_up
from benchmarks.webhook import posted_per_second
from distributor.core.plan import DispatchPlan

#: A share of the floor above which the sink, not we, may be what is measured.
_SINK_IS_THE_LIMIT = 0.9
#: Messages to the local mail server, which takes some hundreds a second.
_MESSAGES = 4000
#: The desk whose pages are looked at.
_CONTACTS, _RELEASES = 100_000, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One budget and what was measured."""

    what: str
    measured: str
    must: str
    aim: str
    is_met: bool


@click.command()
@click.option("--recipients", default=200_000, show_default=True, type=click.IntRange(100, 2_000_000), help="The big dispatch.")
@click.option("--lifts", default=100, show_default=True, type=click.IntRange(2, 1000), help="Lifts for the lateness.")
@click.option("--tasks", default=1000, show_default=True, type=click.IntRange(10, 20_000), help="Tasks of the usual way.")
def main(recipients: int, lifts: int, tasks: int) -> None:
    """Measure everything and print the table. Exit code 1 when a "must" is missed."""
    with set_up() as stage:
        rows, size_mb, is_sink_the_limit = _measure(stage, recipients, lifts, tasks)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{recipients:,} recipients, {size_mb:,.0f} MB in requests, {machine}\n")
    # Faster than this, the figure would say more about the sink than about us.
    print("The sink was the limit: read the first row as a lower bound.\n" if is_sink_the_limit else "", end="")
    print("| what | measured | must | aim | |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.must} | {row.aim} | {'met' if row.is_met else 'MISSED'} |")
    if not all(row.is_met for row in rows):
        sys.exit(1)


def _measure(stage: Stage, recipients: int, lifts: int, tasks: int) -> tuple[list[Row], float, bool]:
    plan, prepared = measures.prepare(stage, recipients, lift_in=15)
    requests = measures.bodies(stage, plan)
    size_mb = sum(map(len, requests)) / 1e6
    sent = measures.wave(stage, plan, recipients)
    floor = measures.floor(stage, requests, recipients)
    del requests
    each = measures.one_task_each(stage, tasks)
    status = measures.status_ms(stage, plan)
    posted = posted_per_second(stage, plan, recipients)
    by_smtp = _by_smtp(stage, plan, min(recipients, _MESSAGES))
    memory = measures.memory_per_recipient(stage, plan, recipients)
    late = measures.lateness_ms(stage, lifts)
    p99 = late[min(len(late) - 1, int(len(late) * 0.99))]
    early = sum(at < 0 for at in late)
    figures = f"{sent:,.0f}/s, floor {floor:,.0f}/s"
    spread = f"median {late[len(late) // 2]:.1f}, {early} early"
    return (
        [
            _row("lift to last 202 against the floor", sent / floor, 0.15, 0.5, figures),
            _row("the same against one task per recipient", sent / each, 200, 1000, f"{each:,.0f}/s that way"),
            _row("preparing, recipients/s", prepared, 50_000, 150_000),
            _row("status of that dispatch, ms", status, 20, 5, is_less_better=True),
            _row("webhook events taken in over HTTP, verified, applied/s", posted, 10_000, 50_000),
            *by_smtp,
            _row("ledger memory per recipient, bytes", memory, 32, 12, is_less_better=True),
            # An early request is worse than any late one.
            _slowest_page(stage, recipients),
            _row(f"first request, p99 of {lifts} lifts, ms", float("inf") if early else p99, 50, 10, spread, is_less_better=True),
        ],
        size_mb,
        sent > _SINK_IS_THE_LIMIT * floor,
    )


def _slowest_page(stage: Stage, recipients: int) -> Row:
    """Measure every page on a full desk; `python -m benchmarks.pages` prints each."""
    contacts, releases = min(recipients, _CONTACTS), min(recipients // 20, _RELEASES)
    found, _ = pages.measure(stage, pages.fill(stage, contacts=contacts, releases=releases), rounds=5)
    # How many fit a filter is counted by reading the list; the page of lists is there long before.
    worst = next(one for one in found if not one.address.endswith("/count"))
    remark = f"{worst.address} of {len(found)}"
    return _row(
        "slowest page of the staff application, median, ms", worst.median_ms, pages.LIMIT_MS, 20, remark, is_less_better=True
    )


def _by_smtp(stage: Stage, plan: DispatchPlan, count: int) -> list[Row]:
    """Measure the second way out, where there is a mail server to measure with."""
    if not smtp.is_measurable():
        return []
    ours, floor = smtp.messages_per_second(stage, plan, count)
    figures = f"{ours:,.0f}/s, smtp-source {floor:,.0f}/s"
    return [_row("messages to a local Postfix against its own load generator", ours / floor, 0.3, 0.8, figures)]


def _row(what: str, value: float, must: float, aim: float, remark: str = "", *, is_less_better: bool = False) -> Row:
    sign = "≤" if is_less_better else "≥"
    measured = f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return Row(
        what=what,
        measured=f"{measured} ({remark})" if remark else measured,
        must=f"{sign} {must:,}",
        aim=f"{aim:,}",
        is_met=value <= must if is_less_better else value >= must,
    )


if __name__ == "__main__":
    main()
