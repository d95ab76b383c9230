"""What will leave, by programs: the same steps as in the pages."""

from __future__ import annotations

from dataclasses import replace

from distributor.core.ids import Language
from tests.flow.newsroom import RELEASE, with_headline
from tests.web.api.program import Program, problem
from tests.web.staff.conftest import APPROVER, EDITOR, StaffSite


def test_posts_are_counted_written_and_composed_again(site: StaffSite) -> None:
    stored, editor = site.newsroom.take_in(), Program.of(site, EDITOR)
    path = f"/releases/{stored.release_id}/thread"

    counts = editor.post(f"{path}/counts", {"posts": ["学" * 141, "see example.org"]})["posts"]
    long = editor.ask("PUT", path, {"revision": 1, "posts": ["x" * 281]})
    written = editor.ask("PUT", path, {"revision": 1, "posts": ["By hand."]}).text
    stale = editor.ask("PUT", path, {"revision": 1, "posts": ["Too late."]})
    composed = editor.ask("PUT", path, {"revision": 2, "posts": None}).text

    assert [(one["count"], one["fits"], one["has_link"]) for one in counts] == [(282, False, False), (27, True, True)]
    assert (problem(long), problem(stale)) == ("bad-input", "bad-input")
    assert '"is_written":true' in written
    assert '"is_written":false' in composed
    assert editor.get(path)["revision"] == 3


def test_the_difference_and_the_audience_are_told(site: StaffSite) -> None:
    site.newsroom.crowd(2)
    stored, approver = site.newsroom.approved(), Program.of(site, APPROVER)
    path = f"/releases/{stored.release_id}"

    first = approver.get(f"{path}/difference")
    site.newsroom.take_in(with_headline("Another headline"), revises=stored)
    changed = approver.get(f"{path}/difference")
    audience = approver.get(f"{path}/audience")

    assert (first["since"], first["changed"]) == (None, [])
    assert changed["since"] == 1
    assert "Subject in English" in [part["title"] for part in changed["changed"]]
    assert audience["is_counted"]
    assert [(one["list"], one["people"], one["by_language"], one["came"]) for one in audience["lists"]] == [
        ("press", 2, {"en": 2}, 0)
    ]


def test_one_reader_gets_what_a_dispatch_would_give_them(site: StaffSite) -> None:
    site.newsroom.crowd(1)
    stored, editor = site.newsroom.take_in(), Program.of(site, EDITOR)
    site.newsroom.service.taker.translate(stored.release_id, replace(RELEASE, language=Language("fr")), by="Ana Lima")
    number = site.newsroom.service.book.find("r0@news.example")

    assert editor.get(f"/releases/{stored.release_id}/readers/{number}")["language"] == "en"
    assert problem(editor.ask("GET", f"/releases/{stored.release_id}/readers/{10**30}")) == "not-found"


def test_a_test_goes_to_the_tokens_account_alone_and_an_approval_is_withdrawn(site: StaffSite) -> None:
    stored = site.newsroom.approved()
    editor, approver = Program.of(site, EDITOR), Program.of(site, APPROVER)
    path = f"/releases/{stored.release_id}"

    sent = editor.post(f"{path}/test", {"revision": 1, "languages": ["en"]})
    elsewhere = editor.ask("POST", f"{path}/test", {"revision": 1, "languages": ["en"], "to": "x@y.example"})
    withdrawn = approver.post(f"{path}/approval/withdrawal", {"reason": "A name is wrong"})

    assert sent["messages"] == 1
    assert elsewhere.status == 422
    assert site.newsroom.received() == [EDITOR]
    assert withdrawn["is_approved"] is False
    assert site.newsroom.service.releases.approval(stored.release_id) is None
