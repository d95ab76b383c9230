"""Find a part among an account's own posts, as X shows them (pure).

X changes a text on its way: links become t.co, `&`, `<` and `>` are escaped, the ends are trimmed, long posts stand in
`note_tweet`. Sources: PROVIDERS.md §2.4 (xdevplatform/docs, read 2026-11-23).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import orjson


def read_object(body: bytes) -> Mapping[str, Any]:
    """Return a JSON object, an empty one when the body is anything else."""
    try:
        shape = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return shape if isinstance(shape, dict) else {}


def find_post(page: Mapping[str, Any], text: str, *, reply_to: str | None) -> str | None:
    """Return the id of the post on the page that has this text and this parent (None: no reply), None when it is not there."""
    wanted = _as_shown(text)
    for post in _objects(page.get("data")):
        remote_id = post.get("id")
        if is_post_id(remote_id) and _parent_of(post) == reply_to and _pattern_of(post).fullmatch(wanted):
            return str(remote_id)
    return None


def is_post_id(value: object) -> bool:
    """Say whether the value is a post's id as the API writes it: a text of up to 19 digits."""
    return isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) is not None


def _as_shown(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _pattern_of(post: Mapping[str, Any]) -> re.Pattern[str]:
    """Return what the text can have been before X changed it: fixed but for how its links were written."""
    note = post.get("note_tweet")
    source = note if isinstance(note, dict) and note.get("text") else post
    shown = str(source.get("text", "")).strip()
    links = _links_of(source)
    if not links:
        return re.compile(_literal(shown))
    # Longest first, for one short address may begin another.
    shorts = "|".join(re.escape(short) for short in sorted(links, key=len, reverse=True))
    pieces = re.split(f"({shorts})", shown)
    return re.compile("".join(_any_spelling(links[piece]) if piece in links else _literal(piece) for piece in pieces))


def _literal(shown: str) -> str:
    return re.escape(unicodedata.normalize("NFC", html.unescape(shown)))


def _any_spelling(url: str) -> str:
    """Return a pattern for a link with or without its scheme and the slash at its end: X adds both to bare domains."""
    bare = re.sub(r"\Ahttps?://", "", url, flags=re.IGNORECASE).removesuffix("/")
    return f"(?i:(?:https?://)?{re.escape(bare)}/?)"


def _links_of(source: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what each t.co address of the text stands for."""
    entities = source.get("entities")
    links = _objects(entities.get("urls") if isinstance(entities, dict) else None)
    return {str(link["url"]): str(link["expanded_url"]) for link in links if link.get("url") and link.get("expanded_url")}


def _parent_of(post: Mapping[str, Any]) -> str | None:
    for other in _objects(post.get("referenced_tweets")):
        if other.get("type") == "replied_to":
            return str(other.get("id"))
    return None


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
