"""How a release goes onto a platform of posts, where an account may not do everything.

On X a reply through the API may be refused to whoever was not mentioned by the parent's author, and the rule names no exception
for one's own threads (PROVIDERS.md §2.1, in force since 2026-02-23). A thread that is refused at its second part is half a thread
in public. So a desk whose account is refused chooses another form, and that is what is approved and sealed.
"""

from __future__ import annotations

from enum import StrEnum

from distributor.core.counting import Counter, XCounter
from distributor.core.errors import BadInput
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.release import Release
from distributor.core.sentences import folded
from distributor.core.thread import compose_parts
from distributor.core.thread_close import hashtags, link_of
from distributor.core.thread_parts import number, one_cashtag, pack, tidy

#: A post of an account with Premium (PROVIDERS.md §2.5).
X_LONG_LIMIT = 25_000
#: What the ledger keeps of such a refusal; a later scheduling finds it.
REPLY_REFUSED = "X does not let this account reply to its own post"


class Replies(StrEnum):
    """What is known of an account's replies to its own posts."""

    #: Nobody tried; its history with this service decides.
    UNKNOWN = "unknown"
    #: Staff has seen one go out, whatever was refused earlier.
    ALLOWED = "allowed"
    #: X refuses them.
    REFUSED = "refused"


class ThreadForm(StrEnum):
    """What leaves."""

    #: Several posts, each a reply to the one before.
    THREAD = "thread"
    #: One post: the headline and the link.
    POST = "post"
    #: One long post with all that the thread would say. For accounts with Premium.
    LONG = "long"


def counter_of(form: ThreadForm) -> Counter:
    """Return how X counts a post of this form."""
    return XCounter(limit=X_LONG_LIMIT) if form is ThreadForm.LONG else XCounter()


def compose_as(form: ThreadForm, release: Release, *, channel: ChannelName) -> ThreadMaster:
    """Return what goes onto X; the same release gives the same posts.

    Raises:
        BadInput: the release has no word to begin with.
    """
    counter = counter_of(ThreadForm.THREAD)
    match form:
        case ThreadForm.THREAD:
            parts = release.thread or tidy(number(compose_parts(release, counter=counter)))
        case ThreadForm.LONG:
            parts = tidy([one_cashtag("\n\n".join(release.thread or compose_parts(release, counter=counter)))])
        case ThreadForm.POST:
            parts = release.thread if len(release.thread) == 1 else tidy([_post(release, counter)])
    return ThreadMaster(channel=channel, language=release.language, parts=parts)


def _post(release: Release, counter: Counter) -> str:
    """Return as much of the headline as fits above the link, and hashtags behind it."""
    headline, link = one_cashtag(folded(release.headline)), link_of(release)
    below = f"\n\n{link}" if link and counter.fits(f"…\n\n{link}") else ""
    first = next(pack([headline], holds=lambda text: counter.fits(text + below)), None)
    if first is None:
        raise BadInput("The release has no text to make a post of.", where="headline", remedy="Write a headline.")
    return hashtags(release, first.text + below, holds=counter.fits)
