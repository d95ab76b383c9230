"""The whole story in a browser, with two people and more, as they would do it; and whether everybody can use the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from playwright.sync_api import Browser, Dialog, expect

from distributor.core.account import Permission, Role, account_id
from distributor.core.ids import ListName
from distributor.core.report import DispatchState
from tests.flow.newsroom import PRESS, with_headline
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.brought import an_import
from tests.web.staff.conftest import ADMIN, APPROVER, DISPATCHER, EDITOR, StaffSite
from tests.web.staff.table import DOORS, filled_in, pages

TEXT = """---
headline: The footbridge at Lower Mill opens again
city: Geneva
date: 2026-11-23
embargo: 2099-03-01 10:00 Europe/Zurich
contacts:
  - {name: Lena Fischer, email: press@campaign.example}
link: https://example.org/bridge
---
People in Lower Mill reach school on foot again, the campaign said today.

“My daughter counted the days,” said Mirela Osmani, teacher.
"""


def test_from_a_paste_to_a_dispatch_that_is_held_on_a_phone(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(3)
    editor = at_desk(browser, site, EDITOR)
    editor.get_by_role("link", name="New release").click()
    editor.get_by_label("The release", exact=True).fill(TEXT)
    editor.get_by_role("button", name="Take it in").click()
    expect(editor.get_by_role("heading", level=1)).to_have_text("The footbridge at Lower Mill opens again")
    editor.get_by_role("link", name="Approve and schedule").click()
    expect(editor.get_by_role("button", name="Approve and seal")).to_have_count(0)

    approver = at_desk(browser, site, APPROVER)
    approver.get_by_role("link", name="The footbridge").click()
    approver.get_by_role("link", name="What will leave").click()
    frame = approver.frame_locator("iframe[title='E-mail in English, on a phone, light']")
    expect(frame.get_by_role("heading", level=1)).to_have_text("The footbridge at Lower Mill opens again")
    approver.get_by_role("link", name="Approve and schedule").click()
    approver.get_by_role("button", name="Approve and seal").click()
    expect(approver.get_by_role("heading", name="Approved")).to_be_visible()

    dispatcher = at_desk(browser, site, DISPATCHER, width=360)
    dispatcher.get_by_role("link", name="The footbridge").click()
    dispatcher.get_by_role("link", name="Approve and schedule").click()
    dispatcher.get_by_role("link", name="Schedule it").click()
    dispatcher.get_by_label("press 3 people").check()
    dispatcher.get_by_role("button", name="See what will happen").click()
    expect(dispatcher.get_by_text("3 people, each once")).to_be_visible()
    dispatcher.get_by_role("button", name="Schedule it").click()
    expect(dispatcher.get_by_text("leaves in")).to_be_visible()
    hold = dispatcher.get_by_role("button", name="Hold")
    box = hold.bounding_box()
    assert box is not None
    assert (box["width"] > 300, box["height"] >= 60) == (True, True), "the button that stops everything is big on a phone"
    hold.click()
    expect(dispatcher.get_by_text("Held by Dora Sends.")).to_be_visible()

    (dispatch,) = site.newsroom.service.dispatches.all()
    assert site.newsroom.status(dispatch).state is DispatchState.HELD
    dispatcher.get_by_role("link", name="Resume …").click()
    dispatcher.get_by_role("button", name="Resume").click()
    expect(dispatcher.get_by_text("leaves in")).to_be_visible()
    dispatcher.get_by_role("link", name="Cancel …").click()
    expect(dispatcher.get_by_text("This cannot be undone")).to_be_visible()
    dispatcher.get_by_role("button", name="Cancel it for good").click()
    expect(dispatcher.locator("#board").get_by_text("cancelled").first).to_be_visible()


def test_the_board_changes_by_itself_when_the_wave_leaves(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(5)
    plan = site.newsroom.schedule(site.newsroom.approved())
    page = at_desk(browser, site, DISPATCHER)
    page.goto(f"/dispatches/{plan.dispatch}")
    expect(page.locator("#board").get_by_text("planned")).to_be_visible()

    site.newsroom.work()

    expect(page.locator("#board").get_by_text("accepted", exact=True)).to_be_visible(timeout=10_000)
    expect(page.locator("#board .state-done")).to_be_visible()
    expect(page.get_by_role("button", name="Hold")).to_have_count(0)


def test_a_mistake_keeps_what_was_typed_and_says_what_is_wrong(browser: Browser, site: StaffSite) -> None:
    page = at_desk(browser, site, EDITOR)
    page.goto("/releases/new")
    text = "---\nheadlin: x\n---\nA text that took an hour to write.\n"
    page.get_by_label("The release", exact=True).fill(text)
    page.get_by_role("button", name="Take it in").click()

    expect(page.get_by_role("alert")).to_contain_text("headline")
    expect(page.get_by_label("The release", exact=True)).to_have_value(
        "---\nheadlin: x\n---\nA text that took an hour to write.\n"
    )


def test_a_script_in_any_field_stays_text(browser: Browser, site: StaffSite) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    page = at_desk(browser, site, EDITOR)
    alerts: list[str] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto("/releases/new")
    page.get_by_label("The release", exact=True).fill(TEXT.replace("The footbridge", nasty).replace("Mirela Osmani", nasty))
    page.get_by_role("button", name="Take it in").click()
    page.goto("/")
    page.goto("/people")
    page.get_by_label("Address, name").fill(nasty)
    page.get_by_role("button", name="Find").click()

    assert page.get_by_label("Address, name").input_value() == nasty
    assert alerts == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, site: StaffSite, scheme: Literal["light", "dark"], direction: str
) -> None:
    names = everything(site)
    page = at_desk(browser, site, ADMIN, width=900, scheme=scheme)

    found = {}
    for path in [*(filled_in(pattern, names) for pattern in pages()), *DOORS]:
        page.goto(path)
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        found[path] = faults(page)

    assert {path: seen for path, seen in found.items() if seen} == {}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_wider_than_a_small_phone(browser: Browser, site: StaffSite, direction: str) -> None:
    names = everything(site)
    page = at_desk(browser, site, ADMIN, width=360)

    for path in [*(filled_in(pattern, names) for pattern in pages()), *DOORS]:
        page.goto(path)
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def everything(site: StaffSite) -> dict[str, str]:
    """Fill the desk: a release that left, one that is approved, one that waits, and an admin who may do everything."""
    site.newsroom.crowd(3)
    stored = site.newsroom.approved()
    plan = site.newsroom.schedule(stored)
    site.newsroom.work()
    site.newsroom.approved(with_headline("A second release, approved"))
    waiting = site.newsroom.take_in(with_headline("A third release, not approved"))
    site.door.keeper.set_roles(account_id(ADMIN), list(Role), by="the tests")
    person = next(iter(site.newsroom.service.book.everyone_on(PRESS)))
    site.newsroom.service.suppressions.add(person.address, reason="asked by phone", by="the tests", at=datetime.now(UTC))
    site.newsroom.people("jon@radio.example", on=ListName("radio"))
    site.door.tokens.issue(account_id(EDITOR), label="newsroom board", scopes=[Permission.READ], by="the tests")
    foreseen = an_import(site, owner=account_id(ADMIN))
    return site.names(release=waiting.release_id, dispatch=plan.dispatch, account=account_id(EDITOR), **{"import": foreseen.id})
