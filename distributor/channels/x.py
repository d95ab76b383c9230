"""Threads on X through its API v2 and tweepy: part by part, each a reply to the one before.

X has no idempotency key. A part whose outcome is unknown is looked for among the account's own posts (`find_part`), never
posted again by itself. Sources: PROVIDERS.md §2 (xdevplatform/docs, tweepy 4.17), read 2026-11-23.
"""

from __future__ import annotations

import html
import logging
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson
import requests
import tweepy

from distributor.channels.retry_after import read_retry_after
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, Master, ThreadMaster
from distributor.ports import Accepted, Finding, LinkMaker

# tweepy writes the signed headers and the body to its log at DEBUG.
logging.getLogger("tweepy").setLevel(logging.WARNING)

_CREATED = 201
_OK = 200
_TOO_MANY_REQUESTS = 429


class _Client(tweepy.Client):  # type: ignore[misc]  # tweepy ships no types
    """tweepy's client with another way to make the call: our host, time-outs, no redirects, no sleeping, no log of the body."""

    def __init__(self, *, base_url: str, timeout: tuple[float, float], **keys: str) -> None:
        super().__init__(**keys, return_type=requests.Response, wait_on_rate_limit=False)
        self._base_url = base_url
        self._timeout = timeout
        # Neither a proxy of the environment nor a .netrc may come between.
        self.session.trust_env = False

    def request(
        self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
    ) -> requests.Response:
        """Make one call, signed for the host that is really called; return whatever is answered."""
        keys = (self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)
        answer: requests.Response = self.session.request(
            method,
            self._base_url + route,
            params=params,
            json=json,
            headers={"User-Agent": self.user_agent},
            auth=tweepy.OAuth1UserHandler(*keys).apply_auth(),
            timeout=self._timeout,
            allow_redirects=False,
        )
        return answer


class XChannel:
    """Implements ports.Channel for the one account whose tokens it holds."""

    name = ChannelName.X
    batch_size = 1

    def __init__(
        self,
        *,
        consumer_key: str,
        consumer_secret: str,
        access_token: str,
        access_token_secret: str,
        base_url: str,
        connect_timeout: timedelta,
        read_timeout: timedelta,
    ) -> None:
        self._client = _Client(
            base_url=base_url,
            timeout=(connect_timeout.total_seconds(), read_timeout.total_seconds()),
            consumer_key=consumer_key,
            consumer_secret=consumer_secret,
            access_token=access_token,
            access_token_secret=access_token_secret,
        )
        self._user_id: str | None = None

    # Build the request.

    def frame(self, master: Master) -> bytes:
        """Return all parts: not sent as such, but what the seal covers and every part is compared with."""
        return orjson.dumps({"parts": _thread(master).parts})

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """Return the one part whose number (from 0) the one recipient's index gives."""
        (part,) = recipients
        return orjson.dumps({"text": _thread(master).parts[part.index]})

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """Return the part, or nothing when it is the one to leave out."""
        return b"" if positions else staged

    # Make the call.

    def open(self) -> None:
        """Warm the connection by asking who we are.

        Raises:
            NotSent: X cannot be reached.
        """
        try:
            self._who_am_i()
        except requests.RequestException as error:
            raise NotSent("X cannot be reached") from error

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Post one part, as a reply to the part before."""
        if not staged:
            raise NotSent("nothing is left to post")
        text = orjson.loads(staged)["text"]
        if text not in orjson.loads(frame)["parts"]:
            raise NotSent("this part is not in the sealed thread", needs_staff=True)
        try:
            answer = self._client.create_tweet(text=text, in_reply_to_tweet_id=reply_to, user_auth=True)
        except (requests.RequestException, OSError, ValueError) as error:
            raise read_error(error) from error
        return read_answer(answer.status_code, answer.content, answer.headers)

    def find_part(self, text: str, *, since: datetime, reply_to: RemoteId | None) -> Accepted | None:
        """Look among the account's own posts since the instant for this part; None proves nothing, for reads may lag.

        Raises:
            NotSent: X cannot be asked now.
        """
        try:
            answer = self._client.get_users_tweets(
                self._who_am_i(),
                start_time=since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                max_results=100,
                tweet_fields=["created_at", "entities", "referenced_tweets", "note_tweet"],
                user_auth=True,
            )
        except (requests.RequestException, OSError, ValueError) as error:
            raise NotSent("X cannot be asked for its posts") from error
        if answer.status_code != _OK:
            raise NotSent("X does not show the account's posts", status=answer.status_code)
        for post in _json(answer.content).get("data", []):
            if _text_of(post) == unicodedata.normalize("NFC", text) and _parent_of(post) == reply_to:
                return _accepted(str(post["id"]))
        return None

    def diagnose(self) -> tuple[Finding, ...]:
        """Ask who we are."""
        try:
            answer = self._client.get_me(user_auth=True)
        except (requests.RequestException, OSError) as error:
            return (
                Finding(
                    name="x.reachable",
                    passed=False,
                    message=f"X does not answer ({type(error).__name__}).",
                    remedy="Check the network, and DISTRIBUTOR_X__BASE_URL.",
                ),
            )
        is_accepted = answer.status_code == _OK
        return (
            Finding(name="x.reachable", passed=True, message="X answers."),
            Finding(
                name="x.credentials",
                passed=is_accepted,
                message="The tokens are accepted." if is_accepted else f"X answers {answer.status_code} to the tokens.",
                remedy="" if is_accepted else "Set the four DISTRIBUTOR_X__… keys of an app with write permission.",
            ),
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.session.close()

    def _who_am_i(self) -> str:
        if self._user_id is None:
            found = _json(self._client.get_me(user_auth=True).content).get("data", {}).get("id")
            if found is None:
                raise requests.RequestException("X does not say whose tokens these are")
            self._user_id = str(found)
        return self._user_id


# Read the answer. When no row fits, the outcome is unknown.

#: For a 403, a word of the documented detail decides (PROVIDERS.md §2.2): class, phrase, and whether staff must act.
_FORBIDDEN: tuple[tuple[str, type[SendFailure], str], ...] = (
    # It may be our own part, taken before an answer was lost. Only reading back can tell.
    ("duplicate content", OutcomeUnknown, "X says that this text is posted already"),
    ("deleted or not visible", NotSent, "X does not see the part before yet"),
    ("cashtag", Rejected, "X allows one cashtag a post"),
    ("maximum of 4 items", Rejected, "X allows four pictures a post"),
    ("invalid url", Rejected, "X calls a link invalid"),
)
_PARENT_NOT_VISIBLE_CODE = 385
#: The fresh part before shows up within seconds (node-twitter-api-v2 issue 366).
_PARENT_WAIT = timedelta(seconds=2)
_REFUSALS: MappingProxyType[int, tuple[type[SendFailure], str]] = MappingProxyType(
    {
        400: (Rejected, "X calls the request invalid"),
        401: (NotSent, "X does not accept the tokens"),
        402: (NotSent, "the X account has no credit"),
        404: (NotSent, "there is no posting at this address"),
        405: (NotSent, "there is no posting at this address"),
        429: (NotSent, "X asks to slow down"),
    }
)


def read_answer(status: int, body: bytes, headers: Mapping[str, str]) -> Accepted:
    """Return the acceptance, or raise what the answer allows next. Only 201 with an id is one.

    Raises:
        Rejected, NotSent, OutcomeUnknown: by the tables above.
    """
    shape = _json(body)
    if status == _CREATED:
        remote_id = shape.get("data", {}).get("id") if isinstance(shape.get("data"), dict) else None
        if isinstance(remote_id, str) and remote_id.isascii() and remote_id.isdigit():
            return _accepted(remote_id)
        raise OutcomeUnknown("X created a post and did not say which", status=status)
    if status == requests.codes.forbidden:
        raise _read_forbidden(shape)
    kind, reason = _REFUSALS.get(status, (OutcomeUnknown, f"X answered {status}"))
    if kind is NotSent:
        wait = read_retry_after(headers, reset_header="x-rate-limit-reset")
        is_busy = status == _TOO_MANY_REQUESTS
        raise NotSent(reason, status=status, retry_after=wait if is_busy else None, needs_staff=not is_busy)
    raise kind(reason, status=status)


def _read_forbidden(shape: Mapping[str, Any]) -> SendFailure:
    errors = [error for error in _list(shape.get("errors")) if isinstance(error, dict)]
    if any(error.get("code") == _PARENT_NOT_VISIBLE_CODE for error in errors):
        return NotSent("X does not see the part before yet", status=403, retry_after=_PARENT_WAIT)
    said = " ".join([str(shape.get("detail", "")), *(str(error.get("message", "")) for error in errors)]).lower()
    for word, kind, reason in _FORBIDDEN:
        if word in said:
            return NotSent(reason, status=403, retry_after=_PARENT_WAIT) if kind is NotSent else kind(reason, status=403)
    return NotSent("X does not let this account post this", status=403, needs_staff=True)


def read_error(error: Exception) -> SendFailure:
    """Return what a failed call allows next: not sent only when no byte of the request can have left."""
    match error:
        case requests.ConnectTimeout():
            return NotSent("X cannot be reached")
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return NotSent("X's certificate is not valid here")
        case requests.ConnectionError() if _is_new_connection_error(error):
            return NotSent("X cannot be reached")
        case _:
            return OutcomeUnknown(f"the connection failed ({type(error).__name__})")


def _is_new_connection_error(error: requests.ConnectionError) -> bool:
    # requests wraps urllib3's MaxRetryError, whose reason says whether there ever was a connection.
    inner = error.args[0] if error.args else None
    return type(getattr(inner, "reason", None)).__name__ in {"NewConnectionError", "NameResolutionError"}


def _accepted(remote_id: str) -> Accepted:
    return Accepted(remote_id=RemoteId(remote_id), url=f"https://x.com/i/status/{remote_id}")


def _json(body: bytes) -> dict[str, Any]:
    try:
        shape = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return shape if isinstance(shape, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text_of(post: Mapping[str, Any]) -> str:
    """Return a post's text as it was sent: long form, links as written, entities undone."""
    note = post.get("note_tweet") or {}
    text = str(note.get("text") or post.get("text", ""))
    for link in (note.get("entities") or post.get("entities") or {}).get("urls", []):
        text = text.replace(str(link.get("url", "")), str(link.get("expanded_url", "")))
    return unicodedata.normalize("NFC", html.unescape(text))


def _parent_of(post: Mapping[str, Any]) -> str | None:
    for other in post.get("referenced_tweets") or []:
        if other.get("type") == "replied_to":
            return str(other.get("id"))
    return None


def _thread(master: Master) -> ThreadMaster:
    if not isinstance(master, ThreadMaster):
        raise TypeError("X posts thread masters only")
    return master
