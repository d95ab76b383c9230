"""Checks that look at the release and its masters. Each returns what is wrong as one sentence, None when nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from distributor.core.addresses import normalise
from distributor.core.checks_subject import CheckSubject
from distributor.core.errors import BadInput
from distributor.core.placeholder import has_placeholder
from distributor.core.release import Paragraph, Release, plain, texts_of
from distributor.core.thread_form import counter_of
from distributor.core.thread_parts import CASHTAG
from distributor.core.understood import leads_nowhere

#: Gmail cuts HTML off at about 102 KB and hides the unsubscribe link with it (PROVIDERS.md §7).
LARGEST_EMAIL = 100 * 1024
LONGEST_SUBJECT = 120
_MENTION_FIRST = re.compile(r"\s*[@＠]\w")


def dead_links(subject: CheckSubject) -> str | None:
    """Links that no reader can follow."""
    release = subject.release
    lines = [line for _, target, line in release.links() if leads_nowhere(target)]
    lines += [0 for target in (release.link, *(image.url for image in release.images)) if target and leads_nowhere(target)]
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
    lines = [block.line for block in release.all_blocks() if any(has_placeholder(plain(text)) for text in texts_of(block))]
    # Those have no line; their names say where to look.
    named = [name for name, texts in _texts_of_metadata(release) if any(map(has_placeholder, texts))]
    places = [*named, *([_at(lines)] if lines else [])]
    return f"Placeholder text was left in ({', '.join(places)})." if places else None


def _texts_of_metadata(release: Release) -> Iterator[tuple[str, Sequence[str]]]:
    yield "headline", [release.headline]
    yield "subhead", [release.subhead]
    yield "dateline", [release.dateline.city if release.dateline else ""]
    yield "posts", release.thread
    yield "images", [text for image in release.images for text in (image.alt, image.caption)]
    yield "press contacts", [text for one in release.contacts for text in (one.name, one.role, one.email, one.phone)]


def subject_length(subject: CheckSubject) -> str | None:
    """A subject that mail programs cut off."""
    long = [len(master.subject) for master in subject.email_masters if len(master.subject) > LONGEST_SUBJECT]
    return f"The e-mail's subject has {max(long)} characters; {LONGEST_SUBJECT} are shown by most programs." if long else None


def email_size(subject: CheckSubject) -> str | None:
    """An e-mail whose end, with the unsubscribe link, Gmail hides."""
    large = [master.size_bytes for master in subject.email_masters if master.size_bytes > LARGEST_EMAIL]
    return f"The e-mail has {max(large) // 1024} KB; mail programs cut it off at 100 KB." if large else None


def sender_email(subject: CheckSubject) -> str | None:
    """Nobody to send from, or an address that is none."""
    if not subject.sender.email.strip():
        return "No sender address is set."
    try:
        normalise(subject.sender.email)
    except BadInput:
        return "The sender address is no e-mail address."
    return None


def postal_address(subject: CheckSubject) -> str | None:
    """No postal address, which the law of several countries wants in every mailing."""
    return None if subject.sender.postal_address.strip() else "No postal address is set."


def thread_length(subject: CheckSubject) -> str | None:
    """A part that its platform would refuse."""
    bad = []
    for thread in subject.threads:
        counter = counter_of(subject.form)
        for number, part in enumerate(thread.parts, 1):
            if not part.strip() or not counter.fits(part):
                bad.append(f"{thread.channel.value} part {number} ({counter.count(part)} of {counter.limit})")
    return f"Too long, empty, or with a character that the platform refuses: {', '.join(bad)}." if bad else None


def thread_rules(subject: CheckSubject) -> str | None:
    """A part that X's other rules refuse, or that only some followers would see."""
    bad = [
        str(number)
        for thread in subject.threads
        for number, part in enumerate(thread.parts, 1)
        if len(CASHTAG.findall(part)) > 1 or _MENTION_FIRST.match(part)
    ]
    return f"Part {', '.join(bad)} of the thread begins with @ or has several $ tags." if bad else None


def _at(lines: Iterable[int]) -> str:
    numbers = sorted(set(lines))
    named = [*(str(number) for number in numbers if number), *(["a place without a line number"] if 0 in numbers else [])]
    return f"{'line ' if numbers[-1] else ''}{', '.join(named)}"


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
