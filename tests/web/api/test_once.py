"""Idempotency keys: a write sent again is answered again and not done again, by anybody, at any moment, whatever dies."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from distributor.core.account import Permission
from distributor.store.kept_answers import RedisKeptAnswers
from tests.web.api.program import Program, problem
from tests.web.api.table import TEXT
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, Answer, StaffSite

KEY = "4a1d6f0e-7b7c"


def take_in(program: Program, key: str = KEY, text: str = TEXT) -> Answer:
    return program.ask("POST", "/releases", {"text": text}, Idempotency_Key=key)


def audited(site: StaffSite, action: str) -> int:
    return sum(entry.action == action for entry in site.newsroom.service.audit.entries())


def test_the_same_request_under_its_key_gets_the_first_answer_and_does_nothing(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)
    first = take_in(editor)
    release = json.loads(first.text)["release"]
    Program.of(site, APPROVER).post(f"/releases/{release}/approval", {"revision": 1})

    again = take_in(editor)

    assert (first.status, first.headers.get("idempotency-replayed")) == (200, None)
    assert (again.text, again.status, again.headers["idempotency-replayed"]) == (first.text, 200, "true")
    assert again.headers["content-type"] == "application/json"
    assert json.loads(take_in(editor, "another").text)["is_approved"] is True


def test_a_refusal_is_an_answer_too(site: StaffSite) -> None:
    """One key is one attempt: a repetition that a proxy sends late does not do what was refused when somebody waited for it."""
    site.newsroom.crowd(1)
    dispatcher = Program.of(site, DISPATCHER)
    stored = site.newsroom.take_in()
    wanted = {"release": stored.release_id, "to": ["press"], "channels": ["email"], "lift": "2099-01-01T00:00:00Z"}

    first = dispatcher.ask("POST", "/dispatches", wanted, Idempotency_Key=KEY)
    site.newsroom.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
    again = dispatcher.ask("POST", "/dispatches", wanted, Idempotency_Key=KEY)

    assert (problem(first), again.text, again.headers["idempotency-replayed"]) == ("refused", first.text, "true")
    assert site.newsroom.service.dispatches.all() == []


def test_a_key_belongs_to_one_request_of_one_token(site: StaffSite) -> None:
    editor, second, other = (
        Program.of(site, EDITOR),
        Program.of(site, EDITOR, Permission.WRITE_RELEASE),
        Program.of(site, APPROVER),
    )
    take_in(editor)

    changed = take_in(editor, text=TEXT + "\nMore.\n")
    elsewhere = editor.ask("POST", "/dispatches/dnone/hold", {"reason": ""}, Idempotency_Key=KEY)
    by_second = take_in(second)
    by_other = other.ask("POST", "/dispatches/dnone/hold", {}, Idempotency_Key=KEY)

    assert (changed.status, problem(changed), problem(elsewhere)) == (422, "key-reused", "key-reused")
    assert (by_second.status, problem(by_second)) == (409, "key-of-other-token")
    assert by_other.status == 404, "another account's keys are its own"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "schlüssel"])
def test_a_key_that_cannot_be_is_named(site: StaffSite, key: str) -> None:
    answer = Program.of(site, EDITOR).raw(
        "POST", "/releases", b"{}", {"Content-Type": "application/json", "Idempotency-Key": key.encode().decode("latin-1")}
    )

    assert (problem(answer), json.loads(answer.text)["where"]) == ("bad-input", "Idempotency-Key")


def test_what_cannot_be_read_may_be_put_right_under_the_same_key(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)

    wrong = editor.ask("POST", "/releases", {"txt": TEXT}, Idempotency_Key=KEY)

    assert (problem(wrong), take_in(editor).status) == ("bad-input", 200)


def test_a_role_that_comes_later_counts(site: StaffSite) -> None:
    waiver = {"revision": 1, "waivers": [{"check": "dead-links", "reason": "they follow"}]}
    stored = site.newsroom.take_in()
    approver = Program.of(site, APPROVER, Permission.APPROVE)

    answer = approver.ask("POST", f"/releases/{stored.release_id}/approval", waiver, Idempotency_Key=KEY)
    again = approver.ask("POST", f"/releases/{stored.release_id}/approval", waiver, Idempotency_Key=KEY)

    assert (problem(answer), again.status, again.headers.get("idempotency-replayed")) == ("forbidden", 403, None)


def test_of_many_at_once_one_is_done(site: StaffSite) -> None:
    site.newsroom.crowd(1)
    plan = site.newsroom.schedule(site.newsroom.approved())
    dispatcher = Program.of(site, DISPATCHER)
    together = threading.Barrier(8)

    def hold() -> Answer:
        together.wait()
        return dispatcher.ask("POST", f"/dispatches/{plan.dispatch}/hold", {}, Idempotency_Key=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(hold) for _ in range(8)]]

    assert sum(answer.status == 200 and "idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert {problem(answer) for answer in answers if answer.status != 200} <= {"still-running"}
    assert audited(site, "dispatch.held") == 1


def test_nothing_of_an_answer_can_be_read_in_redis(site: StaffSite, redis_client: redis.Redis) -> None:
    take_in(Program.of(site, EDITOR))

    (name,) = redis_client.keys("answer:*")
    kept = repr((name, redis_client.hgetall(name)))

    assert "Lower Mill" not in kept
    assert KEY not in kept
    assert 0 < redis_client.pttl(name) <= RedisKeptAnswers(redis_client)._kept_ms


def test_a_read_has_no_key(site: StaffSite, redis_client: redis.Redis) -> None:
    Program.of(site, EDITOR).ask("GET", "/releases", Idempotency_Key=KEY)

    assert redis_client.keys("answer:*") == []
