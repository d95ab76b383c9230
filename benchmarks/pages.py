"""`python -m benchmarks.pages`: how fast the pages of the staff application answer on a full desk, over HTTP, signed in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import click
import urllib3

from benchmarks.stage import Stage, free_port, process, set_up, workers
from distributor.bootstrap_accounts import staff_door
from distributor.bootstrap_contacts import save_filter
from distributor.core.account import Role, account_id
from distributor.core.audience import Contact
from distributor.core.audience_filter import AudienceFilter
from distributor.core.ids import ListName
from distributor.intake.read import read_release
from distributor.resources import resource
from distributor.web.staff.gate import COOKIE
from tests.web.staff.table import TABLE, filled_in

#: What DESIGN.md promises of every page.
LIMIT_MS = 50
_BLOCK = 10_000
_SUPPRESSED = 5000
#: Dispatches that wait for a lift tomorrow.
_ARMED = 30
_LOGIN, _PASSWORD = "bench@desk.example.org", "four green birds sing"
#: Forms that look for something.
_SEARCHES: tuple[tuple[str, dict[str, str]], ...] = (
    ("/", {"text": "number 77"}),
    ("/", {"text": "nothing has this"}),
    ("/people", {"text": "marlena fisk"}),
    ("/people", {"text": "m"}),
    ("/people", {"text": "radio health"}),
    ("/people", {"text": "example", "list": "press"}),
    ("/people", {"text": "nobody"}),
    ("/suppressions/find", {"address": "gone77@news.example"}),
    ("/audit", {"who": "lena"}),
)
_FIRST = (
    "Ana",
    "Ben",
    "Carla",
    "Dario",
    "Elif",
    "Fatou",
    "Goran",
    "Hanna",
    "Luc",
    "Marlena",
    "Nils",
    "Oya",
    "Pia",
    "Rosa",
    "Tove",
)
_LAST = (
    "Adler",
    "Bruck",
    "Costa",
    "Dahl",
    "Egger",
    "Fisk",
    "Holm",
    "Ito",
    "Jung",
    "Kovač",
    "Lang",
    "Mora",
    "Nagy",
    "Páez",
    "Sato",
)
_OUTLETS = ("Times", "Radio", "Post", "Observer", "Wire", "Gazette", "Tribune")
_BEATS = ("health", "politics", "science", "culture", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long one address took, over all rounds."""

    address: str
    status: int
    best_ms: float
    median_ms: float
    p95_ms: float

    @property
    def is_met(self) -> bool:
        """Say whether half of the answers came within the limit, and were no defect; a refusal is a page, too."""
        return self.median_ms < LIMIT_MS and self.status < 500


def people(count: int) -> Iterator[Contact]:
    """Yield so many reporters with names, outlets, beats and tags."""
    for n in range(count):
        first, last, outlet = _FIRST[n % 15], f"{_LAST[n // 15 % 15]}{n // 225 or ''}", _OUTLETS[n % 7]
        yield Contact(
            address=f"{first}.{last}{n}@{outlet}{n % 997}.example".encode("ascii", "ignore").decode().lower(),
            name=f"{first} {last}", outlet=f"{outlet} {n % 997}", beat=_BEATS[n % 5], tags=(("local", "eu")[n % 2], f"t{n % 50}"),
        )  # fmt: skip


def fill(stage: Stage, *, contacts: int, releases: int) -> dict[str, str]:
    """Fill the desk; return what stands in the places of addresses."""
    service = stage.service
    block: list[Contact] = []
    for contact in people(contacts):
        block.append(contact)
        if len(block) == _BLOCK:
            service.book.add_to_list(ListName("press"), block, at=datetime.now(UTC))
            block.clear()
    service.book.add_to_list(ListName("press"), block, at=datetime.now(UTC))
    sample = read_release(resource("templates", "sample", "release.md"), now=datetime.now(UTC))
    for number in range(releases):
        service.taker.take_in(replace(sample, headline=f"{sample.headline} number {number}"), by="Lena", revises=None)
    gone = [f"gone{number}@news.example" for number in range(_SUPPRESSED)]
    service.suppressions.add_many(gone, reason="unsubscribed", by="recipient", at=datetime.now(UTC))
    save_filter(service, "healthy", AudienceFilter.of("press", {"beat": ["health"]}))
    few = stage.crowd("few", 5)
    for number in range(_ARMED):
        service.preparer.prepare_once(stage.plan(f"tomorrow {number}", few, lift_in=86_400 + number))
    plan = stage.plan("big", ListName("press"), lift_in=1 + contacts / 20_000)
    service.preparer.prepare_once(plan)
    with workers(stage):
        stage.wait_done(plan)
    return {
        "release": plan.release, "dispatch": plan.dispatch, "number": str(max(1, contacts // 2)), "list": "press",
        "filter": "healthy", "channel": "email", "language": "en", "revision": "1",
        "item": "embargo", "account": account_id(_LOGIN),
    }  # fmt: skip


def measure(stage: Stage, names: dict[str, str], *, rounds: int) -> tuple[list[Timed], list[str]]:
    """Return the times of every address that can be filled in, slowest first, and those that cannot."""
    door, port = staff_door(stage.service), free_port()
    door.keeper.add(name="Bench", login=_LOGIN, roles=list(Role), password=_PASSWORD, by="the benchmark")
    session = door.sign_in.log_in(_LOGIN, _PASSWORD, address="192.0.2.1").secret
    csrf = door.sign_in.csrf_of(session)
    # Server-sent events end with the dispatch, not with the answer.
    patterns = [path for method, path in TABLE if method == "GET" and not path.endswith(("/live", "/events", "/stream"))]
    pages = [path for path in patterns if _places(path) <= set(names)]
    with process("distributor", "web", environ={**stage.environ, "DISTRIBUTOR_WEB__PORT": str(port)}):
        pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, retries=urllib3.Retry(total=60, connect=60, backoff_factor=0.05, redirect=0)
        )
        pool.request("GET", "/healthz")
        pool.headers = {"Cookie": f"{COOKIE}={session}"}
        asked = [_Asked(path=filled_in(path, names), label=path) for path in pages]
        for path, form in _SEARCHES:
            body = urlencode({**form, "csrf": csrf}).encode()
            asked.append(_Asked(path=path, label=f"POST {path} {' '.join(form.values())!r}", body=body))
        found = [_time(pool, one, rounds) for one in asked]
    return sorted(found, key=lambda one: one.median_ms, reverse=True), [path for path in patterns if path not in pages]


def _places(pattern: str) -> set[str]:
    return {part.strip("{}") for part in pattern.split("/") if part.startswith("{")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    path: str
    label: str
    body: bytes = b""


def _time(pool: urllib3.HTTPConnectionPool, asked: _Asked, rounds: int) -> Timed:
    headers = {**pool.headers, "Content-Type": "application/x-www-form-urlencoded"}
    took, status = [], 0
    for _ in range(rounds + 1):
        began = time.perf_counter()
        method = "POST" if asked.body else "GET"
        status = pool.request(method, asked.path, headers=headers, body=asked.body or None, redirect=False).status
        took.append((time.perf_counter() - began) * 1000)
    # The first request fills caches of templates and connections.
    took = sorted(took[1:])
    return Timed(
        address=asked.label, status=status, best_ms=took[0], median_ms=took[len(took) // 2], p95_ms=took[int(len(took) * 0.95)]
    )


@click.command()
@click.option("--contacts", default=100_000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--releases", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1, 1000))
def main(contacts: int, releases: int, rounds: int) -> None:
    """Fill a desk, ask for every page, and print the table, slowest first."""
    with set_up() as stage:
        found, left_out = measure(stage, fill(stage, contacts=contacts, releases=releases), rounds=rounds)
    print(f"{contacts:,} contacts, {releases:,} releases, a dispatch to {contacts:,}, {rounds} rounds\n")
    print(f"| page | best, ms | median, ms | p95, ms | under {LIMIT_MS} ms |\n|---|---|---|---|---|")
    for one in found:
        judged = "yes" if one.is_met else f"NO, {one.status}"
        print(f"| `{one.address}` | {one.best_ms:.1f} | {one.median_ms:.1f} | {one.p95_ms:.1f} | {judged} |")
    if left_out:
        print(f"\nNot measured, for want of something to look at: {', '.join(left_out)}")


if __name__ == "__main__":
    main()
