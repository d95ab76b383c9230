"""What the real sendgrid client meets, and what the sandbox keeps."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import orjson
import pytest
import sendgrid
from python_http_client.exceptions import BadRequestsError, UnauthorizedError

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from tests.sandbox.clients import Mailer, call, mail, person


def test_the_real_client_sends(sandbox: RunningSandbox) -> None:
    client = sendgrid.SendGridAPIClient(sandbox.settings.api_key, host=sandbox.url)

    response = client.client.mail.send.post(request_body=mail())

    assert (response.status_code, response.body) == (202, b"")
    assert response.headers["X-Message-Id"]


def test_the_real_client_sees_refusals_as_its_own_errors(sandbox: RunningSandbox) -> None:
    client = sendgrid.SendGridAPIClient(sandbox.settings.api_key, host=sandbox.url)
    stranger = sendgrid.SendGridAPIClient("SG.other", host=sandbox.url)

    with pytest.raises(BadRequestsError) as refused:
        client.client.mail.send.post(request_body=mail(subject=""))
    with pytest.raises(UnauthorizedError):
        stranger.client.mail.send.post(request_body=mail())

    assert refused.value.to_dict["errors"][0]["field"] == "subject"


def test_the_log_says_who_got_what_and_when(mailer: Mailer) -> None:
    before = time.time_ns() // 1000
    mailer.send(mail([person(1), person(2)], custom_args={"pr_dispatch": "d1"}))
    after = time.time_ns() // 1000

    log = mailer.sandbox.log()

    messages = mailer.messages()
    assert [message["to"] for message in messages] == ["reporter1@example.net", "reporter2@example.net"]
    assert [message["custom_args"] for message in messages] == [{"pr_dispatch": "d1", "pr_index": str(n)} for n in (1, 2)]
    assert all(before <= int(str(message["accepted_at"])) <= after for message in messages)
    assert isinstance(log["requests"], list)
    assert [entry["status"] for entry in log["requests"]] == [202]


def test_a_message_with_two_readers_is_told_apart(mailer: Mailer) -> None:
    """Nobody may see another reader's address; the sandbox must not hide it when somebody does."""
    mailer.send(mail([{"to": [{"email": "a@example.net"}, {"email": "b@example.net"}]}, person(3)]))

    assert [message["recipients_in_message"] for message in mailer.messages()] == [2, 2, 1]
    assert mailer.sandbox.summary()["messages_with_several_recipients"] == 2


def test_the_summary_counts_people_and_repeats(mailer: Mailer) -> None:
    mailer.send(mail([person(1), person(2)]))
    mailer.send(mail([person(2)]))
    mailer.send(mail([{**person(1), "custom_args": {"pr_index": "other release"}}]))

    summary = mailer.sandbox.summary()

    assert (summary["messages"], summary["recipients"], summary["duplicates"]) == (4, 2, 2)
    assert summary["repeated_deliveries"] == 1


def test_reset_forgets_everything(mailer: Mailer) -> None:
    mailer.send(mail())
    mailer.sandbox.play({"provider": "x", "kind": "500"})

    mailer.sandbox.reset()

    assert mailer.sandbox.summary()["requests"] == 0
    assert orjson.loads(call(mailer.sandbox, "GET", "/sandbox/faults").body) == []


def test_the_log_file_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "accepted.jsonl"
    sandbox = RunningSandbox(SandboxSettings(log_file=str(file)))
    sandbox.start()
    Mailer(sandbox).send(mail([person(1), person(2)]))
    Mailer(sandbox).send(mail(subject=""))

    sandbox.stop(with_signal=signal.SIGKILL)

    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert [line["messages"] for line in lines] == [
        [["reporter1@example.net", {"pr_index": "1"}], ["reporter2@example.net", {"pr_index": "2"}]]
    ]


def test_a_restart_takes_the_same_port() -> None:
    sandbox = RunningSandbox()
    with sandbox:
        port = sandbox.port

    with sandbox:
        assert sandbox.port == port
        assert Mailer(sandbox).send(mail()).status == 202


def test_a_domain_that_is_not_verified_is_forbidden() -> None:
    with RunningSandbox(SandboxSettings(sender_domains=("example.org",))) as sandbox:
        other = Mailer(sandbox).send(mail([person()], **{"from": {"email": "press@example.com"}}))
        own = Mailer(sandbox).send(mail())

    assert (other.status, own.status) == (403, 202)
