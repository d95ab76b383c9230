"""Go or no go: each thing that would keep a lift from going well is told before it, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.core.finding import Finding
from distributor.core.plan import DispatchPlan
from distributor.core.readiness import Readiness, Standing
from distributor.web.staff.board import BoardReader
from distributor.web.staff.lookout import Lookout
from tests.flow.newsroom import EMAIL, RELEASE, Newsroom, X

WELL = tuple(
    Finding(name=name, passed=True, message="Well.") for name in ("sendgrid.reachable", "sendgrid.scopes", "x.credentials")
)


class Asking:
    """A desk with a dispatch that lifts in an hour, two workers, and providers who answer well."""

    def __init__(self, desk: Newsroom) -> None:
        self.desk = desk
        desk.people(*(f"r{number}@news.example" for number in range(300)))
        for name in ("one", "two"):
            desk.service.roster.beat(name)
        self.stored = desk.approved()
        self.plan: DispatchPlan = desk.schedule(self.stored, channels=(EMAIL, X), lift_in=timedelta(hours=1))
        self.doctor: tuple[Finding, ...] = WELL

    def ask(self) -> Readiness:
        """Return what stands for and against."""
        lookout = Lookout(lambda: self.doctor, now=self.desk.service.clock.now)
        lookout.seen(wait=timedelta(seconds=5))
        lookout.close()
        return BoardReader(self.desk.service, lookout).readiness(self.plan.dispatch)

    def stops(self) -> list[str]:
        """Return the topics of what stands against it."""
        return [sign.topic for sign in self.ask().signs if sign.standing is Standing.STOP]


@pytest.fixture
def asking(newsroom: Newsroom) -> Asking:
    """Return a desk that is ready, but for alarms that only the log would hear."""
    return Asking(newsroom)


def test_when_all_is_well_it_is_go_and_says_what_was_looked_at(asking: Asking) -> None:
    found = asking.ask()

    assert {sign.topic for sign in found.signs if sign.standing is not Standing.GO} == {"Alarms"}
    assert found.verdict is Standing.CARE
    assert {"Preparation", "Seal", "Checks", "Audience", "Workers", "Redis", "Clock", "E-mail provider", "X"} <= {
        sign.topic for sign in found.signs
    }


def test_without_workers_it_is_no_go(asking: Asking) -> None:
    asking.desk.service.roster.leave("one")
    assert "Workers" in {sign.topic for sign in asking.ask().signs if sign.standing is Standing.CARE}

    asking.desk.service.roster.leave("two")

    assert asking.stops() == ["Workers"]
    assert asking.ask().gravest_first[0].topic == "Workers"


def test_a_new_revision_breaks_the_seal_and_holds(asking: Asking) -> None:
    asking.desk.take_in(replace(RELEASE, headline="Another headline"), revises=asking.stored)

    assert asking.stops() == ["Hold", "Seal"]


def test_a_frame_that_is_not_what_was_sealed_is_seen(asking: Asking) -> None:
    asking.desk.service.dispatches.store_frame(asking.plan.dispatch, asking.plan.masters[0], b"{}")

    assert asking.stops() == ["Seal"]


def test_a_hold_names_who_did_it(asking: Asking) -> None:
    asking.desk.service.controller.hold(asking.plan.dispatch, by="Dora Sends", reason="")

    (sign,) = [sign for sign in asking.ask().signs if sign.standing is Standing.STOP]

    assert "Dora Sends" in sign.says


def test_a_refused_key_is_no_go_and_a_warning_is_care(asking: Asking) -> None:
    bad = Finding(name="sendgrid.scopes", passed=False, message="The key may not send.", remedy="Make another.")
    warning = Finding(name="spf", passed=False, message="No record.", remedy="Add it.", is_warning=True)
    asking.doctor = (*WELL, bad, warning)

    found = asking.ask()

    assert asking.stops() == ["E-mail provider"]
    assert {sign.topic for sign in found.signs if sign.standing is Standing.CARE} == {"Deliverability", "Alarms"}


def test_while_providers_are_asked_it_says_so(asking: Asking) -> None:
    asking.doctor = ()

    assert asking.ask().verdict is Standing.ASKING


def test_people_who_came_since_are_told(asking: Asking) -> None:
    asking.desk.people(*(f"new{number}@other.example" for number in range(30)))

    (sign,) = [sign for sign in asking.ask().signs if sign.topic == "Audience"]

    assert (sign.standing, "30 came" in sign.says) == (Standing.CARE, True)
