"""The dead man's switch: staff hear of a silent lift, once, by a post that proves who sent it."""

from __future__ import annotations

import base64
import hmac
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from distributor.channels.alert_mail import AlertMail, make_alert_mail
from distributor.channels.alert_webhook import AlertWebhook
from distributor.core.alarm import Alarm, alarms, sentence
from distributor.core.errors import ConfigurationError, NotSent
from distributor.core.report import DispatchStatus
from distributor.flow.alarm import Watchman
from tests.flow.newsroom import Newsroom

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes....").decode()


class Desk(HTTPServer):
    """The desk's own webhook; answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204


class _Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Return a webhook on a free port."""
    server = Desk()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def silent(newsroom: Newsroom) -> DispatchStatus:
    """Return the status of a dispatch of which nothing has left two minutes after its lift."""
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=-2))
    return newsroom.status(plan.dispatch)


@pytest.mark.parametrize(
    ("minutes", "has_left", "raised"),
    [
        (0.9, False, ()),
        (1, False, (Alarm.SILENT,)),
        (1, True, ()),
        (15, True, (Alarm.UNSETTLED,)),
        (15, False, (Alarm.SILENT, Alarm.UNSETTLED)),
    ],
)
def test_an_alarm_is_due_at_its_minute(silent: DispatchStatus, minutes: float, has_left: bool, raised: tuple[Alarm, ...]) -> None:
    status = replace(
        silent,
        read_at=silent.lift_at + timedelta(minutes=minutes),
        first_sent_at=datetime.now(UTC) if has_left else None,
    )

    assert alarms(status) == raised


def test_a_done_or_cancelled_dispatch_raises_none(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(minutes=-20))
    newsroom.work()

    assert alarms(newsroom.status(plan.dispatch)) == ()


def test_staff_are_told_once_by_a_signed_post(newsroom: Newsroom, silent: DispatchStatus, desk: Desk) -> None:
    sink = AlertWebhook(url=f"http://127.0.0.1:{desk.server_port}/alarm", secret=SECRET)
    watchmen = [Watchman(dispatches=newsroom.service.dispatches, sinks=(sink,)) for _ in range(2)]

    raised = [watchman.watch(silent) for watchman in watchmen]

    assert raised == [(Alarm.SILENT,), ()]
    ((headers, body),) = desk.heard
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert silent.dispatch.encode() in body


def test_an_alarm_that_was_not_heard_is_told_again_under_the_same_id(
    newsroom: Newsroom, silent: DispatchStatus, desk: Desk
) -> None:
    sink = AlertWebhook(url=f"http://127.0.0.1:{desk.server_port}/alarm", secret=SECRET)
    watchman = Watchman(dispatches=newsroom.service.dispatches, sinks=(sink,))
    desk.status = 500
    watchman.watch(silent)
    desk.status = 204

    watchman.watch(silent)
    watchman.watch(silent)

    assert len(desk.heard) == 2
    assert desk.heard[0][0]["webhook-id"] == desk.heard[1][0]["webhook-id"]


def test_a_sink_that_is_deaf_keeps_no_other_from_hearing(newsroom: Newsroom, silent: DispatchStatus, desk: Desk) -> None:
    """The mail is told once although the webhook has to be told again and again."""
    webhook = AlertWebhook(url=f"http://127.0.0.1:{desk.server_port}/alarm", secret=SECRET)
    watchman = Watchman(dispatches=newsroom.service.dispatches, sinks=(webhook, mail(newsroom)))
    desk.status = 500

    for _ in range(3):
        watchman.watch(silent)

    assert len(desk.heard) == 3
    assert newsroom.received() == ["night@campaign.example", "duty@campaign.example"]


def test_an_alarm_is_mailed_to_each_by_themselves_without_a_word_of_the_release(
    newsroom: Newsroom, silent: DispatchStatus
) -> None:
    mail(newsroom).call_staff("a1", sentence(Alarm.SILENT, silent), dispatch=silent.dispatch)

    messages = newsroom.sandbox.log()["messages"]
    assert [message["to"] for message in messages] == ["night@campaign.example", "duty@campaign.example"]
    assert newsroom.states(silent.dispatch) == {"planned": 3}


@pytest.mark.parametrize("key", ["SG.wrong", "SG.sandbox"])
def test_an_alarm_that_was_not_taken_is_said_to_be_not_sent(newsroom: Newsroom, silent: DispatchStatus, key: str) -> None:
    sink = make_alert_mail(
        api_key=key,
        base_url="http://127.0.0.1:1" if key == "SG.sandbox" else newsroom.sandbox.url,
        addresses=("night@campaign.example",),
        sender=newsroom.service.sender,
    )

    with pytest.raises(NotSent):
        sink.call_staff("a1", "text", dispatch=silent.dispatch)


@pytest.mark.parametrize(("reason", "word"), [("late", "resume"), ("seal", "approve"), ("provider", "doctor")])
def test_what_the_service_holds_by_itself_calls_staff_at_once(silent: DispatchStatus, reason: str, word: str) -> None:
    held = replace(silent, read_at=silent.lift_at, hold_reason=reason)

    assert alarms(held) == (Alarm.HELD,)
    assert word in sentence(Alarm.HELD, held).lower()
    assert alarms(replace(held, hold_reason="staff")) == ()


def mail(newsroom: Newsroom) -> AlertMail:
    """Return the sink that mails two of the staff over the sandbox."""
    return make_alert_mail(
        api_key=newsroom.sandbox.settings.api_key,
        base_url=newsroom.sandbox.url,
        addresses=("night@campaign.example", "duty@campaign.example"),
        sender=newsroom.service.sender,
    )


@pytest.mark.parametrize("secret", ["", "plain", "whsec_***", "d2hhdA=="])
def test_a_secret_that_is_none_stops_the_start(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="whsec_"):
        AlertWebhook(url="http://127.0.0.1:1/", secret=secret)
