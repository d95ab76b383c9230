"""The rules that a release must pass before it can be approved, in one table."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from distributor.core import checks_of_account as account
from distributor.core import checks_of_lift as lift
from distributor.core import checks_of_text as text
from distributor.core.checks_subject import CheckResult, CheckSubject, Severity
from distributor.core.errors import ApprovalRefused
from distributor.core.ids import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule."""

    name: str
    severity: Severity
    #: Returns what is wrong as one sentence, None when nothing is.
    look: Callable[[CheckSubject], str | None]
    #: What is said when nothing is wrong.
    fine: str
    remedy: str


_E, _W = Severity.ERROR, Severity.WARNING

#: Every check, in the order in which they are shown. Names stay: the audit keeps them.
CHECKS: tuple[Check, ...] = (
    Check(name="embargo-agrees", severity=_E, look=lift.embargo_agrees, fine="Embargo line and lift agree.",
          remedy="Make the line in the text and `embargo:` say the same, or remove one of them."),
    Check(name="dead-links", severity=_E, look=text.dead_links, fine="Every link has somewhere to go.",
          remedy="Give each a full address (https://…), or make it plain text."),
    Check(name="missing-translation", severity=_E, look=text.missing_translation, fine="Every language asked for is there.",
          remedy="Add the translation, or take the language out of `languages:`."),
    Check(name="image-alt", severity=_E, look=text.image_alt, fine="Every image has an alternative text.",
          remedy="Say in `alt:` what the picture shows."),
    Check(name="placeholder", severity=_E, look=text.placeholder, fine="No placeholder was left in.",
          remedy="Replace it by what belongs there."),
    Check(name="sender-email", severity=_E, look=text.sender_email, fine="The sender address is set.",
          remedy="Set DISTRIBUTOR_SENDER__EMAIL."),
    Check(name="postal-address", severity=_E, look=text.postal_address, fine="The postal address is set.",
          remedy="Set DISTRIBUTOR_SENDER__POSTAL_ADDRESS."),
    Check(name="email-size", severity=_E, look=text.email_size, fine="The e-mail is small enough to be shown whole.",
          remedy="Shorten the text, or link to the long version."),
    Check(name="thread-length", severity=_E, look=text.thread_length, fine="Every part of the thread fits.",
          remedy="Shorten it with `distributor release edit-thread`."),
    Check(name="thread-rules", severity=_E, look=text.thread_rules, fine="The thread keeps the platform's other rules.",
          remedy="Put a word before the @, and keep one $ tag a part."),
    Check(name="thread-replies", severity=_W, look=account.thread_replies, fine="Nothing is known against the account's replies.",
          remedy="Approve it as one post: --form post, or --form long with Premium."),
    Check(name="thread-window", severity=_W, look=account.thread_window, fine="X's limits have room for the thread.",
          remedy="Lift later, shorten the thread, or approve it as one post: --form post."),
    Check(name="press-contact", severity=_W, look=text.press_contact, fine="A press contact is named.",
          remedy="Add `contacts:` with a name and an address or a number."),
    Check(name="quotation-speaker", severity=_W, look=text.speaker, fine="Every quotation has a speaker.",
          remedy="Say who spoke, or take the quotation marks away."),
    Check(name="subject-length", severity=_W, look=text.subject_length, fine="The subject is short enough to be read whole.",
          remedy="Shorten the headline."),
    Check(name="embargo-stated", severity=_W, look=lift.embargo_stated, fine="The release says when it may be published.",
          remedy="Add `embargo:` (a time, or `immediate`), or give --lift when scheduling."),
    Check(name="lift-ahead", severity=_W, look=lift.lift_ahead, fine="The lift is not over.",
          remedy="Mend the embargo, or schedule with a later --lift."),
    Check(name="midnight-noon", severity=_W, look=lift.midnight_or_noon, fine="The lift is not at midnight or noon.",
          remedy="Write 00:01, or 11:59 or 12:01."),
    Check(name="clock-change", severity=_W, look=lift.clock_change, fine="No change of clocks is near the lift.",
          remedy="Compare the lift in UTC with what you mean."),
)  # fmt: skip


def run_checks(subject: CheckSubject) -> tuple[CheckResult, ...]:
    """Return what every check found, in the order of the table."""
    return tuple(_run(check, subject) for check in CHECKS)


def gathered(by_language: Sequence[tuple[Language, Sequence[CheckResult]]]) -> tuple[CheckResult, ...]:
    """Return one result for each check over all languages: passed when it passed in each, else what is wrong in which."""
    if len(by_language) == 1:
        return tuple(by_language[0][1])
    return tuple(
        _gather(names) for names in zip(*([(language, one) for one in found] for language, found in by_language), strict=True)
    )


def _gather(found: Sequence[tuple[Language, CheckResult]]) -> CheckResult:
    failing = [(language, result) for language, result in found if not result.passed]
    if not failing:
        return found[0][1]
    # What several languages share, such as a missing postal address, is said once.
    messages = dict.fromkeys(result.message for _, result in failing)
    if len(messages) == 1 and len(failing) == len(found):
        return failing[0][1]
    return replace(failing[0][1], message=" ".join(f"{language}: {result.message}" for language, result in failing))


def _run(check: Check, subject: CheckSubject) -> CheckResult:
    wrong = check.look(subject)
    return CheckResult(
        name=check.name, severity=check.severity, passed=wrong is None, message=wrong or check.fine, remedy=check.remedy
    )


def blocking(results: Sequence[CheckResult], waived: Collection[str]) -> tuple[CheckResult, ...]:
    """Return the failing errors that are not waived.

    Raises:
        ApprovalRefused: a waived name is no check, or that check did not fail: a waiver for nothing is a mistake.
    """
    by_name = {result.name: result for result in results}
    for name in waived:
        if name not in by_name:
            nearest = difflib.get_close_matches(name, by_name, n=1, cutoff=0.0)
            raise ApprovalRefused(f"No check is called {name!r}. Did you mean {nearest[0]}?")
        if by_name[name].passed:
            raise ApprovalRefused(f"Check {name} did not fail, so there is nothing to waive.")
    return tuple(r for r in results if not r.passed and r.severity is Severity.ERROR and r.name not in waived)
