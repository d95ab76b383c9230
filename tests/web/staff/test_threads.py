"""Writing the posts by hand: they pass the same checks, nothing typed is lost, and whoever saves knows what it voids."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from distributor.core.ids import Language
from distributor.core.message import ThreadMaster
from distributor.ports_releases import StoredRevision
from tests.flow.newsroom import RELEASE, with_headline
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import EDITOR, Answer, StaffSite

FRENCH = replace(RELEASE, headline="Les champs autour de l’école sont libres", language=Language("fr"))


def posts_in(page: str) -> list[str]:
    """Return what stands in the fields."""
    return re.findall(r"<textarea [^>]*>\n(.*?)</textarea>", page, re.DOTALL)


def change(site: StaffSite, stored: StoredRevision, *parts: str, do: str = "save", **fields: str) -> Answer:
    """Send the form as the page shows it now, with these posts."""
    session = site.sign_in(EDITOR)
    page = site.get(f"/releases/{stored.release_id}/thread", session).text
    shown = dict(re.findall(r'<input type="hidden" name="(revision|known)" value="([^"]*)">', page))
    usual = {**shown, "csrf": site.door.sign_in.csrf_of(session), "do": do, **fields}
    return site.send(f"/releases/{stored.release_id}/thread", [*usual.items(), *(("part", part) for part in parts)], session)


def thread_of(site: StaffSite, stored: StoredRevision) -> ThreadMaster:
    """Return what would leave now."""
    service = site.newsroom.service
    masters = service.compose(service.releases.get(stored.release_id))
    return next(one for one in masters if isinstance(one, ThreadMaster))


def test_saved_posts_are_a_new_revision_with_its_translations(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    site.newsroom.service.taker.translate(stored.release_id, FRENCH, by="Ana Lima")

    answer = change(site, stored, "1/2 The fields are free.", "2/2 More: https://example.org/school")

    latest = site.newsroom.service.releases.get(stored.release_id)
    assert (answer.status, answer.headers["location"]) == (303, f"/releases/{stored.release_id}/preview?part=x/en")
    assert thread_of(site, stored).parts == ("1/2 The fields are free.", "2/2 More: https://example.org/school")
    assert (latest.revision, latest.added_by, [one.language for one in latest.translations]) == (3, "Eda Writes", ["fr"])


def test_what_is_composed_anyway_is_not_kept_as_written(site: StaffSite) -> None:
    stored = site.newsroom.take_in(replace(RELEASE, thread=("By hand.",)))

    composed = posts_in(change(site, stored, "By hand.", do="compose").text)
    change(site, stored, *[post.replace("&#39;", "'") for post in composed])

    assert len(composed) > 1
    assert site.newsroom.service.releases.get(stored.release_id).content.thread == ()


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("add:0", ["1/4 A", "2/4 ", "3/4 B", "4/4 C"]),
        ("remove:1", ["1/2 A", "2/2 C"]),
        ("up:2", ["1/3 A", "2/3 C", "3/3 B"]),
        ("down:0", ["1/3 B", "2/3 A", "3/3 C"]),
        ("up:0", ["1/3 A", "2/3 B", "3/3 C"]),
        ("down:9", ["1/3 A", "2/3 B", "3/3 C"]),
        ("up:-1", ["1/3 A", "2/3 B", "3/3 C"]),
        ("<script>", ["1/3 A", "2/3 B", "3/3 C"]),
    ],
)
def test_posts_are_added_removed_and_moved_without_saving(site: StaffSite, do: str, expected: list[str]) -> None:
    stored = site.newsroom.take_in()

    answer = change(site, stored, "1/3 A", "2/3 B", "3/3 C", do=do)

    assert posts_in(answer.text) == expected
    assert site.newsroom.service.releases.get(stored.release_id).revision == 1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["x" * 281], "post 1 (281 of 280)"),
        (["Fine.", " "], "Post 2 is empty"),
        ([], "at least one post"),
        (["@somebody hello"], "begins with @"),
        (["$ABC and $DEF"], "several $ tags"),
        (["lorem ipsum dolor sit amet"], "Placeholder"),
        (["y" * 2_000_000], "too long"),
    ],
)
def test_what_the_checks_refuse_is_not_saved_and_not_lost(site: StaffSite, parts: list[str], said: str) -> None:
    stored = site.newsroom.take_in()

    answer = change(site, stored, *parts)

    assert answer.status == 422
    assert said.casefold() in answer.text.casefold()
    assert [post.strip() for post in posts_in(answer.text)] == [part.strip() for part in parts]
    assert site.newsroom.service.releases.get(stored.release_id).revision == 1


def test_a_newer_revision_is_told_of_and_nothing_typed_is_lost(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    site.newsroom.take_in(with_headline("Another headline"), revises=stored)

    for do in ("save", "add:0"):
        answer = change(site, stored, "What took an hour <b>to</b> write.", do=do, revision="1")
        assert answer.status == 409
        assert "Ana Lima has saved revision 2" in answer.text
        assert posts_in(answer.text)[0] == "What took an hour &lt;b&gt;to&lt;/b&gt; write."
    assert site.newsroom.service.releases.get(stored.release_id).revision == 2
    assert change(site, stored, "What took an hour <b>to</b> write.").status == 303, "saving again goes on from there"


def test_posts_count_while_they_are_typed(browser: Browser, site: StaffSite) -> None:
    stored = site.newsroom.approved()
    page = at_desk(browser, site, EDITOR, width=360)
    page.goto(f"/releases/{stored.release_id}/preview?part=x/en")
    page.get_by_role("link", name="Edit the posts").click()
    page.wait_for_load_state()
    first = page.get_by_label("Post 1 of")

    first.fill("学" * 141)
    expect(page.locator("#count-1")).to_contain_text("282 of 280, 2 too long")
    first.fill("See https://example.org/" + "x" * 60)
    expect(page.locator("#count-1")).to_contain_text("27 of 280")
    expect(page.locator("#count-1")).to_contain_text("has a link")
    expect(page.locator("#total")).to_contain_text("with a link × 0.200")
    expect(page.get_by_text("Saving voids the approval")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(page) == []
    page.get_by_role("button", name="Remove post 2").click()
    page.get_by_role("button", name="Save, and void the approval").click()

    expect(page.get_by_text("These posts were written by hand")).to_be_visible()
    assert site.newsroom.service.releases.approval(stored.release_id) is None
