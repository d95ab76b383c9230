"""What a thread costs on a platform that charges by the post, so that it is known before anybody approves it.

Source: PROVIDERS.md §2.1 (docs.x.com pricing, in force since 2026-04-20, read 2026-11-23): a post 0.015 USD, with a URL 0.200.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from distributor.core.counting import has_url
from distributor.core.message import ChannelName, ThreadMaster

_POST, _POST_WITH_URL = Decimal("0.015"), Decimal("0.200")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadCost:
    """What one thread takes of the account's money and window."""

    posts: int
    posts_with_url: int
    usd: Decimal

    def __str__(self) -> str:
        plain = self.posts - self.posts_with_url
        sums = f"{plain} × {_POST} + {self.posts_with_url} with a link × {_POST_WITH_URL}"
        return f"{self.posts} post{'' if self.posts == 1 else 's'}, about {self.usd:.2f} USD ({sums})"


def cost_of(thread: ThreadMaster) -> ThreadCost | None:
    """Return what the thread costs, None on a platform that charges nothing by the post."""
    if thread.channel is not ChannelName.X:
        return None
    with_url = sum(has_url(part) for part in thread.parts)
    plain = len(thread.parts) - with_url
    return ThreadCost(posts=len(thread.parts), posts_with_url=with_url, usd=plain * _POST + with_url * _POST_WITH_URL)
