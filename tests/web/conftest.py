"""The web process on a loopback port, in front of a real Redis and three people."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import redis
import urllib3
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.channels.sendgrid_events import is_fresh, read_post, verify
from distributor.channels.sendgrid_payload import DELIVERY_ARGUMENT
from distributor.core.ids import Language
from distributor.core.links import read_token
from distributor.core.message import EmailMaster, Sender
from distributor.render.pages import PageRenderer
from distributor.resources import resource
from distributor.sandbox.event_body import public_key_text, sign
from distributor.store.connection import check_durable, connect
from distributor.store.roster import RedisRoster
from distributor.web.app import SIGNATURE_HEADER, TIMESTAMP_HEADER, create_app
from distributor.web.online import OnlineView
from distributor.web.parts import EventIntake, WebParts
from tests.flow.desk_with_people import SECRET, PeopleDesk

KEY = ec.derive_private_key(20_260_330, ec.SECP256R1())
MASTER = EmailMaster(
    language=Language("en"),
    subject="A sample",
    html="<html><body><h1>Bridges reopen</h1>%%pr-address-h%%</body></html>",
    text="Bridges reopen",
    sender=Sender(email="press@desk.example", name="The desk"),
)


class WebDesk(PeopleDesk):
    """The desk with people, behind the web process."""

    def parts(self) -> WebParts:
        """Return the parts, wired as bootstrap does it."""
        return WebParts(
            check_store=lambda: check_durable(self.client),
            dispatches=self.dispatches,
            workers_alive=lambda: len(RedisRoster(self.client).alive()),
            suppression_count=lambda: len(self.suppressed()),
            sendgrid_events=EventIntake(verify=is_signed, is_fresh=is_recent, read=read_post),
            inbox=self.inbox,
            applier=self.applier,
            unsubscriber=self.unsubscriber,
            preferences=self.preferences,
            view=OnlineView(
                read_token=lambda token: read_token(token, secret=SECRET),
                dispatches=self.dispatches,
                masters=lambda release, revision: (MASTER,),
                without_slots=lambda master: master.html.replace("%%pr-address-h%%", ""),
            ),
            pages=PageRenderer(resource("templates", "web")),
            sender_name="The desk & friends",
        )


def events(*rows: tuple[str, int, str]) -> bytes:
    """Return a post of SendGrid's: (dispatch, index, event) each."""
    return orjson.dumps(
        [{"event": name, DELIVERY_ARGUMENT: f"{dispatch}.{index}", "timestamp": 1774829000} for dispatch, index, name in rows]
    )


def signed(body: bytes, *, timestamp: str = "1774829000") -> dict[str, str]:
    """Return the headers with which SendGrid's stand-in signs this body."""
    return {SIGNATURE_HEADER: sign(KEY, timestamp=timestamp, body=body), TIMESTAMP_HEADER: timestamp}


def is_signed(body: bytes, signature: str, timestamp: str) -> bool:
    """Check a signature as bootstrap has it done."""
    return verify(public_key=public_key_text(KEY), signature=signature, timestamp=timestamp, body=body)


def is_recent(timestamp: str) -> bool:
    """Look at a timestamp as bootstrap has it done, an hour after the tests' posts were signed."""
    return is_fresh(timestamp, now=datetime.fromtimestamp(1774829000, UTC) + timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Browser:
    """Asks the running web process."""

    url: str
    pool: urllib3.PoolManager

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer; redirects are not followed."""
        return self.pool.request(method, self.url + path, body=body, headers=headers or {}, redirect=False)


class _Threaded(uvicorn.Server):
    """A server in a thread other than the main one."""

    def install_signal_handlers(self) -> None:
        """Leave the signals to the tests."""


class Site:
    """Starts the web process in a thread of its own."""

    def __init__(self) -> None:
        self._stops: list[tuple[uvicorn.Server, threading.Thread, socket.socket, urllib3.PoolManager]] = []

    def open(self, parts: WebParts) -> Browser:
        """Serve these parts until the test ends."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(parts), lifespan="off", ws="none", access_log=False, log_config=None)
        server = _Threaded(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.005)
        pool = urllib3.PoolManager(retries=False, timeout=10)
        self._stops.append((server, thread, listener, pool))
        return Browser(f"http://127.0.0.1:{listener.getsockname()[1]}", pool)

    def close(self) -> None:
        """Stop whatever runs."""
        for server, thread, listener, pool in self._stops:
            pool.clear()
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture
def desk(redis_client: redis.Redis) -> WebDesk:
    """Return a desk whose three people are invited, in two batches; nothing has left."""
    desk = WebDesk(redis_client, dispatch="dweb")
    desk.invite(1, 2)
    return desk


@pytest.fixture
def site() -> Iterator[Site]:
    """Return what opens web processes, and close them in the end."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def open_browser(redis_url: str) -> Iterator[Browser]:
    """Return a reader in front of a web process that serves all tests of a module; it keeps nothing between requests."""
    client = connect(redis_url)
    site = Site()
    yield site.open(WebDesk(client, dispatch="dweb").parts())
    site.close()
    client.close()


@pytest.fixture
def reader(desk: WebDesk, open_browser: Browser) -> Browser:
    """Return a reader in front of the desk."""
    return open_browser


@pytest.fixture
def browser_without_key(desk: WebDesk, site: Site) -> Browser:
    """Return a reader in front of a desk that has no key to check signatures with."""
    return site.open(replace(desk.parts(), sendgrid_events=None))
