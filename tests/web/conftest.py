"""The web process on a loopback port, in front of a real Redis and three people."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson
import pytest
import redis
import urllib3
import uvicorn
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId, Index, Language
from distributor.core.links import read_token
from distributor.core.message import EmailMaster, Sender
from distributor.render.pages import PageRenderer
from distributor.resources import resource
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
            sendgrid_events=EventIntake(verify=verify, read=read),
            recorder=self.recorder,
            unsubscriber=self.unsubscriber,
            view=OnlineView(
                read_token=lambda token: read_token(token, secret=SECRET),
                dispatches=self.dispatches,
                masters=lambda release, revision: (MASTER,),
                without_slots=lambda master: master.html.replace("%%pr-address-h%%", ""),
            ),
            pages=PageRenderer(resource("templates", "web")),
            sender_name="The desk & friends",
        )


def signed(body: bytes, *, timestamp: str = "1774829000") -> dict[str, str]:
    """Return the headers with which the provider signs this body."""
    signature = KEY.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {SIGNATURE_HEADER: signature.hex(), TIMESTAMP_HEADER: timestamp}


def verify(body: bytes, signature: str, timestamp: str) -> bool:
    """Check a signature made by `signed`."""
    try:
        KEY.public_key().verify(bytes.fromhex(signature), timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def read(body: bytes) -> Sequence[DeliveryEvent]:
    """Read events in a shape as plain as can be: [dispatch, index, state] each."""
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput("This is not JSON.", where="body", remedy="Send a JSON array.") from error
    at = datetime(2026, 3, 30, tzinfo=UTC)
    return [DeliveryEvent(dispatch=DispatchId(who), index=Index(index), state=State(state), at=at) for who, index, state in rows]


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
    """Return a browser in front of a web process that serves all tests of a module; it keeps nothing between requests."""
    client = connect(redis_url)
    site = Site()
    yield site.open(WebDesk(client, dispatch="dweb").parts())
    site.close()
    client.close()


@pytest.fixture
def browser(desk: WebDesk, open_browser: Browser) -> Browser:
    """Return a browser in front of the desk."""
    return open_browser


@pytest.fixture
def browser_without_key(desk: WebDesk, site: Site) -> Browser:
    """Return a browser in front of a desk that cannot check the provider's signature."""
    return site.open(replace(desk.parts(), sendgrid_events=None))
