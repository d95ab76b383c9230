"""How X's reading endpoints choose posts and write them as JSON. Pure.

Source: docs.x.com `GET /2/users/{id}/tweets`, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.answer import x_problem
from distributor.sandbox.timeline import Post

Json = dict[str, object]

_LEAST, _MOST, _USUAL = 5, 100, 10
_MAX_ID_DIGITS: Final = 19
_KNOWN: Final = frozenset(
    {
        "since_id",
        "until_id",
        "start_time",
        "end_time",
        "max_results",
        "pagination_token",
        "exclude",
        "tweet.fields",
        "expansions",
        "media.fields",
        "user.fields",
        "poll.fields",
        "place.fields",
    }
)


def read_timeline(posts: Sequence[Post], settings: SandboxSettings, query: Mapping[str, str]) -> Json:
    """Return one page of the posts, newest first.

    Raises:
        ValueError: a parameter is not as documented; the message is what X's answer says.
    """
    unknown = sorted(set(query) - _KNOWN)
    if unknown:
        raise ValueError(f"The query parameter [{unknown[0]}] is not one of [{','.join(sorted(_KNOWN))}]")
    count = _number(query, "max_results", _USUAL)
    if not _LEAST <= count <= _MOST:
        raise ValueError(f"The `max_results` query parameter value [{count}] is not between {_LEAST} and {_MOST}")
    wanted = _wanted(query)
    chosen = [post for post in reversed(posts) if post in wanted]
    page = chosen[:count]
    meta: Json = {"result_count": len(page)}
    if not page:
        return {"meta": meta}
    meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if len(chosen) > len(page):
        meta["next_token"] = page[-1].id
    return {"data": [post_json(post, settings, query.get("tweet.fields", "")) for post in page], "meta": meta}


def post_json(post: Post, settings: SandboxSettings, fields: str) -> Json:
    """Return the post with id, text and the fields asked for."""
    optional: Json = {
        "created_at": iso(post.created_at),
        "author_id": settings.user_id,
        "conversation_id": post.conversation_id,
        "entities": {"urls": [asdict(url) for url in post.urls]} if post.urls else None,
        "referenced_tweets": [{"type": "replied_to", "id": post.reply_to}] if post.reply_to else None,
        "in_reply_to_user_id": settings.user_id if post.reply_to else None,
        "attachments": {"media_keys": [f"3_{media}" for media in post.media_ids]} if post.media_ids else None,
    }
    wanted = set(fields.split(","))
    chosen = {name: value for name, value in optional.items() if name in wanted and value is not None}
    return {"id": post.id, "text": post.shown_text, "edit_history_tweet_ids": [post.id], **chosen}


def user_json(settings: SandboxSettings) -> Json:
    """Return the account."""
    return {"id": settings.user_id, "name": settings.user_name, "username": settings.username}


def bad_parameter(message: str) -> Response:
    """Return X's refusal of a query parameter."""
    return x_problem(
        400,
        "One or more parameters to your request was invalid.",
        title="Invalid Request",
        kind="https://api.twitter.com/2/problems/invalid-request",
        errors=[{"parameters": {}, "message": message}],
    )


def iso(at_us: int) -> str:
    """Return the instant as X writes it, with milliseconds."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a query asks for; ids and whole seconds since the epoch, ids exclusive, the time half-open."""

    after: int
    before: int
    since_s: int
    until_s: int
    has_replies: bool

    def __contains__(self, post: Post) -> bool:
        if not self.after < int(post.id) < self.before or (post.reply_to and not self.has_replies):
            return False
        return self.since_s <= post.created_at // 1_000_000 < self.until_s


def _wanted(query: Mapping[str, str]) -> _Wanted:
    return _Wanted(
        after=_number(query, "since_id", -1),
        before=min(_number(query, "until_id", 1 << 63), _number(query, "pagination_token", 1 << 63)),
        since_s=_instant(query, "start_time", 0),
        until_s=_instant(query, "end_time", 1 << 40),
        has_replies="replies" not in query.get("exclude", "").split(","),
    )


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_ID_DIGITS:
        raise ValueError(f"The `{name}` query parameter value [{text[:20]}] is not a number")
    return int(text)


def _instant(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    try:
        instant = datetime.fromisoformat(text)
        seconds = instant.timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"The `{name}` query parameter value is not an ISO 8601 instant") from error
    if instant.tzinfo is None:
        raise ValueError(f"The `{name}` query parameter value has no zone")
    return int(seconds)
