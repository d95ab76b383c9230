"""The board in a browser: the wave as it happens, a hold that stops it in the middle, and what is in doubt."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, Page, Route, expect

from distributor.core.delivery import OPEN, State
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchState
from distributor.sandbox.serve import RunningSandbox
from tests.cli.terminal import Terminal
from tests.flow.newsroom import EMAIL, RELEASE, Newsroom, X, with_headline
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, Answer, StaffSite


@pytest.fixture
def slow_site(redis_url: str, redis_client: redis.Redis, running_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[StaffSite]:
    """Return a desk whose waves take some seconds: small batches, and a provider that thinks for a while."""
    running_sandbox.reset()
    running_sandbox.play({"provider": "sendgrid", "kind": "slow", "seconds": 0.3})
    newsroom = Newsroom(redis_url, running_sandbox, tmp_path, DISTRIBUTOR_DISPATCH__BATCH_SIZE="10")
    site = StaffSite(newsroom)
    yield site
    running_sandbox.play()
    site.close()
    newsroom.service.close()


def left(site: StaffSite, dispatch: DispatchId) -> int:
    """Return how many have left."""
    tally = dict(site.newsroom.status(dispatch).channels)[EMAIL].tally
    assert tally.is_balanced
    return tally.total - tally.count(OPEN)


def hold_on_a_phone(page: Page) -> None:
    """Touch the one big button, which is under the thumb without scrolling."""
    box = page.get_by_role("button", name="Hold").bounding_box()
    assert box is not None
    assert (box["width"] > 300, box["height"] >= 60, box["y"] + box["height"] <= 800) == (True, True, True)
    page.get_by_role("button", name="Hold").click()


def test_a_hold_on_a_phone_in_the_middle_of_the_wave_stops_it_and_resume_goes_on_exactly_there(
    browser: Browser, slow_site: StaffSite, tmp_path: Path, clean_environ: dict[str, str], redis_url: str
) -> None:
    site, terminal = slow_site, Terminal(tmp_path, clean_environ, slow_site.newsroom.sandbox)
    terminal.environ |= {
        "DISTRIBUTOR_REDIS_URL": redis_url,
        "DISTRIBUTOR_BROKER_URL": f"redis+socket{redis_url.removeprefix('unix').partition('?')[0]}?virtual_host=1",
        "DISTRIBUTOR_LOG__LEVEL": "error",
    }
    site.newsroom.crowd(600)
    plan = site.newsroom.schedule(site.newsroom.approved(), channels=(EMAIL, X), lift_in=timedelta(seconds=4))
    worker = terminal.start("worker")
    try:
        page = at_desk(browser, site, EDITOR, width=360)
        page.goto(f"/dispatches/{plan.dispatch}")
        expect(page.get_by_role("timer")).to_contain_text("leaves in")
        page.evaluate("window.scrollTo(0, 300)")
        # No reload, nothing pressed: the stream brings the wave.
        expect(page.locator("#board svg.chart .column").nth(1)).to_be_visible(timeout=20_000)

        hold_on_a_phone(page)
        expect(page.get_by_text("Held by Eda Writes.")).to_be_visible()
        time.sleep(1.5)
        stopped_at = left(site, plan.dispatch)
        received = len(site.newsroom.received())
        time.sleep(1.5)

        assert 0 < stopped_at < 600, "it was stopped in the middle"
        assert (left(site, plan.dispatch), len(site.newsroom.received())) == (stopped_at, received)
        assert site.newsroom.status(plan.dispatch).state is DispatchState.HELD
        expect(page.get_by_role("link", name="Resume …")).to_have_count(0)

        desk = at_desk(browser, site, DISPATCHER)
        desk.goto(f"/dispatches/{plan.dispatch}")
        desk.get_by_role("link", name="Resume …").click()
        expect(desk.get_by_text(f"{600 - stopped_at} that have not left")).to_be_visible()
        expect(desk.get_by_text("At once.")).to_be_visible()
        site.newsroom.sandbox.play()
        desk.get_by_role("button", name="Resume").click()
        expect(desk.locator("#board .state-done")).to_be_visible(timeout=20_000)
        expect(page.locator("#board .state-done")).to_be_visible()
        expect(page.get_by_role("button", name="Hold")).to_be_hidden()
        expect(desk.locator("#board .posts a")).to_have_count(len(dict(site.newsroom.status(plan.dispatch).channels)[X].parts))
    finally:
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=30)
    assert worker.returncode == 0, said
    assert sorted(site.newsroom.received()) == sorted(f"r{number}@news.example" for number in range(600))


def test_the_countdown_follows_the_servers_clock_whatever_the_laptops_says(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(1)
    plan = site.newsroom.schedule(site.newsroom.approved(), lift_in=timedelta(hours=3))
    page = at_desk(browser, site, EDITOR)
    page.add_init_script("Date.now = () => 0; const Old = Date; Date = class extends Old { constructor() { super(0); } };")
    page.goto(f"/dispatches/{plan.dispatch}")

    expect(page.get_by_role("timer")).to_contain_text("leaves in 2\u00a0h 59\u00a0m 5")
    first = page.get_by_role("timer").inner_text()
    expect(page.get_by_role("timer")).not_to_have_text(first)


def test_without_a_stream_the_board_asks_and_without_script_it_is_right_as_of_its_loading(
    browser: Browser, site: StaffSite
) -> None:
    site.newsroom.crowd(5)
    plan = site.newsroom.schedule(site.newsroom.approved())

    def lose(route: Route) -> None:
        route.abort()

    page = at_desk(browser, site, DISPATCHER)
    page.route("**/live", lose)
    page.goto(f"/dispatches/{plan.dispatch}")
    site.newsroom.work()
    expect(page.locator("#board .state-done")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name="Hold")).to_be_hidden()

    site.newsroom.sandbox.play()
    second = site.newsroom.schedule(site.newsroom.approved(with_headline("Another")), lift_in=timedelta(hours=2))
    plain = browser.new_context(
        java_script_enabled=False, base_url=site.url, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(f"/dispatches/{second.dispatch}")
    expect(plain.get_by_text("leaves in 1 h 59 m")).to_be_visible()
    plain.get_by_role("button", name="Hold").click()
    expect(plain.get_by_text("Held by Dora Sends.")).to_be_visible()
    # It does not leave at its lift any more, and nothing says that it does.
    expect(plain.get_by_text("the lift is in 1 h 59 m")).to_be_visible()
    expect(plain.get_by_text("leaves in")).to_be_hidden()


def test_who_is_signed_out_is_told_beside_what_was_right_until_then(browser: Browser, site: StaffSite) -> None:
    site.newsroom.crowd(1)
    plan = site.newsroom.schedule(site.newsroom.approved(), lift_in=timedelta(hours=3))
    page = at_desk(browser, site, EDITOR)
    page.goto(f"/dispatches/{plan.dispatch}")
    expect(page.get_by_role("timer")).to_contain_text("leaves in")

    (secret,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "distributor_session"]
    site.door.sign_in.log_out(secret)

    expect(page.get_by_role("alert").get_by_text("You are signed out")).to_be_visible(timeout=10_000)


def in_doubt(site: StaffSite) -> DispatchId:
    """Return a dispatch whose e-mails are in doubt, all five."""
    site.newsroom.crowd(5)
    plan = site.newsroom.schedule(site.newsroom.approved())
    site.newsroom.sandbox.play({"provider": "sendgrid", "kind": "cut-before-accept", "next": 1})
    site.newsroom.work()
    site.newsroom.sandbox.play()
    assert site.newsroom.states(plan.dispatch) == {"unknown": 5}
    return plan.dispatch


def test_what_is_in_doubt_is_settled_by_a_person_who_has_read_what_it_risks(browser: Browser, site: StaffSite) -> None:
    dispatch = in_doubt(site)
    page = at_desk(browser, site, DISPATCHER)
    page.goto(f"/dispatches/{dispatch}")
    expect(page.locator("#board").get_by_text("5 in doubt")).to_be_visible()
    page.get_by_role("link", name="Look at it and decide …").click()
    assert faults(page) == []
    page.get_by_text("Send again.").click()
    page.get_by_label("Why you decide so").fill("The provider's feed does not show them")
    page.get_by_role("button", name="Go on …").click()
    expect(page.get_by_text("gets it twice")).to_be_visible()
    assert faults(page) == []
    assert site.newsroom.states(dispatch) == {"unknown": 5}, "nothing was done yet"
    page.get_by_role("button", name="Send them again").click()
    expect(page.get_by_text("Your decision is written down")).to_be_visible()

    site.newsroom.work()
    expect(page.locator("#board .state-done")).to_be_visible()
    assert len(site.newsroom.received()) == 5
    (entry,) = [one for one in site.newsroom.service.audit.entries(subject=dispatch) if one.action == "dispatch.settled"]
    assert (entry.by, entry.reason) == ("Dora Sends", "The provider's feed does not show them")


def test_a_decision_that_is_not_whole_is_refused_and_keeps_what_was_typed(site: StaffSite) -> None:
    dispatch, session = in_doubt(site), site.sign_in(DISPATCHER)
    path = f"/dispatches/{dispatch}/settle"

    no_reason = site.post(path, session, channel="email", decision="sent", reason=" ", sure="yes")
    no_choice = site.post(path, session, channel="email", decision="x", reason="seen <b>it</b>", sure="yes")
    no_channel = site.post(path, session, channel="fax", decision="sent", reason="x", sure="yes")
    not_there = site.post(path, session, channel="x", decision="again", reason="x", sure="yes")
    done = site.post(path, session, channel="email", decision="sent", reason="the feed shows them", sure="yes")
    twice = site.post(path, session, channel="email", decision="again", reason="x", sure="yes")

    assert {answer.status for answer in (no_reason, no_choice, no_channel, not_there)} == {422}
    assert "seen &lt;b&gt;it&lt;/b&gt;" in no_choice.text
    assert done.status == 303
    assert (twice.status, "in doubt here any more" in twice.text) == (422, True)
    assert site.newsroom.states(dispatch) == {"accepted": 5}


def test_a_part_that_counts_as_sent_needs_its_post_and_the_thread_goes_on_below_it(site: StaffSite) -> None:
    plan = site.newsroom.schedule(site.newsroom.approved(), channels=(X,), lists=())
    site.newsroom.sandbox.play({"provider": "x", "kind": "cut-after-accept", "next": 1})
    site.newsroom.work()
    site.newsroom.sandbox.play()
    assert site.newsroom.states(plan.dispatch, X).get("unknown") == 1
    (post,) = site.newsroom.sandbox.log()["posts"]
    path, session = f"/dispatches/{plan.dispatch}/settle", site.sign_in(DISPATCHER)

    def send(post: str, *, sure: str = "") -> Answer:
        reason = "seen on the account's page"
        return site.post(path, session, channel="x", decision="sent", reason=reason, post=post, sure=sure)

    refused = [send(bad, sure="yes") for bad in ("", "javascript:1", "https://x.example/", "1" * 30)]
    asked = send(f"https://x.com/desk/status/{post['id']}?s=20")
    done = send(f"https://x.com/desk/status/{post['id']}", sure="yes")
    site.newsroom.work()

    assert {answer.status for answer in refused} == {422}
    assert (asked.status, done.status) == (200, 303)
    assert set(site.newsroom.states(plan.dispatch, X)) == {State.LIVE.value}
    assert site.newsroom.sandbox.log()["posts"][1]["reply_to"] == post["id"]


def test_what_changed_meanwhile_is_told_plainly(site: StaffSite) -> None:
    site.newsroom.crowd(2)
    plan = site.newsroom.schedule(site.newsroom.approved(), lift_in=timedelta(hours=1))
    session = site.sign_in(DISPATCHER)
    board = f"/dispatches/{plan.dispatch}"

    def told(path: str, sure: str = "") -> str:
        answer = site.post(f"{board}/{path}", session, sure=sure)
        assert answer.status == 303, answer.text
        return site.get(answer.headers["location"], session).text

    assert "It was not held any more" in told("resume")
    assert "It is held." in told("hold")
    assert "held it before you" in told("hold")
    assert "It goes on" in told("resume")
    assert "It is cancelled for good" in told("cancel", sure="yes")
    assert "cancelled it before you" in told("cancel", sure="yes")
    assert "nothing to hold any more" in told("hold")
    assert site.newsroom.status(plan.dispatch).state is DispatchState.CANCELLED
    assert "nothing to cancel" in site.get(f"{board}/cancel", session).text
    assert "not held any more" in site.get(f"{board}/resume", session).text
    assert site.get(f"{board}?told=<script>", session).text.count("<script>") == 0


def test_nothing_is_held_that_has_left(site: StaffSite) -> None:
    site.newsroom.crowd(2)
    plan = site.newsroom.schedule(site.newsroom.approved())
    site.newsroom.work()

    answer = site.post(f"/dispatches/{plan.dispatch}/hold", site.sign_in(APPROVER))

    assert answer.headers["location"].endswith("told=not-to-hold")
    assert site.newsroom.status(plan.dispatch).state is DispatchState.DONE


def test_a_late_dispatch_says_that_it_is_late_before_it_is_resumed(site: StaffSite) -> None:
    site.newsroom.crowd(2)
    late = timedelta(hours=-2)
    plan = site.newsroom.schedule(site.newsroom.approved(RELEASE), lift_in=late, late_limit=timedelta(minutes=30))
    site.newsroom.work()
    session = site.sign_in(DISPATCHER)

    page = site.get(f"/dispatches/{plan.dispatch}/resume", session).text

    assert "Its late limit of 30 m 0 s has passed" in page
    assert site.post(f"/dispatches/{plan.dispatch}/resume", session).status == 303
    site.newsroom.work()
    assert site.newsroom.states(plan.dispatch) == {"accepted": 2}
