"""What was understood of a release, as rows to print: so that the officer sees at a glance what was read wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from distributor.core.embargo import Embargo
from distributor.core.release import BulletList, Paragraph, PressContact, Release, Subheading, plain


def understood(release: Release) -> tuple[tuple[str, str], ...]:
    """Return (label, value) rows in the order of the release. A label may occur several times; no value is empty."""
    return tuple((label, value) for label, value in _rows(release) if value)


def leads_nowhere(target: str) -> bool:
    """Say whether a link's target is one that no reader can follow: empty, "#…", a path, or an address without a host.

    >>> leads_nowhere("#"), leads_nowhere("https://"), leads_nowhere("https://example.org/report"), leads_nowhere("tel:+4122")
    (True, True, False, False)
    """
    try:
        parts = urlsplit(target.strip())
        host = parts.hostname
    except ValueError:
        return True
    if parts.scheme in {"mailto", "tel"}:
        return not parts.path
    return parts.scheme not in {"http", "https"} or not host or "." not in host


def _rows(release: Release) -> Iterator[tuple[str, str]]:
    yield "Headline", release.headline
    yield "Subhead", release.subhead
    yield "Language", release.language
    yield "Dateline", _dateline(release)
    yield "Embargo", _embargo(release.embargo)
    yield "Embargo line", release.embargo_line
    yield "Body", _body(release)
    for quotation in (q for block in release.body if isinstance(block, Paragraph) for q in block.quotations):
        yield "Quotation", f"{quotation.speaker or 'nobody named'}: {quotation.words}"
    for words, target, line in release.links():
        place = f" (line {line})" if line else ""
        yield "Link", f"{words} → {target or 'nothing'}{', which leads nowhere' if leads_nowhere(target) else ''}{place}"
    yield "End mark", release.end_mark
    yield "Call to action", _words(release.call_to_action)
    yield "Notes to editors", _words(release.notes)
    yield "Boilerplate", _words(release.boilerplate)
    for contact in release.contacts:
        yield "Press contact", _contact(contact)
    yield from _extras(release)


def _extras(release: Release) -> Iterator[tuple[str, str]]:
    for image in release.images:
        yield "Image", f"{image.url} ({image.alt or 'no alternative text'})"
    yield "Hashtags", " ".join(f"#{tag}" for tag in release.hashtags)
    yield "Link of the thread", release.link
    yield "Thread", f"{len(release.thread)} parts written by hand" if release.thread else ""
    yield "Author", release.author
    yield "Media lists", ", ".join(release.lists)
    yield "Languages wanted", ", ".join(release.languages_wanted)
    for remark in release.remarks:
        yield "Remark", remark


def _dateline(release: Release) -> str:
    if release.dateline is None:
        return "none"
    return ", ".join(filter(None, (release.dateline.city, release.dateline.date.isoformat() if release.dateline.date else "")))


def _embargo(embargo: Embargo | None) -> str:
    if embargo is None:
        return "none said; give the lift when scheduling"
    if embargo.local is None:
        return "none: for immediate release"
    return f"{embargo.local.wall:%Y-%m-%d %H:%M:%S} {embargo.local.zone} = {embargo.lift_at():%Y-%m-%d %H:%M:%S} UTC"


def _body(release: Release) -> str:
    counts = (
        (sum(isinstance(block, Paragraph) for block in release.body), "paragraph"),
        (sum(isinstance(block, Subheading) for block in release.body), "subheading"),
        (sum(isinstance(block, BulletList) for block in release.body), "list"),
    )
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count)


def _words(blocks: tuple[Paragraph | Subheading | BulletList, ...]) -> str:
    texts = (text for block in blocks for text in (block.items if isinstance(block, BulletList) else (block.text,)))
    return " ¶ ".join(plain(text) for text in texts)


def _contact(contact: PressContact) -> str:
    return ", ".join(filter(None, (contact.name, contact.role, contact.email, contact.phone)))
