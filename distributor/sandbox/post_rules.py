"""What X's API v2 refuses in a new post, and how it shows the text. Pure.

Sources: openapi.json v2.167 (`CreatePostsRequest`) and x-api/posts pages of docs.x.com, read 2026-11-23; counting and link
finding are twitter-text's (v3).
"""

from __future__ import annotations

import base64
import hashlib
import re
import warnings
from dataclasses import dataclass
from html import escape
from typing import Final
from unicodedata import normalize

from distributor.sandbox.timeline import WrappedUrl

with warnings.catch_warnings():
    # The library still imports pkg_resources, which warns whoever starts the sandbox about something they cannot change.
    warnings.simplefilter("ignore")
    import twitter_text

Json = dict[str, object]

MAX_WEIGHT: Final = 280
MAX_MEDIA: Final = 4
#: Longer than any post of any plan; beyond it nothing is counted.
_MAX_CHARS: Final = 25_000
_REPLY_SETTINGS: Final = frozenset({"following", "mentionedUsers", "subscribers", "verified"})
_ID: Final = re.compile(r"[0-9]{1,19}")
_CASHTAG: Final = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")
#: All fields of the schema, which allows no others, with their JSON types.
_FIELDS: Final[dict[str, type]] = {
    "text": str,
    "reply": dict,
    "media": dict,
    "quote_tweet_id": str,
    "poll": dict,
    "reply_settings": str,
    "community_id": str,
    "share_with_followers": bool,
    "made_with_ai": bool,
    "paid_partnership": bool,
    "nullcast": bool,
    "for_super_followers_only": bool,
    "direct_message_deep_link": str,
    "card_uri": str,
    "geo": dict,
    "edit_options": dict,
}
_REPLY_FIELDS: Final = frozenset({"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"})
_MEDIA_FIELDS: Final = frozenset({"media_ids", "tagged_user_ids"})


class PostRefused(Exception):
    """X would not create the post."""

    def __init__(self, status: int, detail: str, *, code: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        #: Set where X answers in its older shape, {"errors": [{"code", "message"}]}.
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPost:
    """A request that fits the schema."""

    #: In NFC.
    text: str
    reply_to: str
    media_ids: tuple[str, ...]


NOT_PERMITTED: Final = "You are not permitted to perform this action."
DUPLICATE: Final = "You are not allowed to create a Tweet with duplicate content."
PARENT_GONE: Final = "You attempted to reply to a Tweet that is deleted or not visible to you."
PARENT_GONE_CODE: Final = 385
REPLIES_RESTRICTED: Final = "You may only reply to posts whose author mentioned or quoted you."


def check_post(body: object, *, longest: int = MAX_WEIGHT) -> CheckedPost:
    """Return what is asked for, if it fits the schema and the rules that need nothing but the request.

    Raises:
        PostRefused: with X's status and detail.
    """
    if not isinstance(body, dict):
        raise PostRefused(400, "The request body must be a JSON object.")
    _check_fields(body, _FIELDS, "")
    text = normalize("NFC", str(body.get("text", "")))
    media_ids = _read_media(body.get("media", {}))
    if not text.strip() and not media_ids:
        raise PostRefused(400, "One of text and media is required.")
    if body.get("reply_settings", "following") not in _REPLY_SETTINGS:
        raise PostRefused(400, f"reply_settings is one of {', '.join(sorted(_REPLY_SETTINGS))}.")
    if "quote_tweet_id" in body:
        # Taken from all self-serve plans on 2026-04-16.
        raise PostRefused(403, "Quote posts are not available on your plan.")
    if weighted_length(text) > longest:
        raise PostRefused(403, NOT_PERMITTED)
    if len(_CASHTAG.findall(text)) > 1:
        raise PostRefused(403, "Posts are limited to a maximum of one cashtag.")
    return CheckedPost(text=text, reply_to=_read_reply(body.get("reply")), media_ids=media_ids)


def weighted_length(text: str) -> int:
    """Return the length as X counts it: 23 for a link, 2 for CJK and emoji, 1 for Latin.

    >>> weighted_length("Read https://example.org/a-very-long-address-indeed/of-no-consequence")
    28
    """
    if len(text) > _MAX_CHARS:
        return len(text)
    return int(twitter_text.parse_tweet(text).weightedLength)


def wrap_links(text: str) -> tuple[str, tuple[WrappedUrl, ...]]:
    """Return the text as the API shows it, links as t.co and &, <, > escaped, with its links in order."""
    shown, urls, done = "", [], 0
    for found in twitter_text.extract_urls_with_indices(text):
        start, end = found["indices"]
        target = found["url"]
        shown += escape(text[done:start], quote=False)
        short = "https://t.co/" + base64.b32encode(hashlib.sha256(target.encode()).digest()).decode("ascii")[:10]
        full = target if "://" in target else f"http://{target}"
        urls.append(
            WrappedUrl(
                start=len(shown),
                end=len(shown) + len(short),
                url=short,
                expanded_url=full,
                display_url=_display(full),
            )
        )
        shown += short
        done = end
    return shown + escape(text[done:], quote=False), tuple(urls)


def _display(url: str) -> str:
    bare = re.sub(r"\Ahttps?://(?:www\.)?", "", url, flags=re.IGNORECASE).removesuffix("/")
    limit = 27
    return bare if len(bare) <= limit else f"{bare[: limit - 1]}…"


def _check_fields(body: Json, known: dict[str, type], where: str) -> None:
    for name, value in body.items():
        if name not in known:
            raise PostRefused(
                400, f"$.{where}{name}: is not defined in the schema and the schema does not allow additional properties"
            )
        if not isinstance(value, known[name]):
            raise PostRefused(400, f"$.{where}{name}: {known[name].__name__} expected")


def _read_reply(reply: object) -> str:
    if reply is None:
        return ""
    if not isinstance(reply, dict) or not _REPLY_FIELDS.issuperset(reply):
        raise PostRefused(400, "$.reply: fields are not as in the schema")
    parent = reply.get("in_reply_to_tweet_id")
    if not isinstance(parent, str) or not _ID.fullmatch(parent):
        raise PostRefused(400, "$.reply.in_reply_to_tweet_id: must be a string of 1 to 19 digits")
    return parent


def _read_media(media: object) -> tuple[str, ...]:
    if not media:
        return ()
    if not isinstance(media, dict) or not _MEDIA_FIELDS.issuperset(media):
        raise PostRefused(400, "$.media: fields are not as in the schema")
    ids = media.get("media_ids")
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
        raise PostRefused(400, "$.media.media_ids: must be strings of 1 to 19 digits")
    if len(ids) > MAX_MEDIA:
        raise PostRefused(400, "$.media.media_ids: there must be a maximum of 4 items in the array")
    return tuple(ids)
