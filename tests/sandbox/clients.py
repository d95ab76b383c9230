"""Clients of the sandbox: the real tweepy behind an adapter that turns it to loopback, and a plain one for Mail Send."""

from __future__ import annotations

import http.client
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import orjson
import requests
import tweepy
from requests.adapters import HTTPAdapter

from distributor.sandbox.serve import RunningSandbox

Json = dict[str, object]
X_HOST = "https://api.twitter.com"


def person(number: int = 0, *, local: str = "reporter") -> Json:
    """One personalization for one reader."""
    return {
        "to": [{"email": f"{local}{number}@example.net"}],
        "substitutions": {"%%pr-view_url-t%%": f"https://news.example.org/v/{number}"},
        "custom_args": {"pr_index": str(number)},
    }


def mail(people: Iterable[Json] | None = None, /, **changes: object) -> Json:
    """A request that SendGrid takes, with changes."""
    body: Json = {
        "from": {"email": "press@example.org", "name": "Press desk"},
        "subject": "Wells reopen in Harbour Town",
        "content": [
            {"type": "text/plain", "value": "The wells are open. %%pr-view_url-t%%"},
            {"type": "text/html", "value": "<p>The wells are open.</p>"},
        ],
        "personalizations": list(people) if people is not None else [person()],
    }
    return {**body, **changes}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The first error's message, in either provider's shape."""
        return str(orjson.loads(self.body)["errors"][0]["message"])

    @property
    def field(self) -> str | None:
        """The first error's field."""
        return cast("str | None", orjson.loads(self.body)["errors"][0]["field"])


def call(sandbox: RunningSandbox, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    """Make one request on its own connection, without any retry."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


class Mailer:
    """Posts to Mail Send."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox

    def send(self, body: object, *, key: str | None = None, content_type: str = "application/json") -> Answer:
        """Post a body; bytes go as they are."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Authorization": f"Bearer {key or self.sandbox.settings.api_key}", "Content-Type": content_type}
        return call(self.sandbox, "POST", "/v3/mail/send", body=data, headers=headers)

    def messages(self) -> list[Json]:
        """Return the messages that the sandbox holds."""
        return cast("list[Json]", self.sandbox.log()["messages"])


class _ToLoopback(HTTPAdapter):
    """Sends what was signed for X to the sandbox instead, and never waits for ever."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **settings: object) -> requests.Response:  # type: ignore[override]  # passes on
        request.url = (request.url or "").replace(X_HOST, self._url)
        settings["timeout"] = 10
        return super().send(request, **settings)  # type: ignore[arg-type]  # requests' own keywords


class Poster:
    """tweepy's client with the account's keys."""

    def __init__(self, sandbox: RunningSandbox, *, consumer_secret: str | None = None) -> None:
        account = sandbox.settings
        self.sandbox = sandbox
        self.client = tweepy.Client(
            consumer_key=account.consumer_key,
            consumer_secret=consumer_secret or account.consumer_secret,
            access_token=account.access_token,
            access_token_secret=account.access_token_secret,
        )
        self.client.session.trust_env = False
        self.client.session.mount(X_HOST, _ToLoopback(sandbox.url))

    def post(self, text: str, *, reply_to: str | None = None) -> str:
        """Create a post and return its id."""
        return str(self.client.create_tweet(text=text, in_reply_to_tweet_id=reply_to).data["id"])

    def raw(self, method: str, path: str, **request: object) -> requests.Response:
        """Make a signed request that tweepy has no method for."""
        auth = tweepy.OAuth1UserHandler(
            self.client.consumer_key, self.client.consumer_secret, self.client.access_token, self.client.access_token_secret
        ).apply_auth()
        response: requests.Response = self.client.session.request(method, X_HOST + path, auth=auth, **request)
        return response

    def close(self) -> None:
        """Close the connections."""
        self.client.session.close()
