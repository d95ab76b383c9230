"""tweepy on a transport that can be trusted with an embargo.

tweepy's client as it comes calls a fixed host, waits for ever, sleeps on a rate limit and sends again, follows redirects, reads
proxies and .netrc from the machine, and prints the signed headers and the body at DEBUG (PROVIDERS.md §2.3: tweepy 4.17, read
2026-11-23). Here it keeps its building of requests, and gets another way to make the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
import tweepy
from requests.adapters import HTTPAdapter

from distributor.channels.connection import POOLS, keep_quiet, read_at_most

#: A page of a hundred long posts; a created post is a few hundred bytes.
_MOST_ANSWER_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is a prefix of what came, or empty, if reading it failed."""

    status: int
    body: bytes
    #: Names in any case.
    headers: Mapping[str, str]


class Client(tweepy.Client):  # type: ignore[misc]  # tweepy ships no types
    """tweepy's client, whose methods return an `Answer` for every status and raise only for failed calls."""

    def __init__(self, *, base_url: str, connect_timeout: timedelta, read_timeout: timedelta, **keys: str) -> None:
        # With this return type tweepy hands on whatever `request` returns.
        super().__init__(**keys, return_type=requests.Response, wait_on_rate_limit=False)
        keep_quiet(
            "tweepy", "tweepy.client", "requests_oauthlib.oauth1_auth", "oauthlib.oauth1.rfc5849", "urllib3.connectionpool"
        )
        self._base_url = base_url.rstrip("/")
        self._connect_timeout_s = connect_timeout.total_seconds()
        self._read_timeout_s = read_timeout.total_seconds()
        self.session.trust_env = False
        # X answers with cookies that follow whoever sends them back.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in POOLS:
            self.session.mount(f"{scheme}://", _TracedAdapter(max_retries=0))

    def request(self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False) -> Answer:
        """Make one call, signed for the host that is really called; return whatever is answered.

        Raises:
            NeverConnected: no byte of the request has left.
            requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError: anything else.
        """
        keys = (self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)
        response = self.session.request(
            method,
            self._base_url + route,
            params=params,
            json=json,
            headers={"User-Agent": self.user_agent},
            auth=tweepy.OAuth1UserHandler(*keys).apply_auth(),
            timeout=(self._connect_timeout_s, self._read_timeout_s),
            allow_redirects=False,
            stream=True,
        )
        body = read_at_most(response.raw, most_bytes=_MOST_ANSWER_BYTES, within_s=self._read_timeout_s)
        return Answer(status=response.status_code, body=body, headers=response.headers)


class _TracedAdapter(HTTPAdapter):
    """requests' adapter on connections that know whether they ever connected."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS
