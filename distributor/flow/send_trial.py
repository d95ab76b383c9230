"""Send a test of a release to oneself: by a named person's act, to their own address, before the lift (ADR 0008).

It is no dispatch: no list, no ledger, no channel and no clearance are touched, and nobody else can be reached by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.core.account import Account
from distributor.core.desk_time import spell
from distributor.core.errors import BadInput, OutcomeUnknown, Refused, SendFailure
from distributor.core.ids import Language, digest_id
from distributor.core.message import EmailMaster
from distributor.core.trial import trial_of
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_releases import StoredRevision
from distributor.ports_trial import TrialMail, TrialThrottle
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Trier:
    """Sends tests; holds what this takes."""

    #: None: no way for e-mail is set up.
    mail: TrialMail | None
    throttle: TrialThrottle
    audit: AuditLog
    clock: Clock
    public_url: str
    #: False: the operator has switched tests off.
    is_allowed: bool

    @property
    def why_not(self) -> str:
        """Return why nobody can send a test here, "" when they can."""
        if not self.is_allowed:
            return "Tests are switched off here (DISTRIBUTOR_STAFF__TEST_MAIL): no text is with the provider before the lift."
        return "" if self.mail is not None else "No way for e-mail is set up: `distributor doctor` says what is missing."

    def send_to_oneself(
        self, stored: StoredRevision, masters: Sequence[EmailMaster], languages: Sequence[Language], *, account: Account
    ) -> int:
        """Hand the e-mail in these languages over, each as a message of its own to the account's login; return how many.

        The audit has it before the provider is asked, so that no text is ever there without a trace.

        Raises:
            BadInput: no language is chosen, or one that the release is not in.
            Refused: tests are switched off, there is no way, there were too many, or the provider did not take one.
        """
        if self.mail is None or self.why_not:
            raise Refused(self.why_not)
        chosen = _chosen(masters, languages)
        if wait := self.throttle.begin(account.id):
            raise Refused(f"You have sent several tests just now. The next one can go in {spell(wait)}.")
        self._record("trial.begun", stored, account, (("languages", ",".join(master.language for master in chosen)),))
        for at, master in enumerate(chosen):
            self._hand_over(self.mail, stored, master, account, before=at)
        tell(Event.TRIAL_SENT, release=stored.release_id, revision=stored.revision, count=len(chosen))
        return len(chosen)

    def _hand_over(self, mail: TrialMail, stored: StoredRevision, master: EmailMaster, account: Account, *, before: int) -> None:
        trial = trial_of(master, address=account.login, public_url=self.public_url)
        trial_id = digest_id("t", stored.release_id, master.language, account.id, self.clock.now().isoformat(), length=26)
        try:
            mail.hand_over(trial, to=account.login, trial_id=trial_id)
        except SendFailure as failure:
            self._record("trial.failed", stored, account, (("language", master.language), ("why", failure.reason)))
            raise Refused(_told(failure, before)) from failure

    def _record(self, action: str, stored: StoredRevision, account: Account, facts: tuple[tuple[str, str], ...]) -> None:
        entry = AuditEntry(
            at=self.clock.now(),
            by=account.name,
            action=action,
            subject=stored.release_id,
            facts=(("revision", str(stored.revision)), ("account", account.id), *facts),
        )
        self.audit.append(entry)


def _chosen(masters: Sequence[EmailMaster], languages: Sequence[Language]) -> list[EmailMaster]:
    by_language = {master.language: master for master in masters}
    if not languages or not set(languages) <= by_language.keys():
        raise BadInput("No language of the release is chosen.", where="language", remedy="Choose one of those that are there.")
    return [by_language[language] for language in dict.fromkeys(languages)]


def _told(failure: SendFailure, before: int) -> str:
    earlier = f" {before} went out before it." if before else ""
    if isinstance(failure, OutcomeUnknown):
        return f"Whether the provider took the test is not known ({failure.reason}): look into your mailbox.{earlier}"
    return f"The test was not sent: {failure.reason}. `distributor doctor` says more.{earlier}"
