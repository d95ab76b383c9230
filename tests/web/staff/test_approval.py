"""Approving in the browser: what is sealed is what was looked at, by somebody who may, and it can be taken back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from distributor.core.account import Role, account_id
from distributor.core.approval import short_code
from distributor.core.errors import ApprovalRefused
from distributor.core.release import Image
from distributor.core.report import DispatchState, HoldReason
from distributor.ports_releases import StoredRevision
from tests.flow.newsroom import RELEASE, with_headline
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, Answer, StaffSite


def approve(site: StaffSite, stored: StoredRevision, session: str, **fields: str) -> Answer:
    """Send the form as the page shows it, with these fields."""
    page = site.get(f"/releases/{stored.release_id}/approval", session).text
    shown = dict(re.findall(r'<input type="hidden" name="(revision|seen)" value="([^"]*)">', page))
    return site.post(f"/releases/{stored.release_id}/approve", session, **{**shown, **fields})


def test_an_approval_is_shown_with_its_code_and_how_to_compare_it(site: StaffSite) -> None:
    stored, session = site.newsroom.take_in(), site.sign_in(APPROVER)

    assert "First approval" in site.get(f"/releases/{stored.release_id}/approval", session).text
    assert approve(site, stored, session).status == 303

    approval = site.newsroom.service.releases.approval(stored.release_id)
    assert approval is not None
    assert approval.by == "Pavel Seals"
    page = site.get(f"/releases/{stored.release_id}/approval", session).text
    assert short_code(approval.seal) in page
    assert "one reads the eight letters and digits out" in page


def test_what_changed_while_somebody_looked_is_not_sealed_unseen(site: StaffSite) -> None:
    """A newer revision, and also the same revision that would leave otherwise: from another sender, say."""
    stored, session = site.newsroom.take_in(), site.sign_in(APPROVER)

    old = approve(site, stored, session, seen="0" * 64)
    site.newsroom.take_in(with_headline("Another headline"), revises=stored)
    newer = approve(site, stored, session, revision="1")

    assert (old.status, "has changed since you looked" in old.text) == (422, True)
    assert (newer.status, "newer revision" in newer.text) == (422, True)
    assert site.newsroom.service.releases.approval(stored.release_id) is None


def test_a_revision_that_comes_at_the_last_moment_is_not_sealed_unseen(site: StaffSite) -> None:
    """Between the look at the number and the sealing there is time for another revision."""
    stored = site.newsroom.take_in()
    site.newsroom.take_in(with_headline("Another headline"), revises=stored)

    with pytest.raises(ApprovalRefused, match="Revision 2 has come"):
        site.newsroom.service.approver.approve(stored.release_id, by="Pavel Seals", waivers=(), revision=stored.revision)
    assert site.newsroom.service.releases.approval(stored.release_id) is None


def test_each_check_is_passed_over_with_a_reason_of_its_own(site: StaffSite) -> None:
    broken = replace(RELEASE, images=(Image(url="https://example.org/a.jpg"),), link="https://nowhere")
    stored, session = site.newsroom.take_in(broken), site.sign_in(APPROVER)
    reasons = {"reason.image-alt": "A logo <b>only</b>", "reason.dead-links": ""}
    form = {"waive": "image-alt", **reasons}

    refused = approve(site, stored, session, **form)
    page = site.get(f"/releases/{stored.release_id}/approval", session).text
    shown = dict(re.findall(r'<input type="hidden" name="(revision|seen|csrf)" value="([^"]*)">', page))
    both = [*shown.items(), ("waive", "image-alt"), ("waive", "dead-links"), *reasons.items()]
    without = site.send(f"/releases/{stored.release_id}/approve", both, session)
    all_given = [(name, value or "The host answers only inside") for name, value in both]
    sealed = site.send(f"/releases/{stored.release_id}/approve", all_given, session)

    assert (refused.status, "dead-links" in refused.text) == (422, True)
    assert 'value="A logo &lt;b&gt;only&lt;/b&gt;"' in refused.text, "what was typed is kept"
    assert (without.status, "needs a reason" in without.text) == (422, True)
    assert sealed.status == 303
    for address in ("", "/approval"):
        assert site.get(f"/releases/{stored.release_id}{address}", session).text.lower().count("passed over</strong>") == 2, (
            address
        )
    approval = site.newsroom.service.releases.approval(stored.release_id)
    assert approval is not None
    assert {(one.check, one.reason) for one in approval.waivers} == {
        ("image-alt", "A logo <b>only</b>"),
        ("dead-links", "The host answers only inside"),
    }


def test_whoever_wrote_it_is_told_before_trying(site: StaffSite) -> None:
    """Also under a name that only looks like another."""
    site.door.keeper.set_roles(account_id(EDITOR), [Role.EDITOR, Role.APPROVER], by="the tests")
    session = site.sign_in(EDITOR)
    stored = site.newsroom.service.taker.take_in(replace(RELEASE, author="eda  WRITES"), by="Somebody", revises=None)

    page = site.get(f"/releases/{stored.release_id}/approval", session).text
    tried = site.post(f"/releases/{stored.release_id}/approve", session, revision="1")

    assert "a second person approves it" in page
    assert "Approve and seal" not in page
    assert (tried.status, site.newsroom.service.releases.approval(stored.release_id)) == (422, None)


def test_the_difference_to_the_last_approved_revision_is_shown_word_by_word(browser: Browser, site: StaffSite) -> None:
    stored = site.newsroom.approved()
    site.newsroom.take_in(with_headline("An interim revision that nobody approved"), revises=stored)
    nasty = "<script>alert(1)</script>\u202e"
    changed = replace(RELEASE, headline=RELEASE.headline.replace("free", f"open {nasty}"), link="https://example.org/other")
    site.newsroom.take_in(changed, revises=stored)
    page = at_desk(browser, site, APPROVER)
    page.goto(f"/releases/{stored.release_id}/approval")

    expect(page.get_by_role("heading", name="Changed since approved revision 1")).to_be_visible()
    subject = page.get_by_role("region", name="Subject in English")
    expect(subject.locator("del")).to_contain_text("removed: free")
    expect(subject.locator("ins")).to_contain_text("open <script>alert(1)</script>⟨U+202E⟩")
    expect(page.get_by_role("region", name="Thread on X in English").locator("ins").last).to_contain_text("other")
    expect(page.get_by_text("Unchanged: Sender")).to_be_visible()
    assert faults(page) == []
    page.goto(f"/releases/{stored.release_id}/changes")
    expect(page.get_by_role("heading", name="From approved revision 1 to revision 3")).to_be_visible()
    assert faults(page) == []


def test_an_approval_is_withdrawn_with_a_reason_and_what_is_scheduled_is_held(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(3)
    stored = site.newsroom.approved()
    plan = site.newsroom.schedule(stored)
    page = at_desk(browser, site, APPROVER, width=360)
    page.goto(f"/releases/{stored.release_id}/approval")
    page.get_by_role("button", name="Withdraw the approval …").click()

    expect(page.get_by_text(f"Dispatch {plan.dispatch}")).to_be_visible()
    assert faults(page) == []
    assert site.newsroom.service.releases.approval(stored.release_id) is not None, "asked, not done"
    page.get_by_label("Why, kept for good").fill("A name is wrong")
    page.get_by_role("button", name="Withdraw the approval").click()
    expect(page.get_by_role("button", name="Approve and seal")).to_be_visible()

    site.newsroom.work()
    status = site.newsroom.status(plan.dispatch)
    assert (status.state, status.hold_reason) == (DispatchState.HELD, HoldReason.SEAL.value)
    assert site.newsroom.states(plan.dispatch) == {"planned": 3}
    entry = list(site.newsroom.service.audit.entries(subject=stored.release_id))[-1]
    assert (entry.action, entry.by, entry.reason) == ("approval.voided", "Pavel Seals", "A name is wrong")
    page.goto(f"/releases/{stored.release_id}/approval")
    expect(page.get_by_text("Nothing of what leaves has changed.")).to_be_visible()


def test_nothing_is_withdrawn_without_a_reason_or_an_approval(site: StaffSite) -> None:
    stored, session = site.newsroom.approved(), site.sign_in(APPROVER)
    path = f"/releases/{stored.release_id}/withdraw"

    assert site.post(path, session, sure="yes", reason=" ").status == 422
    assert site.newsroom.service.releases.approval(stored.release_id) is not None
    assert site.post(path, session, sure="yes", reason="x").status == 303
    assert "not approved" in site.post(path, session, sure="yes", reason="x").text
    assert site.post(path, site.sign_in(DISPATCHER), sure="yes", reason="x").status == 403
