"""Fifteen seconds before the lift the service looks once more whether all still fits, on real parts."""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from distributor.bootstrap_doctor import examine
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import Refused
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchState, HoldReason
from tests.flow.newsroom import EMAIL, PRESS, RELEASE, Newsroom

ZONE = "Europe/Zurich"
#: A week ahead, at an hour of which every zone has exactly one.
WALL = (datetime.now(UTC) + timedelta(days=7)).replace(tzinfo=None, hour=12, minute=0, second=0, microsecond=0)


@contextmanager
def rules_changed(folder: Path, *, like: str) -> Iterator[None]:
    """Let the machine's rules of the zone be another zone's, as after a government's decision and an update of tzdata."""
    source = next(Path(path) / like for path in zoneinfo.TZPATH if (Path(path) / like).exists())
    (folder / ZONE).parent.mkdir(parents=True)
    shutil.copy(source, folder / ZONE)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([folder, *before])
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        zoneinfo.ZoneInfo.clear_cache()


def arm(newsroom: Newsroom, plan: DispatchPlan) -> dict[str, str]:
    """Arm as the only worker; return the notes."""
    newsroom.service.hot_path.armer.arm(plan.dispatch, place=0, workers=1)
    return dict(newsroom.status(plan.dispatch).notes)


@pytest.fixture
def waiting(newsroom: Newsroom) -> DispatchPlan:
    """Return a dispatch whose embargo is a wall-clock time."""
    newsroom.crowd(3)
    stored = newsroom.approved(replace(RELEASE, embargo=Embargo(local=LocalTime(wall=WALL, zone=ZONE))))
    lift_at = stored.content.embargo.lift_at() if stored.content.embargo else None
    assert lift_at is not None
    return newsroom.schedule(stored, lift_in=lift_at - newsroom.service.lift_clock.now() + timedelta(seconds=1))


def test_rules_that_are_as_they_were_are_not_mentioned(newsroom: Newsroom, waiting: DispatchPlan) -> None:
    assert waiting.embargo_at is not None
    assert arm(newsroom, waiting) == {}
    assert newsroom.status(waiting.dispatch).state is DispatchState.ARMED


def test_an_embargo_that_now_ends_later_holds_the_dispatch(newsroom: Newsroom, waiting: DispatchPlan, tmp_path: Path) -> None:
    """London's clocks are an hour behind Zurich's: the same words mean an hour later."""
    with rules_changed(tmp_path / "zones", like="Europe/London"):
        notes = arm(newsroom, waiting)
        findings = {finding.name: finding for finding in examine(newsroom.service)}

    status = newsroom.status(waiting.dispatch)
    assert (status.state, status.hold_reason) == (DispatchState.HELD, HoldReason.ZONE)
    assert f"{WALL:%Y-%m-%d %H:%M} {ZONE}" in notes["zone"]
    assert not findings["zone.rules"].passed or findings["zone.rules"].message.startswith("The embargoes of 0")
    with pytest.raises(Refused, match="before its embargo"):
        newsroom.service.controller.resume(waiting.dispatch, by="Ana", reason="", may_start_for=timedelta(hours=1))


def test_the_doctor_finds_it_before_anybody_arms(newsroom: Newsroom, waiting: DispatchPlan, tmp_path: Path) -> None:
    with rules_changed(tmp_path / "zones", like="Europe/London"):
        zoneinfo.ZoneInfo.clear_cache()
        findings = {finding.name: finding for finding in examine(newsroom.service)}

    assert not findings["zone.rules"].passed
    assert newsroom.status(waiting.dispatch).state is DispatchState.ARMED


def test_an_embargo_that_now_ends_earlier_is_only_told(newsroom: Newsroom, waiting: DispatchPlan, tmp_path: Path) -> None:
    with rules_changed(tmp_path / "zones", like="Europe/Helsinki"):
        notes = arm(newsroom, waiting)

    assert "means" in notes["zone"]
    assert newsroom.status(waiting.dispatch).state is DispatchState.ARMED


class _WrongClock(BaseHTTPRequestHandler):
    """A provider that lives an hour ago."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"scopes":["mail.send"]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the hour before's date."""
        return super().date_time_string((timestamp or datetime.now(UTC).timestamp()) - 3600)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_provider_of_another_time_is_told_by_arming_and_by_the_doctor(
    redis_url: str, newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.crowd(2)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=5))
    server = HTTPServer(("127.0.0.1", 0), _WrongClock)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    late = Newsroom(
        redis_url, newsroom.sandbox, tmp_path, DISTRIBUTOR_SENDGRID__BASE_URL=url, DISTRIBUTOR_WORKER__CONCURRENCY="1"
    )

    try:
        notes = arm(late, plan)
        findings = {finding.name: finding for finding in examine(late.service)}
    finally:
        late.service.close()
        server.shutdown()
        thread.join()
        server.server_close()

    assert "-3599 s from Redis's" in notes["clock:email"] or "-3600 s from Redis's" in notes["clock:email"]
    assert not findings["clock.email"].passed
    assert findings["clock.x"].passed


def test_clocks_that_agree_are_not_mentioned(newsroom: Newsroom) -> None:
    newsroom.crowd(2)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=5))

    assert arm(newsroom, plan) == {}
    assert {f.name: f.passed for f in examine(newsroom.service) if f.name.startswith("clock.")} == {
        "clock.skew": True,
        "clock.email": True,
        "clock.x": True,
    }


def test_who_came_between_approval_and_scheduling_is_shown(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    stored = newsroom.approved()
    newsroom.people("stranger@never-seen.example")

    plan = newsroom.schedule(stored, lift_in=timedelta(minutes=5))

    note = dict(newsroom.status(plan.dispatch).notes)["audience:scheduled"]
    assert "1 came and 0 left, of 3 (33.3%); never seen before: never-seen.example" in note


def test_who_comes_and_leaves_after_the_audience_is_frozen_is_shown_at_arming(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=5))
    newsroom.people("late@news.example")
    newsroom.service.book.remove_from_list(PRESS, ["r1@news.example"])

    notes = arm(newsroom, plan)

    assert set(notes) == {"audience:lift"}
    assert "1 came and 1 left, of 3" in notes["audience:lift"]
    assert "never seen" not in notes["audience:lift"]
    assert newsroom.states(plan.dispatch, EMAIL) == {"planned": 3}


def test_lists_that_are_as_they_were_are_not_mentioned(newsroom: Newsroom) -> None:
    newsroom.crowd(300)
    stored = newsroom.approved()
    newsroom.people("one.more@news.example")

    plan = newsroom.schedule(stored, lift_in=timedelta(minutes=5))

    assert dict(newsroom.status(plan.dispatch).notes) == {}
    assert arm(newsroom, plan) == {}
