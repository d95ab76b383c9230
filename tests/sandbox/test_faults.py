"""Faults are played as asked, and the sandbox remembers what it took in spite of them."""

from __future__ import annotations

import http.client
import time

import orjson
import pytest

from tests.sandbox.clients import Json, Mailer, Poster, call, mail, person


def test_a_cut_after_acceptance_leaves_the_client_in_doubt_and_the_message_accepted(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "cut-after-accept", "next": 1})

    with pytest.raises(http.client.RemoteDisconnected):
        mailer.send(mail([person(1)]))
    again = mailer.send(mail([person(2)]))

    assert again.status == 202
    assert [message["to"] for message in mailer.messages()] == ["reporter1@example.net", "reporter2@example.net"]


def test_a_cut_before_acceptance_looks_the_same_and_took_nothing(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "cut-before-accept", "next": 1})

    with pytest.raises(http.client.RemoteDisconnected):
        mailer.send(mail())

    assert mailer.messages() == []


def test_a_reset_comes_while_the_request_is_under_way(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "reset", "next": 1})

    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        mailer.send(mail(person(n) for n in range(1000)))

    assert mailer.messages() == []


@pytest.mark.parametrize(
    ("kind", "status", "taken"), [("429", 429, 0), ("500", 500, 0), ("503", 503, 0), ("500-after-accept", 500, 1)]
)
def test_a_status_is_played_in_sendgrids_shape(kind: str, status: int, taken: int, mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": kind})

    answer = mailer.send(mail())

    assert answer.status == status
    assert answer.error
    assert len(mailer.messages()) == taken


def test_a_reset_is_told_from_an_orderly_end(mailer: Mailer) -> None:
    """http.client calls an orderly end RemoteDisconnected, which is a kind of ConnectionResetError; only the type tells."""
    mailer.sandbox.play({"provider": "sendgrid", "kind": "reset", "next": 1})

    with pytest.raises(ConnectionResetError) as ended:
        mailer.send(mail())

    assert ended.type is ConnectionResetError


def test_a_429_tells_how_long_to_wait_only_when_asked_to(mailer: Mailer) -> None:
    mailer.sandbox.play(
        {"provider": "sendgrid", "kind": "429", "next": 1}, {"provider": "sendgrid", "kind": "429", "next": 1, "retry_after": 7}
    )

    silent, telling = mailer.send(mail()), mailer.send(mail())

    assert "retry-after" not in silent.headers
    assert telling.headers["retry-after"] == "7"
    assert 5 <= int(telling.headers["x-ratelimit-reset"]) - time.time() <= 8


def test_a_slow_answer_comes_after_the_message_was_taken(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "slow", "seconds": 0.3})

    started = time.monotonic()
    answer = mailer.send(mail())

    assert answer.status == 202
    assert time.monotonic() - started >= 0.3
    assert int(str(mailer.messages()[0]["accepted_at"])) < time.time_ns() // 1000 - 250_000


def test_garbage_is_a_2xx_that_proves_nothing(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "garbage-2xx"})

    answer = mailer.send(mail())

    assert (answer.status, "x-message-id" in answer.headers) == (200, False)
    assert len(mailer.messages()) == 1


def test_the_same_seed_meets_the_same_requests(mailer: Mailer) -> None:
    def statuses(seed: int) -> list[int]:
        mailer.sandbox.play({"provider": "sendgrid", "kind": "503", "rate": 0.5, "seed": seed})
        return [mailer.send(mail([person(n)])).status for n in range(12)]

    first, again, other = statuses(1), statuses(1), statuses(2)

    assert first == again
    assert first != other
    assert {202, 503} == set(first)


def test_a_rule_may_be_aimed_at_reading(poster: Poster) -> None:
    poster.sandbox.play({"provider": "x", "kind": "503", "method": "GET", "path": "/2/users"})

    created = poster.raw("POST", "/2/tweets", json={"text": "Hello"})
    listed = poster.raw("GET", "/2/users/1000000001/tweets")

    assert (created.status_code, listed.status_code) == (201, 503)


def test_rules_are_shown_with_what_they_did_and_cleared(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "503", "next": 2})
    mailer.send(mail())

    shown = orjson.loads(call(mailer.sandbox, "GET", "/sandbox/faults").body)
    cleared = orjson.loads(call(mailer.sandbox, "DELETE", "/sandbox/faults").body)

    assert [(rule["kind"], rule["next"], rule["fired"]) for rule in shown] == [("503", 1, 1)]
    assert cleared == []


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ({"provider": "smtp", "kind": "429"}, "faults[0].provider"),
        ({"provider": "x", "kind": "fire"}, "faults[0].kind"),
        ({"provider": "x", "kind": "duplicate"}, "faults[0].kind"),
        ({"provider": "x", "kind": "429", "rate": 2}, "faults[0].rate"),
        ({"provider": "x", "kind": "429", "chance": 1}, "faults[0]"),
    ],
)
def test_a_rule_that_makes_no_sense_names_its_field(rule: Json, where: str, mailer: Mailer) -> None:
    answer = call(mailer.sandbox, "POST", "/sandbox/faults", body=orjson.dumps([rule]))

    assert answer.status == 400
    assert str(orjson.loads(answer.body)["error"]).startswith(f"{where}: ")


def test_the_log_tells_what_the_client_saw_from_what_was_decided(mailer: Mailer) -> None:
    mailer.sandbox.play({"provider": "sendgrid", "kind": "cut-after-accept", "next": 1})
    with pytest.raises(http.client.RemoteDisconnected):
        mailer.send(mail())

    requests = mailer.sandbox.log()["requests"]

    assert isinstance(requests, list)
    assert (requests[0]["status"], requests[0]["answered"], requests[0]["fault"]) == (202, None, "cut-after-accept")
