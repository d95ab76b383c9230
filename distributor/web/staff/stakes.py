"""What saving a change of a release does to its approval, its dispatches and its translations; told before it is saved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from distributor.bootstrap import Service
from distributor.core.errors import BadInput, DistributorError
from distributor.core.ids import DispatchId, Language
from distributor.core.report import DispatchState
from distributor.core.translation import Translated
from distributor.ports_releases import StoredRevision
from distributor.web.staff.gate import Visit

#: What can still leave.
_OPEN: Final = frozenset({DispatchState.ARMED, DispatchState.RELEASING})
_CLI: Final = re.compile(r",? or give --embargo \"[^\"]*\"")
_PASTED: Final = re.compile(r"(?:release|the text)(?:\.\w+)?:(?P<line>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """What a change of one revision would do."""

    #: The revision that the form was filled from.
    revision: int
    is_approved: bool
    #: What is scheduled and would be held.
    dispatches: tuple[DispatchId, ...]
    #: Translations that would be left behind, unless they are kept.
    translations: tuple[Language, ...]

    @property
    def known(self) -> str:
        """Return what the form says the writer has been told, to compare when it comes back."""
        return " ".join((*(["approved"] if self.is_approved else []), *self.dispatches))


def stakes_of(service: Service, stored: StoredRevision, *, keeps_translations: bool = False) -> Stakes:
    """Return what a change of the latest revision would do."""
    dispatches = service.dispatches.of_release(stored.release_id)
    return Stakes(
        revision=stored.revision,
        is_approved=service.releases.approved_seal(stored.release_id) != "",
        dispatches=tuple(one for one in dispatches if service.dispatches.status(one).state in _OPEN),
        translations=() if keeps_translations else tuple(one.language for one in stored.translations),
    )


def objection(visit: Visit, stakes: Stakes, stored: StoredRevision) -> str:
    """Return why what was typed must be looked at again before it is saved, "" when nothing has changed under it."""
    if visit.fields.get("lost"):
        return "You were signed out, and a file cannot be kept. Choose it again; nothing of the form is saved yet."
    if visit.fields.get("revision") != str(stakes.revision):
        who = "You have saved" if stored.added_by == visit.by else f"{stored.added_by} has saved"
        return (
            f"{who} revision {stakes.revision} since this form was opened. What you typed is still here, and nothing of it is "
            "saved. Compare it with the release as it is now; saving again goes on from there."
        )
    told = set(visit.fields.get("known", "").split())
    if not set(stakes.known.split()) <= told:
        return (
            "The release was approved or scheduled while you were writing. What you typed is still here, and nothing of it is "
            "saved. Read below what saving would do, then decide."
        )
    return ""


def translated(visit: Visit, *, keeps_translations: bool = False) -> Translated:
    """Return what becomes of the translations, as chosen in the form."""
    return Translated.KEPT if keeps_translations or visit.fields.get("translated") == Translated.KEPT else Translated.LEFT_BEHIND


def told(error: DistributorError) -> str:
    """Return what is wrong in the words of the form: no file that nobody sent, no option of the command line."""
    if not isinstance(error, BadInput):
        return str(error)
    place = _PASTED.sub(lambda found: f"Line {found['line']}", error.where).removeprefix("--").replace("_", " ")
    remedy = _CLI.sub("", error.remedy).replace('"embargo: ', '"').replace(" in the front matter.", ".", 1)
    return f"{place[:1].upper()}{place[1:]}: {error.problem} {remedy}"
