"""People of the desk at their browsers, and what axe-core says of what they see."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.staff.conftest import PASSWORD, StaffSite


def at_desk(
    browser: Browser, site: StaffSite, login: str, *, width: int = 1200, scheme: Literal["light", "dark"] = "light"
) -> Page:
    """Return the browser of somebody who has signed in by the page."""
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site.url).new_page()
    page.goto("/")
    page.get_by_label("E-mail address").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Releases")
    return page


def faults(page: Page) -> list[str]:
    """Return what axe-core finds on a page (WCAG 2.2 AA and its best practices)."""
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in Axe().run(page).response["violations"]]
