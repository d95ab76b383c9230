"""What a check looks at, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.core.ids import Language
from distributor.core.message import EmailMaster, Sender, ThreadMaster
from distributor.core.quota import QuotaLeft
from distributor.core.release import Release
from distributor.core.thread_form import ThreadForm


class Severity(StrEnum):
    """What a failing check means."""

    #: Blocks approval until it is mended or waived by name.
    ERROR = "error"
    #: Is shown, and blocks nothing.
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check found."""

    #: Stable: people waive by it, and the audit keeps it.
    name: str
    severity: Severity
    passed: bool
    #: What was found, one sentence; names lines, never quotes the text.
    message: str
    #: What to do, one sentence; shown when it failed.
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSubject:
    """A revision with its masters and what surrounds them."""

    release: Release
    email_masters: tuple[EmailMaster, ...]
    threads: tuple[ThreadMaster, ...]
    sender: Sender
    #: None when the release names no embargo.
    lift_at: datetime | None
    languages_present: frozenset[Language]
    now: datetime
    #: How the posts go onto X, by which their length is judged.
    form: ThreadForm = ThreadForm.THREAD
    #: Why X would refuse a reply of the account to its own post, as one sentence; "" as far as nobody knows of it.
    no_replies: str = ""
    #: What the account's limits leave to the thread at its lift; None where there is none.
    quota: QuotaLeft | None = None
