"""An account that may not reply to its own posts: found, refused at scheduling, and another form leaves, by the real tweepy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from distributor.core.errors import ScheduleRefused
from distributor.core.report import DispatchState
from distributor.flow.x_account import are_replies_refused, diagnose_replies, quota_around
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from tests.flow.newsroom import Newsroom, X, with_headline


@pytest.fixture
def restricted(redis_client: redis.Redis) -> Iterator[RunningSandbox]:
    """Return an X that lets nobody reply to themselves, and takes long posts; the store is empty."""
    redis_client.flushdb()
    with RunningSandbox(SandboxSettings(are_replies_restricted=True, longest_post=25_000)) as sandbox:
        yield sandbox


def desk(redis_url: str, sandbox: RunningSandbox, folder: Path, form: str) -> Newsroom:
    """Return a desk that posts in this form."""
    return Newsroom(redis_url, sandbox, folder, DISTRIBUTOR_X__FORM=form)


def test_a_refused_reply_is_remembered_and_the_next_thread_is_not_begun(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path, "thread")
    first = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()

    status = newsroom.status(first.dispatch)
    assert status.state is DispatchState.HELD
    assert dict(status.channels)[X].hold_note == "X does not let this account reply to its own post"
    assert are_replies_refused(newsroom.service.dispatches) == first.dispatch
    assert not diagnose_replies(newsroom.service.dispatches).passed
    with pytest.raises(ScheduleRefused, match="DISTRIBUTOR_X__FORM"):
        newsroom.schedule(newsroom.approved(with_headline("Another road is free")), channels=(X,), lists=())
    newsroom.service.close()


@pytest.mark.parametrize("form", ["post", "long"])
def test_another_form_is_sealed_and_leaves_as_one_post(
    redis_url: str, restricted: RunningSandbox, tmp_path: Path, form: str
) -> None:
    newsroom = desk(redis_url, restricted, tmp_path, form)

    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()

    (post,) = restricted.log()["posts"]
    assert newsroom.states(plan.dispatch, X) == {"live": 1}
    assert "Clearance teams free the fields" in post["text"]
    assert ("Mara Lind" in post["text"]) is (form == "long")
    newsroom.service.close()


def test_threads_around_the_same_time_count_against_the_window(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=(), lift_in=timedelta(hours=1))
    posts = sum(newsroom.states(plan.dispatch, X).values())

    near = quota_around(98, lift_at=plan.lift_at + timedelta(minutes=5), dispatches=newsroom.service.dispatches)
    far = quota_around(98, lift_at=plan.lift_at + timedelta(hours=2), dispatches=newsroom.service.dispatches)

    assert (near.in_window, near.is_enough) == (posts, False)
    assert (far.in_window, far.in_day, far.is_enough) == (0, posts, True)


def test_a_cancelled_thread_takes_nothing_of_the_window(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=(), lift_in=timedelta(hours=1))
    newsroom.service.controller.cancel(plan.dispatch, by="Ana", reason="no")

    assert quota_around(98, lift_at=plan.lift_at, dispatches=newsroom.service.dispatches).in_window == 0
