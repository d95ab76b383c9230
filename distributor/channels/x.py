"""Threads on X through its API v2 and tweepy: part by part, each a reply to the one before.

X has no idempotency key. A part whose outcome is unknown is looked for among the account's own posts (`find_part`), never
posted again by itself. Sources: PROVIDERS.md §2 (xdevplatform/docs, tweepy 4.17), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
import requests
from urllib3.exceptions import HTTPError

from distributor.channels.x_answer import TOO_MANY_REQUESTS, accepted, read_answer, read_error, told_in, wait_of
from distributor.channels.x_timeline import find_post, is_post_id, read_object
from distributor.channels.x_transport import Answer, Client
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import NotSent, must_be_aware
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, Master, ThreadMaster
from distributor.core.provider_clock import read_date
from distributor.core.quota import Told
from distributor.ports import Accepted, LinkMaker

_OK: Final = 200
#: What a call can raise.
_CALL_ERRORS: Final = (requests.RequestException, HTTPError, OSError, ValueError)
#: X's clock dates its posts, ours the intent: how far apart they may be.
_CLOCK_MARGIN: Final = timedelta(minutes=1)
#: Pages of a hundred that a part is looked for in, newest first.
_MOST_PAGES: Final = 5


class XChannel:
    """Implements ports.Channel for the one account whose tokens it holds. Thread-safe."""

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
        remember: Callable[[Told], None] = lambda _: None,
    ) -> None:
        """Make the channel; `remember` is told what X says of the account's limits with each post, and never raises."""
        self._client = Client(
            base_url=base_url,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            consumer_key=consumer_key,
            consumer_secret=consumer_secret,
            access_token=access_token,
            access_token_secret=access_token_secret,
        )
        self._remember = remember
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
        return b"" if 0 in positions else staged

    # Make the call.

    def open(self) -> datetime | None:
        """Warm the connection by asking who we are; return the answer's date.

        Raises:
            NotSent: X cannot be reached, or does not accept the tokens.
        """
        answer = self._ask(lambda: self._client.get_me(user_auth=True))
        self._user_id = _user_in(answer)
        return read_date(answer.headers.get("Date", ""))

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Post one part, as a reply to the part before."""
        if not staged:
            raise NotSent("nothing is left to post")
        text = orjson.loads(staged)["text"]
        if text not in orjson.loads(frame)["parts"]:
            raise NotSent("this part is not in the sealed thread", needs_staff=True)
        try:
            answer = self._client.create_tweet(text=text, in_reply_to_tweet_id=reply_to, user_auth=True)
        except _CALL_ERRORS as error:
            raise read_error(error) from error
        if (told := told_in(answer)) is not None:
            self._remember(told)
        return read_answer(answer, is_reply=reply_to is not None)

    def find(self, *, staged: bytes, since: datetime, reply_to: RemoteId | None) -> Accepted | None:
        """Look for a staged part (ports.ReadsBack)."""
        return self.find_part(orjson.loads(staged)["text"], since=since, reply_to=reply_to)

    def find_part(self, text: str, *, since: datetime, reply_to: RemoteId | None) -> Accepted | None:
        """Look among the account's own posts since the instant for this part, newest first, 500 posts at most.

        None proves nothing: reads may lag behind (X promises no delay), so ask several times before a person decides.

        Raises:
            NotSent: X cannot be asked now. (Nothing was to be sent; the word says that asking again is safe.)
            ValueError: the instant has no zone.
        """
        start = (must_be_aware(since, name="since") - _CLOCK_MARGIN).astimezone(UTC)
        user = self._user_id = self._user_id or _user_in(self._ask(lambda: self._client.get_me(user_auth=True)))
        token: str | None = None
        for _ in range(_MOST_PAGES):
            page = self._read_own_posts(user, start=start, token=token)
            remote_id = find_post(page, text, reply_to=reply_to)
            if remote_id is not None:
                return accepted(remote_id)
            meta = page.get("meta")
            token = meta.get("next_token") if isinstance(meta, dict) else None
            if not isinstance(token, str):
                return None
        return None

    def diagnose(self) -> tuple[Finding, ...]:
        """Ask who we are."""
        try:
            answer = self._client.get_me(user_auth=True)
        except _CALL_ERRORS as error:
            return (
                Finding(
                    name="x.reachable",
                    passed=False,
                    message=f"No answer came: {read_error(error).reason}.",
                    remedy="Check the network, and DISTRIBUTOR_X__BASE_URL.",
                ),
            )
        is_accepted = answer.status == _OK
        return (
            Finding(name="x.reachable", passed=True, message="X answers."),
            Finding(
                name="x.credentials",
                passed=is_accepted,
                message="The tokens are accepted." if is_accepted else f"X answers {answer.status} to the tokens.",
                remedy="" if is_accepted else "Set the four DISTRIBUTOR_X__… keys of an app with write permission.",
            ),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def _read_own_posts(self, user: str, *, start: datetime, token: str | None) -> Mapping[str, Any]:
        answer = self._ask(
            lambda: self._client.get_users_tweets(
                user,
                start_time=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                max_results=100,
                pagination_token=token,
                tweet_fields=["created_at", "entities", "referenced_tweets", "note_tweet"],
                user_auth=True,
            )
        )
        return read_object(answer.body)

    @staticmethod
    def _ask(call: Callable[[], Answer]) -> Answer:
        """Make a call that only reads, and return its success.

        Raises:
            NotSent: there is none. Whatever came of it, a question may be asked again.
        """
        try:
            answer = call()
        except _CALL_ERRORS as error:
            raise NotSent(read_error(error).reason) from error
        if answer.status != _OK:
            wait = wait_of(answer) if answer.status == TOO_MANY_REQUESTS else None
            needs_staff = answer.status in {401, 402, 403}
            raise NotSent(f"X answered {answer.status}", status=answer.status, retry_after=wait, needs_staff=needs_staff)
        return answer


def _user_in(answer: Answer) -> str:
    data = read_object(answer.body).get("data")
    user = data.get("id") if isinstance(data, dict) else None
    if not is_post_id(user):
        raise NotSent("X does not say whose tokens these are", status=answer.status)
    return str(user)


def _thread(master: Master) -> ThreadMaster:
    if not isinstance(master, ThreadMaster):
        raise TypeError("X posts thread masters only")
    return master
