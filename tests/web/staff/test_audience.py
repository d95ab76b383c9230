"""To whom a release would go: counted by list and language without anybody waiting, with who came and left."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from playwright.sync_api import Browser, expect

from distributor.bootstrap_contacts import save_filter
from distributor.core.audience import Contact
from distributor.core.audience_filter import AudienceFilter
from distributor.core.audience_zones import MOST_SAMPLED, main_zones, sampled
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.ids import Language
from tests.flow.newsroom import PRESS, RELEASE
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import APPROVER, StaffSite

EMBARGO = Embargo(local=LocalTime(wall=datetime.fromisoformat("2099-03-01T10:00"), zone="Europe/Zurich"))
FRENCH = replace(RELEASE, headline="Les champs autour de l’école sont libres", language=Language("fr"))


def reader(address: str, *languages: str, zone: str = "", country: str = "") -> Contact:
    return Contact(address=address, languages=tuple(Language(one) for one in languages), zone=zone, country=country)


def test_lists_are_counted_by_language_with_who_came_and_left(browser: Browser, site: StaffSite) -> None:
    service = site.newsroom.service
    people = [
        reader("a@one.example", "fr", country="CH"),
        reader("b@one.example", zone="Africa/Nairobi"),
        reader("c@one.example", "fi"),
    ]
    service.book.add_to_list(PRESS, people, at=datetime.now(UTC))
    save_filter(service, "swiss", AudienceFilter.of("press", {"country": ["CH"]}))
    stored = site.newsroom.take_in(replace(RELEASE, embargo=EMBARGO))
    service.taker.translate(stored.release_id, FRENCH, by="Ana Lima")
    service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
    service.book.add_to_list(PRESS, [reader("d@new.example", "fr")], at=datetime.now(UTC))
    service.book.remove_from_list(PRESS, ["b@one.example"])
    page = at_desk(browser, site, APPROVER)

    page.goto(f"/releases/{stored.release_id}/approval")

    table = page.get_by_role("table")
    press = table.get_by_role("row", name="press").first
    expect(press).to_contain_text(re.compile(r"press\s*1\s*2\s*3\s*\+1 −1"))
    expect(press).to_contain_text("never seen before: new.example")
    expect(table.get_by_role("row", name="swiss")).to_contain_text(re.compile(r"swiss\s*0\s*1\s*1"))
    expect(page.get_by_text("1 of press read none of these languages: they get it in the release's own")).to_be_visible()
    expect(page.get_by_text("Came and left since the approval of revision 2")).to_be_visible()
    expect(page.locator("#audience")).to_contain_text("Sun 01 Mar 2099 10:00:00 CET")
    assert faults(page) == []
    page.goto(f"/releases/{stored.release_id}/audience")
    expect(page.get_by_role("table")).to_contain_text("press")


def test_an_empty_desk_is_told_how_to_begin(site: StaffSite) -> None:
    stored = site.newsroom.take_in()

    page = site.get(f"/releases/{stored.release_id}/audience/counts", site.sign_in(APPROVER)).text

    assert "No media list yet" in page


def test_a_list_that_is_gone_by_then_is_an_error_that_says_so(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    save_filter(site.newsroom.service, "gone", AudienceFilter.of("nowhere", {"country": ["CH"]}))

    answer = site.get(f"/releases/{stored.release_id}/audience/counts", site.sign_in(APPROVER))

    assert (answer.status, "nowhere" in answer.text) == (200, True)


def test_zones_are_told_from_a_sample() -> None:
    people = [reader(f"{at}@x.example", zone="Europe/Paris" if at % 4 else "") for at in range(10 * MOST_SAMPLED + 1)]
    people[1] = reader("us@x.example", country="US")

    assert len(sampled(people)) <= MOST_SAMPLED
    assert sampled([]) == []
    assert [(one.zone, one.share) for one in main_zones(people)] == [("Europe/Paris", 1.0)]
    assert [one.zone for one in main_zones([reader("a@x.example", country="CH")])] == ["Europe/Zurich"]
    assert main_zones([]) == ()
