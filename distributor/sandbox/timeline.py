"""The posts of the sandbox's X account, and the media it uploaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

#: Milliseconds since the epoch at which X's numbering of posts began; an id is (ms since then) << 22 plus a counter.
_SNOWFLAKE_EPOCH_MS: Final = 1_288_834_974_657
_SNOWFLAKE_SHIFT: Final = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedUrl:
    """A link in a post, as X rewrites it. Positions count code points of the wrapped text, half-open."""

    start: int
    end: int
    url: str
    expanded_url: str
    display_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post."""

    id: str
    #: What was sent.
    text: str
    #: What the API shows: links as t.co, and &, <, > escaped.
    shown_text: str
    urls: tuple[WrappedUrl, ...]
    #: µs since the epoch.
    created_at: int
    #: The id of the post it answers; "" for none.
    reply_to: str
    #: The id of the thread's first post.
    conversation_id: str
    media_ids: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Media:
    """One uploaded image."""

    id: str
    data: bytes
    media_type: str
    alt_text: str = ""


@dataclass(slots=True)
class Timeline:
    """All posts in the order of creation; deleted ones are gone, though their ids are never given again."""

    posts: dict[str, Post] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    _last_id: int = 0

    def next_id(self, *, at: int) -> str:
        """Return an id greater than all before it; `at` is in µs since the epoch."""
        self._last_id = max(self._last_id + 1, (at // 1000 - _SNOWFLAKE_EPOCH_MS) << _SNOWFLAKE_SHIFT)
        return str(self._last_id)

    def has_text(self, text: str) -> bool:
        """Say whether a post with this text stands; the window in which X minds is not documented, here it never ends."""
        return any(post.text == text for post in self.posts.values())

    def threads(self) -> list[list[Post]]:
        """Return the threads, newest first, each with its posts in order."""
        threads: dict[str, list[Post]] = {}
        for post in self.posts.values():
            threads.setdefault(post.conversation_id, []).append(post)
        return list(reversed(threads.values()))

    def clear(self) -> None:
        """Forget all posts and media, but not the last id."""
        self.posts.clear()
        self.media.clear()
