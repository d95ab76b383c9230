"""Read X's answers: what a status, a word in it or a failed call allows next. When no row fits, the outcome is unknown.

Sources: PROVIDERS.md §2.1, §2.2 (xdevplatform/docs, tweepy 4.17), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from urllib3.exceptions import ClosedPoolError

from distributor.channels.connection import NeverConnected
from distributor.channels.retry_after import read_number, read_retry_after
from distributor.channels.x_timeline import is_post_id, read_object
from distributor.channels.x_transport import Answer
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.ids import RemoteId
from distributor.core.provider_clock import read_date
from distributor.core.quota import Allowance, Told
from distributor.core.thread_form import REPLY_REFUSED
from distributor.ports import Accepted

_CREATED: Final = 201
_FORBIDDEN: Final = 403
TOO_MANY_REQUESTS: Final = 429


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a status or a word allows, and a short phrase. X's own words are never passed on: they can quote the request."""

    kind: type[SendFailure]
    reason: str
    needs_staff: bool = False
    retry_after: timedelta | None = None

    def failure(self, status: int, *, retry_after: timedelta | None = None) -> SendFailure:
        """Return the error to raise."""
        if self.kind is NotSent:
            wait = retry_after or self.retry_after
            return NotSent(self.reason, status=status, retry_after=wait, needs_staff=self.needs_staff)
        return self.kind(self.reason, status=status)


#: The fresh part before shows up within seconds (node-twitter-api-v2 issue 366).
_NOT_VISIBLE_YET: Final = _Refusal(NotSent, "X does not see the part before yet", retry_after=timedelta(seconds=2))
_PARENT_NOT_VISIBLE_CODE: Final = 385
#: For a 403, words of the documented detail decide (PROVIDERS.md §2.2); a 403 with none of them is for staff.
_FORBIDDEN_WORDS: Final[tuple[tuple[str, _Refusal], ...]] = (
    # It may be our own part, taken before an answer was lost. Only reading back can tell.
    ("duplicate content", _Refusal(OutcomeUnknown, "X says that this text is posted already")),
    ("deleted or not visible", _NOT_VISIBLE_YET),
    ("one cashtag", _Refusal(Rejected, "X allows one cashtag a post")),
    ("maximum of 4 items", _Refusal(Rejected, "X allows four pictures a post")),
    ("invalid url", _Refusal(Rejected, "X calls a link invalid")),
)
_FORBIDDEN_ELSE: Final = _Refusal(NotSent, "X does not let this account post this", needs_staff=True)
#: In force since 2026-02-23, with no word about one's own threads (PROVIDERS.md §2.1).
_REPLY_FORBIDDEN: Final = _Refusal(NotSent, REPLY_REFUSED, needs_staff=True)
#: Source of the rows: PROVIDERS.md §2.1 (402), §2.2. 307 and 308 ask to repeat the request elsewhere, unperformed (RFC 9110
#: §15.4.8, §15.4.9); 301 to 303 also answer requests that were performed, so they are in doubt like all that is not named.
_REFUSALS: MappingProxyType[int, _Refusal] = MappingProxyType(
    {
        307: _Refusal(NotSent, "X is not at this address", needs_staff=True),
        308: _Refusal(NotSent, "X is not at this address", needs_staff=True),
        400: _Refusal(Rejected, "X calls the request invalid"),
        401: _Refusal(NotSent, "X does not accept the tokens", needs_staff=True),
        402: _Refusal(NotSent, "the X account has no credit", needs_staff=True),
        404: _Refusal(NotSent, "there is no posting at this address", needs_staff=True),
        405: _Refusal(NotSent, "there is no posting at this address", needs_staff=True),
        429: _Refusal(NotSent, "X asks to slow down"),
    }
)
#: Quotas besides that of the endpoint. One that is used up decides how long to wait.
_DAY_QUOTAS: Final = ("x-app-limit-24hour", "x-user-limit-24hour")
#: The longest limit is for a day. A reset further ahead is no word to refuse a person by.
_LONGEST_LIMIT: Final = timedelta(hours=25)


def read_answer(answer: Answer, *, is_reply: bool = False) -> Accepted:
    """Return the acceptance, or raise what the answer allows next. Only 201 with an id is one.

    A refusal without a known reason means something else of a reply than of a first post: the first was let through.

    Raises:
        Rejected, NotSent, OutcomeUnknown: by the tables above.
    """
    shape = read_object(answer.body)
    if answer.status == _CREATED:
        data = shape.get("data")
        remote_id = data.get("id") if isinstance(data, dict) else None
        if is_post_id(remote_id):
            return accepted(str(remote_id))
        raise OutcomeUnknown("X created a post and did not say which", status=answer.status)
    if answer.status == _FORBIDDEN:
        refusal = _read_forbidden(shape)
        raise (_REPLY_FORBIDDEN if is_reply and refusal is _FORBIDDEN_ELSE else refusal).failure(answer.status)
    known = _REFUSALS.get(answer.status)
    if known is None:
        raise OutcomeUnknown(f"X answered {answer.status}", status=answer.status)
    raise known.failure(answer.status, retry_after=wait_of(answer) if answer.status == TOO_MANY_REQUESTS else None)


def _read_forbidden(shape: Mapping[str, Any]) -> _Refusal:
    listed = shape.get("errors")
    errors = [error for error in listed if isinstance(error, dict)] if isinstance(listed, list) else []
    if any(error.get("code") == _PARENT_NOT_VISIBLE_CODE for error in errors):
        return _NOT_VISIBLE_YET
    said = " ".join([str(shape.get("detail", "")), *(str(error.get("message", "")) for error in errors)]).lower()
    return next((refusal for words, refusal in _FORBIDDEN_WORDS if words in said), _FORBIDDEN_ELSE)


def wait_of(answer: Answer) -> timedelta | None:
    """Return how long X asks to wait, by the quota that is used up; None when it does not say."""
    spent = (name for name in _DAY_QUOTAS if answer.headers.get(f"{name}-remaining") == "0")
    return read_retry_after(answer.headers, reset_header=f"{next(spent, 'x-rate-limit')}-reset")


def told_in(answer: Answer) -> Told | None:
    """Return what the answer to a post says of the account's limits, None when it names none.

    Of two limits by the day the one that leaves less counts. Answers to other requests speak of other limits.
    """
    at = read_date(answer.headers.get("Date", "")) or datetime.now(UTC)
    window = _allowance(answer.headers, "x-rate-limit", at=at)
    days = [day for name in _DAY_QUOTAS if (day := _allowance(answer.headers, name, at=at)) is not None]
    if window is None and not days:
        return None
    return Told(at=at, window=window, day=min(days, key=lambda day: day.left, default=None))


def _allowance(headers: Mapping[str, str], name: str, *, at: datetime) -> Allowance | None:
    most, left, reset = (read_number(headers.get(f"{name}-{what}")) for what in ("limit", "remaining", "reset"))
    if most is None or left is None or reset is None or reset > (at + _LONGEST_LIMIT).timestamp():
        return None
    return Allowance(most=most, left=left, ends_at=datetime.fromtimestamp(reset, UTC))


def read_error(error: Exception) -> SendFailure:
    """Return what a failed call allows next: not sent only when no byte of the request can have left."""
    match error:
        case NeverConnected(is_untrusted=True):
            return NotSent("X's certificate is not trusted here")
        case NeverConnected():
            return NotSent("X cannot be reached")
        case ClosedPoolError():
            return NotSent("this process is closing its connections")
        case _:
            return OutcomeUnknown(f"the connection failed ({type(error).__name__})")


def accepted(remote_id: str) -> Accepted:
    """Return the acceptance of a post, with where the public sees it."""
    return Accepted(remote_id=RemoteId(remote_id), url=f"https://x.com/i/status/{remote_id}")
