"""Compose a thread from a release (DESIGN.md §6): headline, the lead's facts, a quotation with its speaker, and the link.

A thread is not the release cut up: it says what a follower needs to know and where the rest is. Whatever it says stands in the
release in these words and in this order; added are only numbers, ellipses, quotation marks, the speaker, the link and hashtags.
"""

from __future__ import annotations

from itertools import islice

from distributor.core.counting import Counter
from distributor.core.errors import BadInput
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.release import Release
from distributor.core.sentences import folded
from distributor.core.thread_close import closing, hashtags, link_of
from distributor.core.thread_facts import facts_after, facts_before
from distributor.core.thread_parts import Holds, Piece, Room, number, one_cashtag, pack, tidy
from distributor.core.thread_quotation import choose_quotation

#: Beyond these a thread is a text that nobody reads; X also charges by the post.
MOST_PARTS = 8
_MOST_HEADLINE_PARTS = 2
_MOST_FACT_PARTS = 3


def compose_thread(release: Release, *, counter: Counter, channel: ChannelName) -> ThreadMaster:
    """Return the thread; the same release gives the same thread. Parts that were written by hand are taken as they are.

    Raises:
        BadInput: the release has no word to begin with.
    """
    parts = release.thread or tidy(number(compose_parts(release, counter=counter)))
    return ThreadMaster(channel=channel, language=release.language, parts=parts)


def compose_parts(release: Release, *, counter: Counter) -> list[str]:
    """Return the parts without their numbers, for which each leaves room.

    Raises:
        BadInput: the release has no word to begin with.
    """
    holds = Room(counter).holds
    link = link_of(release)
    quotation = choose_quotation(release, holds=holds)
    opening = _opening(release, holds)
    close = closing(release, link, holds=holds)
    most = min(_MOST_FACT_PARTS, MOST_PARTS - len(opening) - len(quotation.parts) - len(close))
    before = _whole(facts_before(release, quotation.paragraph), most, holds)
    # A release that opens with a quotation tells its facts behind it, and so does its thread.
    behind = [] if before or not quotation.paragraph else _whole(facts_after(release, quotation.paragraph), most, holds)
    parts = _joined([*opening, *before, *quotation.parts, *behind], close, link, holds)
    if not parts:
        raise BadInput("The release has no text to make a thread of.", where="headline", remedy="Write a headline.")
    parts[-1] = hashtags(release, parts[-1], holds=holds)
    return [one_cashtag(part) for part in parts]


def _opening(release: Release, holds: Holds) -> list[str]:
    """Return the headline with the subhead where both fit, or the headline in pieces; what is longer ends in an ellipsis."""
    headline, subhead = folded(release.headline), folded(release.subhead)
    both = f"{headline}\n\n{subhead}" if subhead else headline
    if headline and holds(both):
        return [both]
    return [piece.text for piece in islice(pack([headline], holds=holds), _MOST_HEADLINE_PARTS)]


def _whole(texts: list[str], most: int, holds: Holds) -> list[str]:
    """Return at most so many parts, of which none breaks off: a sentence that would not be finished is left out."""
    pieces: list[Piece] = list(islice(pack(texts, holds=holds), most))
    whole = [at for at, piece in enumerate(pieces) if piece.is_whole]
    # A lead whose first sentence alone is longer than that is better broken off than missing.
    return [piece.text for piece in (pieces[: whole[-1] + 1] if whole else pieces)]


def _joined(parts: list[str], close: list[str], link: str, holds: Holds) -> list[str]:
    """Let a bare link ride with the last part where there is room: one post less to pay for and to read."""
    if parts and close == [link] and holds(f"{parts[-1]}\n\n{link}"):
        return [*parts[:-1], f"{parts[-1]}\n\n{link}"]
    return [*parts, *close]
