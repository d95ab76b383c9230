"""What will leave, as its readers see it: true to them, and harmless to whoever looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Dialog, expect

from distributor.core.audience import Contact
from distributor.core.ids import Language, address_key
from distributor.core.release import Paragraph, Span
from distributor.core.translation import Others
from distributor.ports_releases import StoredRevision
from tests.flow.newsroom import PRESS, RELEASE
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import EDITOR, StaffSite

FRENCH = replace(RELEASE, headline="Les champs autour de l’école sont libres", language=Language("fr"))
NASTY = '</style><script>alert(1)</script><img src=x onerror="alert(2)">\u202e%%'


@pytest.fixture
def stored(site: StaffSite) -> StoredRevision:
    """Return a release in two languages, and people who read one or the other."""
    people = [
        Contact(address="lea@news.example", name="Léa Blanc", languages=(Language("fr"),)),
        Contact(address="ida@news.example", name="Ida Berg", languages=(Language("fi"),)),
    ]
    site.newsroom.service.book.add_to_list(PRESS, people, at=datetime.now(UTC))
    release = site.newsroom.take_in()
    return site.newsroom.service.taker.translate(release.release_id, FRENCH, by="Ana Lima")


def number_of(site: StaffSite, address: str) -> int:
    number = site.newsroom.service.book.find(address)
    assert number is not None
    return number


def test_somebody_is_found_by_a_form_and_seen_with_what_a_dispatch_would_give_them(
    site: StaffSite, stored: StoredRevision
) -> None:
    session = site.sign_in(EDITOR)
    path = f"/releases/{stored.release_id}/preview"
    lea = number_of(site, "lea@news.example")

    for text in ("lea@news.example", "Léa", "LEA@NEWS.EXAMPLE"):
        found = site.post(path, session, text=text)
        assert f"contact={lea}" in found.text
    seen = site.get(f"{path}?contact={lea}", session)

    assert "They get it in <strong>French</strong>" in seen.text
    assert f'src="{path}/email/fr?view=light&amp;contact={lea}"' in seen.text
    frame = site.get(f"{path}/email/fr?view=light&contact={lea}", session)
    assert "lea@news.example" in frame.text


def test_whoever_gets_nothing_or_another_language_is_told_of(site: StaffSite, stored: StoredRevision) -> None:
    session, service = site.sign_in(EDITOR), site.newsroom.service
    path = f"/releases/{stored.release_id}/preview?contact={number_of(site, 'ida@news.example')}"

    assert "in <strong>English</strong>, which they are not known to read" in site.get(path, session).text
    service.taker.decide_others(stored.release_id, Others.LEAVE_OUT, by="Ana Lima")
    assert "they are left out" in site.get(path, session).text
    service.suppressions.add("ida@news.example", reason="asked", by="x", at=datetime.now(UTC))
    assert "This address is suppressed" in site.get(path, session).text


@pytest.mark.parametrize("contact", ["999999", "0", "-1", "²", "1e3", "9" * 400, "<script>"])
def test_nobody_of_that_number_is_nobody(site: StaffSite, stored: StoredRevision, contact: str) -> None:
    session = site.sign_in(EDITOR)

    for path in ("preview", "preview/email/en"):
        answer = site.get(f"/releases/{stored.release_id}/{path}?contact={contact}", session)
        assert answer.status in {404, 200}
        assert (answer.status == 404) == (contact != "")
        assert "<script>" not in answer.text.replace('<script src="/static', "")


def test_nothing_in_a_preview_leads_anywhere(site: StaffSite, stored: StoredRevision) -> None:
    session = site.sign_in(EDITOR)
    lea = number_of(site, "lea@news.example")
    frame = site.get(f"/releases/{stored.release_id}/preview/email/fr?contact={lea}", session)

    assert "href=" not in frame.text
    assert "%%pr-" not in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert address_key("lea@news.example") not in frame.text


def test_a_frame_is_dark_or_light_whatever_the_browser_prefers(browser: Browser, site: StaffSite, stored: StoredRevision) -> None:
    page = at_desk(browser, site, EDITOR, scheme="light")
    backgrounds = {}

    for view in ("light", "dark"):
        page.goto(f"/releases/{stored.release_id}/preview?part=email/fr&view={view}")
        sheet = page.frame_locator(f"iframe[title='E-mail in French, on a phone, {view}']").locator(".sheet")
        expect(sheet).to_be_visible()
        backgrounds[view] = sheet.evaluate("node => getComputedStyle(node).backgroundColor")
        assert faults(page) == []
    page.goto(f"/releases/{stored.release_id}/preview?part=email/fr&view=text")

    assert backgrounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 30, 33)"}
    expect(page.get_by_label("Plain text")).to_contain_text("Les champs autour de l’école sont libres")
    expect(page.get_by_label("Plain text")).to_contain_text("reporter@example.org")


def test_hostile_text_stays_text(browser: Browser, site: StaffSite) -> None:
    body = (Paragraph(text=(Span(text=NASTY), Span(text="x" * 3000, href="javascript:alert(3)"))),)
    stored = site.newsroom.take_in(
        replace(RELEASE, headline=f"A {NASTY}", subhead=NASTY, body=body, thread=(NASTY, "y" * 50_000))
    )
    page = at_desk(browser, site, EDITOR, width=360)
    alerts: list[str] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)

    for query in ("", "?view=dark", "?view=text", "?part=x/en", "?part=<script>&view=<script>"):
        page.goto(f"/releases/{stored.release_id}/preview{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, query
    page.goto(f"/releases/{stored.release_id}/preview?part=x/en")

    expect(page.get_by_text("50,000 of 280, 49,720 too long")).to_be_visible()
    assert alerts == []
    assert site.get(f"/releases/{stored.release_id}/preview/x/en", site.sign_in(EDITOR)).status == 200
