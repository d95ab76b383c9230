"""Compare a revision with the one that was approved last, in everything that leaves and everything that steers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from distributor.core.difference import Block, blocks_of, compare
from distributor.core.language_name import language_name
from distributor.core.message import EmailMaster, Master, Slot, ThreadMaster, filled
from distributor.core.part_count import unnumbered
from distributor.core.release import Release
from distributor.ports_releases import ReleaseStore, StoredRevision

#: What differs from reader to reader, as the comparison names it.
_SLOTS = {slot: f"‹{slot.value.replace('_', ' ')}›" for slot in Slot}
#: What is compared, by its title: the blocks of each.
_Side = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that has changed."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceApproval:
    """What has changed since an approved revision."""

    #: The approved one.
    revision: int
    changed: tuple[Part, ...]
    #: Titles of what is the same.
    unchanged: tuple[str, ...]


def since_approval(stored: StoredRevision, masters: Sequence[Master], releases: ReleaseStore) -> SinceApproval | None:
    """Return what is different from what was approved last before now, or before the approval that stands; None when nothing was.

    A revision whose own approval was withdrawn is compared with itself as it was then: settings may have changed meanwhile.
    """
    is_approved = releases.approved_seal(stored.release_id) != ""
    revision = releases.last_approved(stored.release_id, before=stored.revision + (not is_approved))
    if revision is None:
        return None
    before = _side(releases.get(stored.release_id, revision), releases.masters(stored.release_id, revision))
    after = _side(stored, masters)
    compared = [
        Part(title=title, blocks=compare(before.get(title, ()), after.get(title, ())))
        for title in dict.fromkeys([*after, *before])
    ]
    return SinceApproval(
        revision=revision,
        changed=tuple(part for part in compared if part.blocks),
        unchanged=tuple(part.title for part in compared if not part.blocks),
    )


def _side(stored: StoredRevision, masters: Sequence[Master]) -> _Side:
    side: _Side = {}
    for master in masters:
        language = language_name(master.language)
        if isinstance(master, EmailMaster):
            side[f"Subject in {language}"] = (master.subject,)
            side[f"E-mail in {language}"] = blocks_of(filled(master, _SLOTS).text)
            side["Sender"] = tuple(filter(None, _sender(master)))
        else:
            # Numbers in front would mark every post when one more came.
            side[_thread_title(master)] = tuple(part.strip() for part in unnumbered(master.parts))
            side[f"Number of posts on {master.channel.value.upper()}"] = (str(len(master.parts)),)
    for title, lines in _facts(stored):
        side[title] = tuple(lines)
    return side


def _thread_title(master: ThreadMaster) -> str:
    return f"Thread on {master.channel.value.upper()} in {language_name(master.language)}"


def _sender(master: EmailMaster) -> Iterator[str]:
    sender = master.sender
    yield f"{sender.name} <{sender.email}>"
    yield f"Answers go to {sender.reply_to}" if sender.reply_to else ""
    yield sender.postal_address


def _facts(stored: StoredRevision) -> Iterator[tuple[str, list[str]]]:
    """Yield what the text of the e-mail does not show: targets, alternative texts, and what steers the dispatch."""
    texts = stored.in_all_languages
    yield "Embargo", [_embargo(stored.content)]
    yield "Languages", [language_name(text.language) for text in texts]
    yield "Who reads none of the languages", [stored.others.value]
    yield "Links", [f"{words} → {target}" for text in texts for words, target, _ in text.links()]
    yield "Pictures", [f"{image.url}: {image.alt} {image.caption}".strip() for text in texts for image in text.images]
    yield "Media lists named in the release", list(stored.content.lists)


def _embargo(content: Release) -> str:
    if content.embargo is None:
        return "none"
    local = content.embargo.local
    return "for immediate release" if local is None else f"{local.wall:%A %Y-%m-%d %H:%M:%S} {local.zone}"
