"""Checks that look at the release and its masters. Each returns what is wrong as one sentence, None when nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from distributor.core.checks_subject import CheckSubject
from distributor.core.counting import counter_for
from distributor.core.release import Paragraph, plain
from distributor.core.understood import leads_nowhere

#: Gmail cuts HTML off at about 102 KB and hides the unsubscribe link with it (PROVIDERS.md §7).
LARGEST_EMAIL = 100 * 1024
LONGEST_SUBJECT = 120
#: What writers leave for later. Word by word, so that "XX" finds neither "XXL" nor a Roman twenty in lower case.
_PLACEHOLDER = re.compile(
    r"\b(?:TBC|TBA|TBD|TKTK|XX+)\b|\[\s*(?:insert|add|name|date|link|tbc|xx)\b[^\]]*\]|\blorem ipsum\b", re.IGNORECASE
)
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?![\w])")
_MENTION_FIRST = re.compile(r"\s*(?:\d+/\d+\s+)?@\w")


def dead_links(subject: CheckSubject) -> str | None:
    """Links that no reader can follow."""
    lines = [line for _, target, line in subject.release.links() if leads_nowhere(target)]
    if not lines:
        return None
    return f"{_count(len(lines), 'link leads', 'links lead')} nowhere ({_at(lines)})."


def press_contact(subject: CheckSubject) -> str | None:
    """Nobody whom a reporter could call."""
    return None if subject.release.contacts else "No press contact is named."


def missing_translation(subject: CheckSubject) -> str | None:
    """A language that was asked for and is not there."""
    missing = [language for language in subject.release.languages_wanted if language not in subject.languages_present]
    return f"There is no text in {', '.join(missing)}." if missing else None


def image_alt(subject: CheckSubject) -> str | None:
    """A picture that says nothing to whoever cannot see it."""
    bare = [str(number) for number, image in enumerate(subject.release.images, 1) if not image.alt.strip()]
    return f"Image {', '.join(bare)} has no alternative text." if bare else None


def speaker(subject: CheckSubject) -> str | None:
    """Words in quotation marks that nobody is said to have spoken."""
    lines = [
        block.line
        for block in subject.release.body
        if isinstance(block, Paragraph) and any(quotation.speaker is None for quotation in block.quotations)
    ]
    return f"A quotation has no speaker ({_at(lines)})." if lines else None


def placeholder(subject: CheckSubject) -> str | None:
    """Text that was meant to be replaced."""
    release = subject.release
    texts = [(release.headline, 0), (release.subhead, 0)]
    texts += [(plain(block.text), block.line) for block in release.all_blocks() if hasattr(block, "text")]
    texts += [(plain(item), block.line) for block in release.all_blocks() if hasattr(block, "items") for item in block.items]
    lines = [line for text, line in texts if _PLACEHOLDER.search(text)]
    return f"Placeholder text was left in ({_at(lines)})." if lines else None


def subject_length(subject: CheckSubject) -> str | None:
    """A subject that mail programs cut off."""
    long = [len(master.subject) for master in subject.email_masters if len(master.subject) > LONGEST_SUBJECT]
    return f"The e-mail's subject has {max(long)} characters; {LONGEST_SUBJECT} are shown by most programs." if long else None


def email_size(subject: CheckSubject) -> str | None:
    """An e-mail whose end, with the unsubscribe link, Gmail hides."""
    large = [master.size_bytes for master in subject.email_masters if master.size_bytes > LARGEST_EMAIL]
    return f"The e-mail has {max(large) // 1024} KB; mail programs cut it off at 100 KB." if large else None


def sender_email(subject: CheckSubject) -> str | None:
    """Nobody to send from."""
    return None if "@" in subject.sender.email else "No sender address is set."


def postal_address(subject: CheckSubject) -> str | None:
    """No postal address, which the law of several countries wants in every mailing."""
    return None if subject.sender.postal_address.strip() else "No postal address is set."


def thread_length(subject: CheckSubject) -> str | None:
    """A part that its platform would refuse."""
    long = [
        f"{thread.channel.value} part {number} ({counter_for(thread.channel).count(part)} of {counter_for(thread.channel).limit})"
        for thread in subject.threads
        for number, part in enumerate(thread.parts, 1)
        if not counter_for(thread.channel).fits(part)
    ]
    return f"Too long or empty: {', '.join(long)}." if long else None


def thread_rules(subject: CheckSubject) -> str | None:
    """A part that X's other rules refuse, or that only some followers would see."""
    bad = [
        str(number)
        for thread in subject.threads
        for number, part in enumerate(thread.parts, 1)
        if len(_CASHTAG.findall(part)) > 1 or _MENTION_FIRST.match(part)
    ]
    return f"Part {', '.join(bad)} of the thread begins with @ or has several $ tags." if bad else None


def _at(lines: Iterable[int]) -> str:
    numbers = sorted(set(lines) - {0})
    return f"line {', '.join(map(str, numbers))}" if numbers else "in the headline or the metadata"


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
