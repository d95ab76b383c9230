"""Every error a caller of Distributor can meet, and what the caller may do next.

    DistributorError
    ├── BadInput              a file, field or argument is wrong; nothing was stored
    ├── NotFound              the named release, dispatch, list or contact does not exist
    ├── Refused               the request is understood and not allowed in the present state
    │   ├── ApprovalRefused   a rule of approval stands against it
    │   ├── RevisionCame      somebody saved a newer revision meanwhile; look at it, then save again
    │   ├── ScheduleRefused   the dispatch cannot be scheduled as asked
    │   ├── Forbidden         the caller's roles or token do not allow it
    │   ├── NotSignedIn       no valid session or token came with the request
    │   ├── LoginRefused      login and password do not open an account
    │   │   └── LoginThrottled    too many failures; wait, also with the right password
    │   └── GateClosed        the last gate before a provider said no; nothing left
    │       ├── EmbargoHeld   the lift is not reached by Redis's clock
    │       ├── DispatchHeld  somebody, or a rule, holds the dispatch
    │       ├── SealBroken    what would leave is not what was approved
    │       ├── TooLate       the late limit has passed; staff decide
    │       └── ClaimLost     the batch belongs to another worker now
    ├── StoreUnavailable      Redis does not answer; ask again, every script may be repeated
    └── SendFailure           what a provider's answer allows
        ├── Rejected          surely not accepted, and will never be: do not send again
        ├── NotSent           surely not accepted: may be sent again later
        └── OutcomeUnknown    perhaps accepted: stop, reconcile, ask
            └── PartlySent    each recipient's outcome is known by itself; in doubt as a whole

    ConfigurationError        outside the tree: stops the start, nobody catches it to go on

The class says what may be done; named attributes carry the facts. Raising has no effects.
Messages never contain text of a release or a recipient's address.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from distributor.core.ids import RemoteId


class DistributorError(Exception):
    """Something went wrong that the caller can be told about."""


class BadInput(DistributorError):
    """Say where an input is wrong, what is wrong there and what would be right."""

    def __init__(self, problem: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem} {remedy}")
        #: The file with its line ("release.md:4"), the row or the field.
        self.where = where
        #: One sentence: what is wrong.
        self.problem = problem
        #: One sentence: what would be right.
        self.remedy = remedy


class NotFound(DistributorError):
    """Say which kind of thing was looked for under which name."""

    def __init__(self, kind: str, name: str, *, remedy: str = "") -> None:
        super().__init__(f"No {kind} is called {name!r}. {remedy}".strip())
        self.kind = kind
        self.name = name
        self.remedy = remedy


class Refused(DistributorError):
    """The request is understood and not allowed now."""


class ApprovalRefused(Refused):
    """The release cannot be approved as asked."""


class RevisionCame(Refused):
    """Somebody saved a newer revision meanwhile."""

    def __init__(self, *, revision: int) -> None:
        super().__init__(f"Somebody saved revision {revision} meanwhile. Look at it, then save yours again.")
        #: The latest there is now.
        self.revision = revision


class ScheduleRefused(Refused):
    """The dispatch cannot be scheduled as asked."""


class Forbidden(Refused):
    """The caller is known and may not do this."""

    def __init__(self, permission: str, *, roles: Sequence[str]) -> None:
        super().__init__(f"You may not do this: it needs the permission {permission} (roles: {', '.join(roles)}). Ask an admin.")
        #: Value of core.account.Permission.
        self.permission = permission
        self.roles = tuple(roles)


class NotSignedIn(Refused):
    """The session or token is not valid, or has ended. Sign in again."""


class LoginRefused(Refused):
    """The login or the password is wrong."""


class LoginThrottled(LoginRefused):
    """Too many attempts have failed; none is looked at before the wait is over."""

    def __init__(self, *, wait: timedelta) -> None:
        super().__init__(f"Too many attempts have failed. Try again in {max(1, math.ceil(wait.total_seconds()))} s.")
        #: Time until the next attempt is looked at; always positive.
        self.wait = wait


class GateClosed(Refused):
    """The last gate before the provider is closed; nothing has left."""


class EmbargoHeld(GateClosed):
    """The embargo has not lifted by Redis's clock."""

    def __init__(self, *, remaining: timedelta) -> None:
        super().__init__(f"The embargo lifts in {remaining.total_seconds():.3f} s.")
        #: Time until the lift; always positive.
        self.remaining = remaining


class DispatchHeld(GateClosed):
    """The dispatch is held or cancelled."""


class SealBroken(GateClosed):
    """What would leave is not what was approved."""


class TooLate(GateClosed):
    """The late limit has passed; a person must decide."""

    def __init__(self, *, late_by: timedelta) -> None:
        super().__init__(f"The lift was {late_by.total_seconds():.0f} s ago, past the late limit.")
        self.late_by = late_by


class ClaimLost(GateClosed):
    """The claim's lease ended and the batch is no longer this worker's."""


class StoreUnavailable(DistributorError):
    """Redis does not answer now; whether the last command was carried out is not known."""


class SendFailure(DistributorError):
    """A provider did not confirm that it took the message."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        #: A short phrase for status and audit; never the provider's echo of our text.
        self.reason = reason
        #: The HTTP or SMTP status, when there was one.
        self.status = status


class Rejected(SendFailure):
    """The provider refused the message and will always refuse it."""

    def __init__(self, reason: str, *, status: int | None = None, is_divisible: bool = False) -> None:
        super().__init__(reason, status=status)
        #: True when one bad recipient can have made the provider refuse the whole batch,
        #: so that halves of it may be sent (SendGrid answers 400 for all).
        self.is_divisible = is_divisible


class NotSent(SendFailure):
    """The provider surely did not take the message; it may be sent again."""

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        needs_staff: bool = False,
    ) -> None:
        super().__init__(reason, status=status)
        #: How long the provider asked us to wait; None when it did not say.
        self.retry_after = retry_after
        #: True when no retry helps until a person acts (a revoked key, an empty credit): hold the dispatch.
        self.needs_staff = needs_staff


class OutcomeUnknown(SendFailure):
    """The provider may or may not have taken the message; never send it again by itself."""


class PartlySent(OutcomeUnknown):
    """Of a batch that travels as one message per recipient, not all ended alike.

    It is an OutcomeUnknown, so that whoever does not look at the single outcomes never sends the batch again as a whole.
    """

    def __init__(self, outcomes: Sequence[RemoteId | SendFailure]) -> None:
        super().__init__("some of the batch were taken, others not")
        #: One per recipient that was to be sent, in the order of the staged batch: the remote id of an accepted message, or
        #: what kept it from being accepted. Never another PartlySent.
        self.outcomes: tuple[RemoteId | SendFailure, ...] = tuple(outcomes)


class ConfigurationError(Exception):
    """A setting is missing or wrong, so the program must not start."""


def must_be_aware(instant: datetime, *, name: str) -> datetime:
    """Return the instant unchanged if it carries a zone.

    Raises:
        ValueError: the instant is naive, which would make every comparison with a lift a guess.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{name} must carry a time zone")
    return instant
