"""Health, readiness, metrics, and what every answer carries."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from distributor.core.errors import StoreUnavailable
from distributor.core.finding import Finding
from distributor.store.connection import check_durable, connect
from distributor.store.roster import RedisRoster
from distributor.telemetry import FIELDS, Event
from tests.store.ledger_desk import ACCEPTED
from tests.web.conftest import Browser, Site, WebDesk


def samples(reader: Browser) -> dict[tuple[str, ...], float]:
    """Return every sample of /metrics by its name and the values of its labels."""
    text = reader.ask("GET", "/metrics").data.decode()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_process_says_that_it_is_alive(reader: Browser) -> None:
    answer = reader.ask("GET", "/healthz")

    assert (answer.status, orjson.loads(answer.data)) == (200, {"status": "ok"})


def test_a_durable_redis_is_ready(reader: Browser) -> None:
    answer = reader.ask("GET", "/readyz")

    assert (answer.status, orjson.loads(answer.data)["status"]) == (200, "ready")


def test_a_redis_that_is_away_is_not_ready_while_the_process_is_alive(desk: WebDesk, site: Site) -> None:
    away = connect("redis://127.0.0.1:1/0")
    reader = site.open(replace(desk.parts(), check_store=lambda: check_durable(away)))

    answer = reader.ask("GET", "/readyz")

    assert answer.status == 503
    (reason,) = orjson.loads(answer.data)["reasons"]
    assert reason["name"] == "redis.reachable"
    assert reason["remedy"]
    assert reader.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize(("setting", "value"), [("appendfsync", "everysec"), ("maxmemory-policy", "allkeys-lru")])
def test_a_redis_that_could_forget_is_not_ready(desk: WebDesk, reader: Browser, setting: str, value: str) -> None:
    before = desk.client.config_get(setting)[setting] or ""
    desk.client.config_set(setting, value)
    try:
        answer = reader.ask("GET", "/readyz")
    finally:
        desk.client.config_set(setting, before)

    assert answer.status == 503
    assert [reason["name"] for reason in orjson.loads(answer.data)["reasons"]] == [f"redis.{setting}"]


def test_little_memory_is_told_and_no_reason_to_turn_recipients_away(desk: WebDesk, site: Site) -> None:
    def check() -> Sequence[Finding]:
        return [Finding(name="redis.memory", passed=False, message="Redis uses 9 MB of 10 MB.", remedy="Raise maxmemory.")]

    answer = site.open(replace(desk.parts(), check_store=check)).ask("GET", "/readyz")

    assert answer.status == 200
    assert orjson.loads(answer.data)["reasons"][0]["name"] == "redis.memory"


def test_metrics_are_the_ledgers_facts(desk: WebDesk, reader: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    desk.suppressions.add("gone@paper.example", reason="by hand", by="Ana", at=desk.clock.now())
    RedisRoster(desk.client).beat("worker-1")

    found = samples(reader)

    assert found["distributor_deliveries", "email", "dweb", "accepted"] == 1
    assert found["distributor_deliveries", "email", "dweb", "planned"] == 2
    assert found["distributor_dispatches", "releasing"] == 1
    assert found["distributor_dispatches", "held"] == 0
    assert found["distributor_workers_alive",] == 1
    assert found["distributor_suppressions",] == 1
    assert 1 < found["distributor_lateness_seconds", "dweb"] < 60


def test_metrics_name_at_most_fifty_dispatches_the_unfinished_first(desk: WebDesk, reader: Browser) -> None:
    for number in range(55):
        finished = WebDesk(desk.client, dispatch=f"d{number}")
        finished.create()
        finished.dispatches.close(finished.id)

    found = samples(reader)

    assert sum(value for key, value in found.items() if key[0] == "distributor_dispatches") == 50
    assert ("distributor_deliveries", "email", "dweb", "planned") in found


def test_no_answer_may_be_kept_framed_sniffed_or_indexed(reader: Browser) -> None:
    for path in ("/healthz", "/metrics", "/nowhere", "/unsubscribe/x", "/view/x"):
        headers = reader.ask("GET", path).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "no-store"
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_endpoints_describe_themselves(reader: Browser) -> None:
    described = orjson.loads(reader.ask("GET", "/api/v1/openapi.json").data)["paths"]

    assert {path: sorted(methods) for path, methods in described.items()} == {
        "/healthz": ["get"],
        "/readyz": ["get"],
        "/metrics": ["get"],
        "/webhooks/sendgrid": ["post"],
        "/unsubscribe/{token}": ["get", "post"],
        "/view/{token}": ["get"],
    }


def test_a_failure_tells_neither_the_asker_nor_the_log_what_it_was_about(
    desk: WebDesk, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(token: str) -> None:
        raise RuntimeError(f"secret text about {token}")

    parts = desk.parts()
    reader = site.open(replace(parts, view=replace(parts.view, read_token=fail)))

    with caplog.at_level("INFO"):
        answer = reader.ask("GET", "/view/somebodys-token")

    assert answer.status == 500
    assert "secret" not in answer.data.decode()
    assert "somebodys-token" not in answer.data.decode()
    told = [record for record in caplog.records if record.getMessage() == Event.REQUEST_FAILED.value]
    assert [record.__dict__["facts"] for record in told] == [{"route": "/view/{token}", "error": "RuntimeError"}]
    assert "somebodys-token" not in caplog.text
    assert FIELDS[Event.REQUEST_FAILED]


def test_a_store_that_is_away_is_a_reason_to_ask_again(desk: WebDesk, site: Site) -> None:
    def fail(token: str) -> None:
        raise StoreUnavailable("Redis does not answer.")

    parts = desk.parts()
    reader = site.open(replace(parts, unsubscriber=replace(parts.unsubscriber, read_token=fail)))

    answer = reader.ask("POST", "/unsubscribe/x")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


_SERVE = """
import sys
from starlette.responses import PlainTextResponse
from distributor.web.serve import serve
from distributor.web.shield import Shield
serve(Shield(PlainTextResponse("here")), host="127.0.0.1", port=int(sys.argv[1]), trusted_proxies=sys.argv[2])
print("closed in order", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_stops_when_told_and_lets_its_caller_close_up(number: signal.Signals, repo_root: Path) -> None:
    """An embedded Redis is closed by whoever called `serve`; dying of the signal would cut that short."""
    with served(repo_root, trusted_proxies="127.0.0.1") as (process, _):
        process.send_signal(number)
        said, _ = process.communicate(timeout=10)

    assert (process.returncode, said.decode().strip()) == (0, "closed in order")


@pytest.mark.parametrize(("trusted", "is_believed"), [("127.0.0.0/8", True), ("192.0.2.1, 198.51.100.0/24", False), ("", False)])
def test_only_a_proxy_of_ours_is_believed_that_somebody_came_by_https(
    repo_root: Path, trusted: str, *, is_believed: bool
) -> None:
    with served(repo_root, trusted_proxies=trusted) as (process, port):
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/", headers={"X-Forwarded-Proto": "https"}, retries=False)
        process.terminate()

    assert ("Strict-Transport-Security" in answer.headers) == is_believed


@contextmanager
def served(repo_root: Path, *, trusted_proxies: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield a server's process, once it answers, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(port), trusted_proxies], stdout=subprocess.PIPE, cwd=repo_root, env=os.environ
    ) as process:
        wait_until_answered(port)
        yield process, port


def wait_until_answered(port: int) -> None:
    """Return when somebody answers on the port."""
    until = time.monotonic() + timedelta(seconds=10).total_seconds()
    while time.monotonic() < until:
        try:
            urllib3.request("GET", f"http://127.0.0.1:{port}/", retries=False, timeout=1)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the server does not answer")
