"""The calendar: every lift on its day in the desk's zone, what is approved beside it, and what comes too close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from distributor.core.embargo import Embargo, LocalTime
from distributor.core.month import Lift, beside, bounds, days, first_of, with_collisions
from distributor.store.ledger_keys import LIFTS
from tests.flow.newsroom import with_headline
from tests.web.staff.at_desk import at_desk
from tests.web.staff.conftest import EDITOR, StaffSite

ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]).map(ZoneInfo)
MONTHS = st.dates(date(1990, 1, 1), date(2100, 12, 31)).map(lambda day: day.replace(day=1))


def lift(at: datetime, release: str = "r1") -> Lift:
    """Return something that leaves then."""
    return Lift(at=at, headline="x", href=f"/{release}/{at}", state="armed", release=release)


@given(first=MONTHS, zone=ZONES, share=st.floats(0, 0.999999))
def test_every_lift_of_the_weeks_is_on_exactly_one_day_and_that_is_the_desks(first: date, zone: ZoneInfo, share: float) -> None:
    since, until = bounds(first, zone=zone)
    at = since.astimezone(UTC) + (until.astimezone(UTC) - since.astimezone(UTC)) * share

    shown = days(first, [lift(at)], zone=zone, today=first)

    assert [day.date for day in shown if day.lifts] == [at.astimezone(zone).date()]
    assert (len(shown) % 7, shown[0].date.weekday()) == (0, 0)
    assert beside(beside(first, months=1), months=-1) == first


def test_two_releases_within_a_quarter_of_an_hour_are_told_and_one_in_two_parts_is_not() -> None:
    noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
    found = with_collisions(
        [lift(noon), lift(noon + timedelta(minutes=14), "r2"), lift(noon + timedelta(minutes=29), "r3"), lift(noon, "r1")]
    )

    assert [one.is_close for one in found] == [False, True, True, False]


def test_a_month_that_is_none_is_this_month() -> None:
    today = date(2026, 11, 25)

    for text in ("", "x", "2026-13", "0001-01", "9999-12", "2027-03-01", "../..", "２０２７-03"):
        assert first_of(text, today=today) == date(2026, 11, 1)


def test_the_month_shows_dispatches_also_finished_ones_and_what_waits_to_be_scheduled(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(2)
    desk = site.newsroom
    now = desk.service.lift_clock.now()
    month = f"{now:%Y-%m}"
    done = desk.schedule(desk.approved(with_headline("Already out")))
    desk.work()
    early = Embargo(local=LocalTime(wall=datetime.fromisoformat("2027-03-28 09:00"), zone="Europe/Zurich"))
    waiting = desk.approved(replace(with_headline("Waits for somebody"), embargo=early))
    desk.approved(with_headline("No time at all"))

    page = at_desk(browser, site, EDITOR)
    page.get_by_role("link", name="Calendar").click()
    expect(page.get_by_role("link", name="Already out")).to_be_visible()
    expect(page.get_by_role("heading", name="Approved, without a time")).to_be_visible()
    page.goto("/calendar?month=2027-02")
    page.get_by_role("link", name="Mar 2027 →").focus()
    page.keyboard.press("Enter")
    entry = page.locator("time[datetime='2027-03-28'] + ul")
    expect(entry.get_by_text("Waits for somebody")).to_be_visible()
    expect(entry.get_by_text("07:00")).to_be_visible()
    expect(entry.get_by_text("not scheduled")).to_be_visible()
    entry.get_by_role("link").click()
    expect(page).to_have_url(f"{site.url}/releases/{waiting.release_id}")

    desk.service.client.delete(LIFTS)
    assert f"/dispatches/{done.dispatch}" in site.get(f"/calendar?month={month}", site.sign_in(EDITOR)).text, "an older store"


def test_on_a_phone_it_is_an_agenda(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(2)
    site.newsroom.schedule(site.newsroom.approved(with_headline("The only one")))
    page = at_desk(browser, site, EDITOR, width=360)
    page.goto("/calendar")

    expect(page.locator(".day:visible")).to_have_count(1)
    expect(page.get_by_role("link", name="The only one")).to_be_visible()
