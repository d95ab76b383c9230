"""What the account on X lets a desk do: replies refused, limits nearly used up. By the real tweepy, on the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from distributor.bootstrap_doctor import examine
from distributor.core.errors import ScheduleRefused
from distributor.core.finding import Finding
from distributor.core.message import ThreadMaster
from distributor.core.quota import Allowance, Told
from distributor.core.report import DispatchState, status_json
from distributor.flow.schedule import ScheduleRequest
from distributor.flow.x_account import are_replies_refused
from distributor.ports_releases import StoredRevision
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from distributor.store.x_account import RedisXMemory
from tests.flow.newsroom import RELEASE, Newsroom, X, with_headline

IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
def restricted(redis_client: redis.Redis) -> Iterator[RunningSandbox]:
    """Return an X that lets nobody reply to themselves, and takes long posts; the store is empty."""
    redis_client.flushdb()
    with RunningSandbox(SandboxSettings(are_replies_restricted=True, longest_post=25_000)) as sandbox:
        yield sandbox


@pytest.fixture
def narrow(redis_client: redis.Redis) -> Iterator[RunningSandbox]:
    """Return an X that takes two posts per 15 minutes; the store is empty."""
    redis_client.flushdb()
    with RunningSandbox(SandboxSettings(posts_per_window=2)) as sandbox:
        yield sandbox


def desk(redis_url: str, sandbox: RunningSandbox, folder: Path, **x: str) -> Newsroom:
    """Return a desk with these settings of the account."""
    return Newsroom(redis_url, sandbox, folder, **{f"DISTRIBUTOR_X__{name.upper()}": value for name, value in x.items()})


def doctors(newsroom: Newsroom, name: str) -> Finding:
    """Return what the doctor says under this name."""
    return next(finding for finding in examine(newsroom.service) if finding.name == name)


def failing(newsroom: Newsroom, stored: StoredRevision) -> dict[str, str]:
    """Return what the failing checks say, by their names."""
    results = newsroom.service.check(stored, newsroom.service.compose(stored), newsroom.service.clock.now())
    return {result.name: result.message for result in results if not result.passed}


def notes(newsroom: Newsroom, stored: StoredRevision) -> str:
    """Return what is shown with the thread before it is approved."""
    (thread,) = (master for master in newsroom.service.compose(stored) if isinstance(master, ThreadMaster))
    return "\n".join(newsroom.service.thread_needs(thread, None))


def test_a_refused_reply_is_remembered_and_the_next_thread_is_not_begun(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path)
    approved_before = newsroom.approved(with_headline("Another road is free"))
    first = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()

    status = newsroom.status(first.dispatch)
    assert status.state is DispatchState.HELD
    assert dict(status.channels)[X].hold_note == "X does not let this account reply to its own post"
    assert are_replies_refused(newsroom.service.dispatches) == first.dispatch
    assert not doctors(newsroom, "x.replies").passed
    posts = len(restricted.log()["posts"])
    with pytest.raises(ScheduleRefused, match="--form post"):
        newsroom.schedule(approved_before, channels=(X,), lists=())
    assert len(restricted.log()["posts"]) == posts == 1
    newsroom.service.close()


def test_the_same_request_again_is_the_same_dispatch_after_a_refused_reply(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path)
    stored = newsroom.approved()
    request = ScheduleRequest(
        release=stored.release_id,
        lists=(),
        channels=(X,),
        by="Ana Lima",
        lift_at=newsroom.service.lift_clock.now(),
        late_limit=IN_AN_HOUR,
    )
    first = newsroom.service.scheduler.schedule(request)
    newsroom.service.preparer.prepare_once(first)
    newsroom.work()

    assert are_replies_refused(newsroom.service.dispatches) == first.dispatch
    assert newsroom.service.scheduler.schedule(request).dispatch == first.dispatch
    newsroom.service.close()


@pytest.mark.parametrize("fallback", ["post", "long"])
def test_what_is_composed_after_a_refused_reply_is_one_post_and_leaves(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path, fallback: str
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path, fallback=fallback)
    newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()
    stored = newsroom.approved(with_headline("Another road is free"))

    assert "one post instead of a thread" in notes(newsroom, stored)
    plan = newsroom.schedule(stored, channels=(X,), lists=())
    newsroom.work()

    _, second = restricted.log()["posts"]
    assert newsroom.states(plan.dispatch, X) == {"live": 1}
    assert (second["reply_to"], "Another road is free" in second["text"]) == (None, True)
    assert ("Mara Lind" in second["text"]) is (fallback == "long")
    newsroom.service.close()


@pytest.mark.parametrize("form", ["post", "long"])
def test_another_form_is_sealed_and_leaves_as_one_post(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path, form: str
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path, form=form)

    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()

    (post,) = restricted.log()["posts"]
    assert newsroom.states(plan.dispatch, X) == {"live": 1}
    assert "Clearance teams free the fields" in post["text"]
    assert ("Mara Lind" in post["text"]) is (form == "long")
    newsroom.service.close()


def test_staff_that_knows_of_the_restriction_never_begins_a_thread(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path
) -> None:
    """With `replies` set there is no half thread, not even a first one."""
    newsroom = desk(redis_url, restricted, tmp_path, replies="refused", form="thread")
    stored = newsroom.approved()

    assert "thread-replies" in failing(newsroom, stored)
    assert "Warning: DISTRIBUTOR_X__REPLIES says" in notes(newsroom, stored)
    with pytest.raises(ScheduleRefused, match="stop at its second part"):
        newsroom.schedule(stored, channels=(X,), lists=())
    assert restricted.log()["posts"] == []
    newsroom.service.close()


def test_staff_that_saw_a_reply_go_out_overrules_the_history(redis_url: str, restricted: RunningSandbox, tmp_path: Path) -> None:
    """An account that X lets reply again must not be locked out by its past."""
    newsroom = desk(redis_url, restricted, tmp_path)
    refused = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()
    newsroom.service.controller.cancel(refused.dispatch, by="Ana", reason="half a thread")
    newsroom.service.close()
    trusting = desk(redis_url, restricted, tmp_path, replies="allowed")

    plan = trusting.schedule(
        trusting.approved(with_headline("Another road is free")), channels=(X,), lists=(), lift_in=IN_AN_HOUR
    )

    assert trusting.states(plan.dispatch, X)["planned"] > 1
    assert doctors(trusting, "x.replies").passed
    trusting.service.close()


def test_what_x_left_is_shown_before_approval_and_by_the_doctor(redis_url: str, narrow: RunningSandbox, tmp_path: Path) -> None:
    newsroom = desk(redis_url, narrow, tmp_path, form="post")
    # X's word is dated to the second, and a busy server's date may lag by one: the lift must surely be before it.
    newsroom.schedule(newsroom.approved(), channels=(X,), lists=(), lift_in=timedelta(seconds=-5))
    newsroom.work()
    threads = desk(redis_url, narrow, tmp_path)
    stored = threads.take_in(with_headline("Another road is free"))

    (left,) = [line for line in notes(threads, stored).splitlines() if line.startswith("Warning: X: 1 of 2 posts left until ")]

    assert "Only 1 of these" in left
    assert left.endswith(" UTC.")
    assert "1 of 2 posts left" in failing(threads, stored)["thread-window"]
    assert " X left 1 of 2 posts until " in doctors(threads, "x.quota").message
    threads.service.close()
    newsroom.service.close()


def test_a_thread_that_would_be_held_in_its_middle_is_refused_and_one_that_waits_is_not(
    redis_url: str, narrow: RunningSandbox, tmp_path: Path
) -> None:
    newsroom = desk(redis_url, narrow, tmp_path)
    stored = newsroom.approved(replace(RELEASE, thread=("One.", "Two.", "Three.")))
    now = newsroom.service.lift_clock.now()
    window = Allowance(most=2, left=1, ends_at=now + timedelta(minutes=10))
    RedisXMemory(newsroom.service.client, newsroom.service.account_of(X)).remember(Told(at=now, window=window, day=None))

    with pytest.raises(ScheduleRefused, match="held in its middle"):
        newsroom.schedule(stored, channels=(X,), lists=(), late_limit=timedelta(minutes=9))
    plan = newsroom.schedule(stored, channels=(X,), lists=(), late_limit=timedelta(minutes=11))

    assert newsroom.states(plan.dispatch, X) == {"planned": 3}
    quota = doctors(newsroom, "x.quota")
    assert (quota.passed, plan.dispatch in quota.message) == (False, True)
    newsroom.service.close()


def test_the_status_says_until_when_a_channel_waits_after_a_429(redis_url: str, narrow: RunningSandbox, tmp_path: Path) -> None:
    newsroom = desk(redis_url, narrow, tmp_path)
    plan = newsroom.schedule(newsroom.approved(replace(RELEASE, thread=("One.", "Two.", "Three."))), channels=(X,), lists=())

    newsroom.service.hot_path.dispatcher.serve(
        should_stop=lambda: newsroom.status(plan.dispatch).channels[0][1].paused_until is not None
    )

    told = RedisXMemory(newsroom.service.client, newsroom.service.account_of(X)).told()
    assert told is not None
    assert told.window is not None
    until = status_json(newsroom.status(plan.dispatch))["channels"]["x"]["paused_until"]
    assert until is not None
    assert until.endswith("Z")
    assert abs(datetime.fromisoformat(until) - told.window.ends_at) < timedelta(seconds=3)
    assert newsroom.states(plan.dispatch, X) == {"live": 2, "planned": 1}
    newsroom.service.close()


def test_threads_around_the_same_time_count_against_the_window(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=(), lift_in=IN_AN_HOUR)
    posts, now, account = sum(newsroom.states(plan.dispatch, X).values()), datetime.now(UTC), newsroom.service.x_account

    near = account.quota(98, lift_at=plan.lift_at + timedelta(minutes=5), now=now)
    far = account.quota(98, lift_at=plan.lift_at + timedelta(hours=2), now=now)

    assert near is not None
    assert far is not None
    assert (near.window.others, near.is_enough) == (posts, False)
    assert (far.window.others, far.day.others, far.is_enough) == (0, posts, True)


def test_a_cancelled_thread_takes_nothing_of_the_window(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=(), lift_in=IN_AN_HOUR)
    newsroom.service.controller.cancel(plan.dispatch, by="Ana", reason="no")

    quota = newsroom.service.x_account.quota(98, lift_at=plan.lift_at, now=datetime.now(UTC))

    assert quota is not None
    assert quota.window.others == 0


@pytest.mark.parametrize("year", [1, 9999])
def test_a_lift_at_the_edge_of_the_calendar_has_no_quota(newsroom: Newsroom, year: int) -> None:
    edge = datetime(year, 12, 31, 23, 59, tzinfo=UTC)

    assert newsroom.service.x_account.quota(3, lift_at=edge, now=edge) is None
