"""A dispatch on the real Redis, the real SDKs and the sandbox, one slot at work."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from distributor.core.errors import Refused, ScheduleRefused
from distributor.core.ids import RemoteId
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchState
from distributor.flow.schedule import ScheduleRequest
from distributor.ports import Accepted
from distributor.sandbox.faults import FaultKind
from tests.flow.newsroom import EMAIL, PRESS, Newsroom, X, with_headline


def test_everybody_on_the_list_gets_one_message_and_the_thread_is_whole(newsroom: Newsroom) -> None:
    newsroom.crowd(30)
    plan = newsroom.schedule(newsroom.approved(), channels=(EMAIL, X))

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 30}
    assert sorted(newsroom.received()) == sorted(f"r{number}@news.example" for number in range(30))
    posts = newsroom.sandbox.log()["posts"]
    parts = dict(newsroom.status(plan.dispatch).channels)[X].parts
    assert [part.remote_id for part in parts] == [post["id"] for post in posts]
    assert [post["reply_to"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]
    assert newsroom.status(plan.dispatch).state is DispatchState.DONE


def test_nothing_leaves_before_the_lift_by_redis_clock(newsroom: Newsroom) -> None:
    newsroom.crowd(5)
    plan = newsroom.schedule(newsroom.approved(), channels=(EMAIL, X), lift_in=timedelta(seconds=1.5))

    newsroom.work()

    status = newsroom.status(plan.dispatch)
    lift_us = int(plan.lift_at.timestamp() * 1_000_000)
    begun = [r["begun_at"] for r in newsroom.sandbox.log()["requests"] if r["method"] == "POST"]
    assert status.state is DispatchState.DONE
    assert begun
    # One machine, so Redis's clock and the sandbox's are the same one.
    assert min(begun) >= lift_us


def test_a_slot_that_finds_a_dispatch_weeks_ahead_leaves_it_alone(newsroom: Newsroom) -> None:
    newsroom.crowd(5)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(days=21))

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"planned": 5}
    assert newsroom.received() == []
    assert newsroom.status(plan.dispatch).state is DispatchState.ARMED


def test_one_bad_address_does_not_keep_the_others_from_their_mail(newsroom: Newsroom) -> None:
    """SendGrid refuses the whole request for one address; the batch is cut until only the bad one is refused."""
    newsroom.crowd(9)
    newsroom.people("nobody@localhost")
    plan = newsroom.schedule(newsroom.approved())

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 9, "refused": 1}
    assert len(newsroom.received()) == 9
    assert newsroom.status(plan.dispatch).state is DispatchState.DONE


def test_a_lost_answer_ends_in_doubt_and_is_not_sent_again(newsroom: Newsroom) -> None:
    newsroom.crowd(4)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})

    newsroom.work()
    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"unknown": 4}
    assert len(newsroom.received()) == 4
    assert newsroom.status(plan.dispatch).state is DispatchState.INCOMPLETE


def test_being_asked_to_slow_down_delays_and_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.crowd(4)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.TOO_MANY.value, "next": 2, "retry_after": 1})

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 4}
    assert len(newsroom.received()) == 4


def test_a_part_in_doubt_stops_the_thread_and_a_decision_resumes_it(newsroom: Newsroom) -> None:
    """A reply to a part that may not exist would hang in the air; the rest waits for a person's word."""
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.sandbox.play({"provider": "x", "kind": FaultKind.CUT_BEFORE_ACCEPT.value, "next": 1})
    newsroom.work()
    parts = len(dict(newsroom.status(plan.dispatch).channels)[X].parts)
    assert newsroom.states(plan.dispatch, X) == {"unknown": 1, "planned": parts - 1}
    assert newsroom.status(plan.dispatch).state is DispatchState.INCOMPLETE

    newsroom.service.controller.settle(plan.dispatch, should_send_again=True, by="Ana", reason="not on the account")
    newsroom.work()

    assert newsroom.states(plan.dispatch, X) == {"live": parts}
    assert len(newsroom.sandbox.log()["posts"]) == parts


def test_a_part_whose_answer_was_lost_is_found_on_the_account_and_the_thread_goes_on(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.sandbox.play({"provider": "x", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    newsroom.work()
    assert newsroom.states(plan.dispatch, X)["unknown"] == 1

    found = newsroom.service.reconciler.reconcile(plan.dispatch)
    newsroom.work()

    parts = dict(newsroom.status(plan.dispatch).channels)[X].parts
    posts = newsroom.sandbox.log()["posts"]
    assert found == 1
    assert [part.remote_id for part in parts] == [post["id"] for post in posts]
    assert [post["reply_to"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]


def test_a_part_that_is_not_on_the_account_stays_in_doubt(newsroom: Newsroom) -> None:
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.sandbox.play({"provider": "x", "kind": FaultKind.CUT_BEFORE_ACCEPT.value, "next": 1})
    newsroom.work()

    found = newsroom.service.reconciler.reconcile(plan.dispatch)

    assert found == 0
    assert newsroom.states(plan.dispatch, X)["unknown"] == 1


def test_a_part_counts_as_sent_only_with_the_post_that_it_is(newsroom: Newsroom) -> None:
    """Without the post's number the next part would have nothing to reply to."""
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.sandbox.play({"provider": "x", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    newsroom.work()
    settle = newsroom.service.controller.settle

    with pytest.raises(Refused, match="--post"):
        settle(plan.dispatch, should_send_again=False, by="Ana", reason="seen")
    post = newsroom.sandbox.log()["posts"][0]["id"]
    settle(plan.dispatch, should_send_again=False, by="Ana", reason="seen", post=Accepted(remote_id=RemoteId(post)))
    newsroom.work()

    assert set(newsroom.states(plan.dispatch, X)) == {"live"}
    assert newsroom.sandbox.log()["posts"][1]["reply_to"] == post


def test_the_same_request_twice_is_one_dispatch(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    stored = newsroom.approved()
    first = newsroom.schedule(stored, lift_in=timedelta(hours=1))
    request_again = newsroom.service.dispatches.plan(first.dispatch)

    second = newsroom.service.scheduler.schedule(_same(request_again))

    assert second.dispatch == first.dispatch
    assert newsroom.service.preparer.prepare_once(second).recipients == 3


def test_a_second_dispatch_of_the_release_leaves_out_whoever_has_it(newsroom: Newsroom) -> None:
    """Two overlapping lists in two dispatches: nobody gets the release twice."""
    newsroom.people("a@news.example", "b@news.example")
    stored = newsroom.approved()
    newsroom.schedule(stored)
    newsroom.work()
    newsroom.people("c@news.example")

    second = newsroom.schedule(stored)
    newsroom.work()

    assert newsroom.states(second.dispatch) == {"accepted": 1}
    assert sorted(newsroom.received()) == ["a@news.example", "b@news.example", "c@news.example"]


def test_a_cancelled_dispatch_may_be_scheduled_anew_and_reaches_everybody(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    stored = newsroom.approved()
    first = newsroom.schedule(stored, lift_in=timedelta(hours=1))
    newsroom.service.controller.cancel(first.dispatch, by="Ana", reason="wrong hour")
    assert newsroom.states(first.dispatch) == {"withdrawn": 3}

    second = newsroom.schedule(stored)
    newsroom.work()

    assert second.dispatch != first.dispatch
    assert newsroom.states(second.dispatch) == {"accepted": 3}


def test_the_thread_of_a_release_is_not_scheduled_twice(newsroom: Newsroom) -> None:
    stored = newsroom.approved()
    newsroom.schedule(stored, channels=(X,), lists=())

    with pytest.raises(ScheduleRefused, match="already"):
        newsroom.schedule(stored, channels=(X,), lists=(), lift_in=timedelta(minutes=5))


def test_a_new_revision_stops_what_was_scheduled_of_the_old_one(newsroom: Newsroom) -> None:
    """What leaves is what was sealed: a change after approval closes the gate, also when nobody holds the dispatch."""
    newsroom.crowd(3)
    stored = newsroom.approved()
    plan = newsroom.schedule(stored, lift_in=timedelta(seconds=1))
    newsroom.take_in(with_headline("Another headline"), revises=stored)
    time.sleep(1.1)

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"planned": 3}
    assert newsroom.received() == []
    assert newsroom.status(plan.dispatch).hold_reason == "seal"


def test_the_gate_itself_refuses_when_the_approval_is_gone(newsroom: Newsroom) -> None:
    """Even if nobody had put the dispatch on hold, the seal at the gate no longer fits."""
    newsroom.crowd(3)
    stored = newsroom.approved()
    plan = newsroom.schedule(stored)
    newsroom.service.releases.void_approval(stored.release_id)

    newsroom.work()

    assert newsroom.received() == []
    assert newsroom.status(plan.dispatch).hold_reason == "seal"


def test_bytes_changed_in_the_store_do_not_leave(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved())
    frame = newsroom.service.dispatches.frame(plan.dispatch, plan.masters[0])
    newsroom.service.dispatches.store_frame(plan.dispatch, plan.masters[0], frame.replace(b"Clearance", b"Clearanze"))

    newsroom.work()

    assert newsroom.received() == []
    assert newsroom.status(plan.dispatch).hold_reason == "seal"


def test_past_the_late_limit_the_dispatch_is_held_and_a_person_lets_it_go(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=-10), late_limit=timedelta(minutes=5))
    newsroom.work()
    assert (newsroom.received(), newsroom.status(plan.dispatch).hold_reason) == ([], "late")

    newsroom.service.controller.resume(plan.dispatch, by="Ana", reason="still news", may_start_for=timedelta(minutes=5))
    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 3}


def test_a_revoked_key_holds_the_dispatch_instead_of_refusing_everybody(redis_url: str, newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.service.channels[EMAIL].close()
    bad = Newsroom(
        redis_url, newsroom.sandbox, newsroom.service.settings.data_dir.parent, DISTRIBUTOR_SENDGRID__API_KEY="SG.revoked"
    )

    bad.work()
    bad.service.close()

    assert newsroom.states(plan.dispatch) == {"planned": 3}
    assert newsroom.status(plan.dispatch).state is DispatchState.HELD
    assert newsroom.status(plan.dispatch).why_held == "provider"


def test_hold_stops_the_wave_and_resume_goes_on_exactly_there(redis_url: str, newsroom: Newsroom) -> None:
    desk = Newsroom(redis_url, newsroom.sandbox, newsroom.service.settings.data_dir.parent, DISTRIBUTOR_DISPATCH__BATCH_SIZE="1")
    desk.crowd(40)
    plan = desk.schedule(desk.approved())
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.SLOW.value, "rate": 1.0, "seconds": 0.05})
    slot = threading.Thread(target=desk.work)
    slot.start()
    time.sleep(0.5)

    desk.service.controller.hold(plan.dispatch, by="Ana", reason="the minister calls")
    slot.join(5)
    out_at_hold = len(desk.received())
    assert not slot.is_alive()
    assert 0 < out_at_hold < 40
    assert desk.states(plan.dispatch) == {"accepted": out_at_hold, "planned": 40 - out_at_hold}

    newsroom.sandbox.play()
    desk.service.controller.resume(plan.dispatch, by="Ana", reason="", may_start_for=timedelta(minutes=60))
    desk.work()
    desk.service.close()

    assert desk.states(plan.dispatch) == {"accepted": 40}
    assert len(set(desk.received())) == len(desk.received()) == 40


def test_someone_suppressed_after_staging_is_left_out_of_the_very_request(newsroom: Newsroom) -> None:
    newsroom.crowd(5)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.service.suppressions.add("r2@news.example", reason="asked", by="Ana", at=newsroom.service.clock.now())

    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 4, "suppressed": 1}
    assert "r2@news.example" not in newsroom.received()


def test_two_slots_never_send_the_same_batch(redis_url: str, newsroom: Newsroom) -> None:
    desk = Newsroom(redis_url, newsroom.sandbox, newsroom.service.settings.data_dir.parent, DISTRIBUTOR_DISPATCH__BATCH_SIZE="3")
    desk.crowd(90)
    plan = desk.schedule(desk.approved(), channels=(EMAIL, X), lift_in=timedelta(seconds=0.5))

    slots = [threading.Thread(target=desk.work) for _ in range(6)]
    for slot in slots:
        slot.start()
    for slot in slots:
        slot.join(30)
    desk.service.close()

    summary = newsroom.sandbox.summary()
    assert desk.states(plan.dispatch) == {"accepted": 90}
    assert (summary["messages"], summary["recipients"], summary["duplicates"]) == (90, 90, 0)
    assert desk.status(plan.dispatch).state is DispatchState.DONE


def _same(plan: DispatchPlan) -> ScheduleRequest:
    return ScheduleRequest(
        release=plan.release,
        lists=(PRESS,),
        channels=plan.channels,
        by="Ana Lima",
        lift_at=plan.lift_at,
        late_limit=plan.late_limit,
    )
