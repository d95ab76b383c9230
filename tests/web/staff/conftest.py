"""The staff application over a whole press desk, in a thread, on a loopback port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import argon2
import pytest
import redis
import urllib3
import uvicorn
from playwright.sync_api import Browser

from distributor.bootstrap_accounts import StaffDoor, staff_door
from distributor.bootstrap_web import web_parts
from distributor.core.account import Role
from distributor.sandbox.serve import RunningSandbox
from distributor.store.password_hash import ArgonHasher
from distributor.web.api.app import add_api
from distributor.web.app import create_app
from distributor.web.serve import EndingStreams
from distributor.web.staff.app import add_staff_application
from distributor.web.staff.gate import COOKIE, Declared
from tests.chromium import started
from tests.flow.newsroom import Newsroom

PASSWORD = "four green birds sing"
#: Login to name and role: one person for each.
STAFF = {
    "ed@desk.example.org": ("Eda Writes", Role.EDITOR),
    "ap@desk.example.org": ("Pavel Seals", Role.APPROVER),
    "di@desk.example.org": ("Dora Sends", Role.DISPATCHER),
    "ad@desk.example.org": ("Ada Keeps", Role.ADMIN),
}
EDITOR, APPROVER, DISPATCHER, ADMIN = STAFF
#: Real hashes take a tenth of a second each.
QUICK = ArgonHasher(argon2.Parameters(argon2.Type.ID, 19, 16, 32, 1, 8, 1))


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


class StaffSite:
    """The application, and people at it."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.door: StaffDoor = staff_door(newsroom.service, hasher=QUICK)
        for login, (name, role) in STAFF.items():
            self.door.keeper.add(name=name, login=login, roles=[role], password=PASSWORD, by="the tests")
        self.app = app = create_app(web_parts(newsroom.service))
        self.application = add_staff_application(app, newsroom.service, self.door.sign_in)
        self.declared: list[Declared] = self.application.declared
        self.routes = add_api(
            app, newsroom.service, self.door, self.application.lookout, self.application.counter, unknown=self.application.unknown
        )
        # Told apart as TCP, or each answer waits 40 ms for an acknowledgement (asyncio sets TCP_NODELAY on TCP only).
        self._listener = socket.socket(proto=socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        config = uvicorn.Config(app, lifespan="off", ws="none", access_log=False, log_config=None)
        self._server = _Threaded(config, self.application.end_streams)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self._pool = urllib3.PoolManager(retries=False, timeout=20)

    def sign_in(self, login: str) -> str:
        """Return the secret of a new session."""
        return self.door.sign_in.log_in(login, PASSWORD, address="192.0.2.1").secret

    def get(self, path: str, session: str = "", **headers: str) -> Answer:
        """Look at a page."""
        return self._ask("GET", path, session, None, headers)

    def post(
        self, path: str, session: str = "", *, csrf: str | None = None, headers: dict[str, str] | None = None, **form: str
    ) -> Answer:
        """Send a form, with the session's own token unless another is given."""
        token = csrf if csrf is not None else (self.door.sign_in.csrf_of(session) if session else "")
        return self.send(path, {**form, "csrf": token}, session, headers=headers)

    def send(
        self, path: str, form: dict[str, str] | list[tuple[str, str]], session: str = "", *, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send these fields and no other."""
        return self._ask("POST", path, session, urlencode(form).encode(), headers or {})

    def _ask(self, method: str, path: str, session: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        sent = {"Cookie": f"{COOKIE}={session}"} if session else {}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        return self.raw(method, path, body, {**sent, **headers})

    def raw(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a request as it is given."""
        got = self._pool.request(method, self.url + path, body=body, headers=headers, redirect=False)
        return Answer(got.status, got.data.decode(), {name.lower(): value for name, value in got.headers.items()})

    @staticmethod
    def names(**known: str) -> dict[str, str]:
        """Return something for every place in the patterns of addresses; what is not given leads to nothing."""
        things = {"release": "rnone", "dispatch": "dnone", "channel": "email", "language": "en"}
        people = {"number": "1", "list": "press", "filter": "none", "import": "inone", "account": "unone", "token": "tnone"}
        things |= {"revision": "1", "item": "embargo", "translation": "fr"}
        return {**things, **people, **known}

    def close(self) -> None:
        """Stop."""
        self._pool.clear()
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
        self.application.close()


class _Threaded(EndingStreams):
    def install_signal_handlers(self) -> None:
        """Leave the signals to the tests."""


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """Return a sandbox in a process of its own."""
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def site(redis_url: str, redis_client: redis.Redis, running_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[StaffSite]:
    """Return the application over an empty store."""
    running_sandbox.reset()
    running_sandbox.play()
    newsroom = Newsroom(redis_url, running_sandbox, tmp_path)
    site = StaffSite(newsroom)
    yield site
    site.close()
    newsroom.service.close()


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a browser for all tests of this folder."""
    with started(chromium) as browser:
        yield browser
