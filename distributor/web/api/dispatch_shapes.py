"""The shapes of dispatches in the API. The status is that of `dispatch status --json`, and what a terminal shows beside it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import AwareDatetime, Field

from distributor.core.message import ChannelName
from distributor.core.report import DispatchStatus, instant, status_json
from distributor.web.api.shapes import Shape, example

_ID: Final = "d7f3k2mq5b"
_STATUS: Final[dict[str, Any]] = {
    "schema": 1, "dispatch": _ID, "release": "r4k2tq7m3a", "revision": 2, "seal": "9f86d081884c7d65", "state": "releasing",
    "hold_reason": "", "held_by": "", "hold_note": "", "lift_at": "2099-03-01T09:00:00Z",
    "first_sent_at": "2099-03-01T09:00:00.004Z", "last_accepted_at": None, "lateness_ms": 4.0, "unheard": 0,
    "channels": {"email": {"total": 3, "states": {"planned": 1, "accepted": 2}, "hold_reason": "", "hold_note": ""}},
    "notes": {}, "read_at": "2099-03-01T09:00:01Z", "is_prepared": True, "late_limit_s": 3600,
}  # fmt: skip


class PartShape(Shape):
    """One post of a thread."""

    model_config = example(n=1, state="live", id="1790000000000000000", url="https://x.com/i/status/1790000000000000000")

    n: int
    state: str
    id: str
    url: str


class ChannelShape(Shape):
    """One channel of a dispatch. The states sum to the total."""

    model_config = example(**_STATUS["channels"]["email"])

    total: int
    states: dict[str, int]
    parts: list[PartShape] | None = Field(None, description="Threads only.")
    paused_until: str | None = Field(None, description="The provider asked to wait until then.")
    in_doubt_since: str | None = None
    hold_reason: str = ""
    hold_note: str = ""


class StatusShape(Shape):
    """Where a dispatch stands, read in constant time."""

    model_config = example(**_STATUS)

    schema_: int = Field(alias="schema")
    dispatch: str
    release: str
    revision: int
    seal: str
    state: Literal["armed", "releasing", "held", "done", "incomplete", "cancelled", "expired"]
    hold_reason: str
    held_by: str
    hold_note: str
    lift_at: str
    first_sent_at: str | None
    last_accepted_at: str | None
    lateness_ms: float | None
    unheard: int
    channels: dict[str, ChannelShape]
    notes: dict[str, str]
    read_at: str = Field(description="By Redis's clock.")
    is_prepared: bool
    late_limit_s: float


class Changed(StatusShape):
    """Where a dispatch stands after an act, and whether that changed anything."""

    model_config = example(**_STATUS, is_new=True)

    is_new: bool = Field(description="False when it was so already.")


class Scheduled(StatusShape):
    """Where a dispatch stands that was scheduled, and what was frozen and staged."""

    model_config = example(
        **_STATUS, recipients=3, suppressed=0, already_reached=0, parts=4, unserved=0, by_master={"email/en": 3}, workers=2
    )

    recipients: int
    suppressed: int
    already_reached: int = Field(description="Left out because an earlier dispatch of this revision has them.")
    parts: int
    unserved: int = Field(description="Left out because they read none of the languages.")
    by_master: dict[str, int]
    workers: int = Field(description="How many are alive; with none, nothing leaves.")


class NewDispatch(Shape):
    """To whom, by which ways, when."""

    model_config = example(release="r4k2tq7m3a", to=["press"], channels=["email", "x"], lift="2099-03-01T09:00:00Z")

    release: str = Field(max_length=64)
    to: list[str] = Field(default_factory=list, max_length=100, description="Media lists or saved filters.")
    channels: list[ChannelName] = Field(min_length=1, max_length=10)
    lift: AwareDatetime | None = Field(None, description="Later than the embargo, never earlier. Default: the embargo.")
    late_limit_s: int | None = Field(
        None, ge=1, le=30 * 86400, description="Held for staff if not started so long after the lift."
    )


class Resumption(Shape):
    """Why it goes on, and how long from now it may start if its late limit has passed."""

    model_config = example(reason="The typing error was none", may_start_for_s=3600)

    reason: str = Field("", max_length=1000)
    may_start_for_s: int = Field(3600, ge=1, le=30 * 86400)


class Settlement(Shape):
    """What everything in doubt counts as."""

    model_config = example(unknown="sent", reason="The provider's log shows them", post=None)

    unknown: Literal["sent", "again"] = Field(description="`again` may reach people a second time.")
    reason: str = Field(min_length=1, max_length=1000)
    channel: ChannelName | None = Field(None, description="Only what is in doubt on this channel; nothing: everything.")
    post: str | None = Field(None, pattern=r"^[0-9]{1,20}$", description="For a thread: the post that the part in doubt is.")


class Settled(Shape):
    """How many deliveries and parts a decision moved."""

    model_config = example(dispatch=_ID, moved=3)

    dispatch: str
    moved: int


class Explanation(Shape):
    """Why a dispatch is as it is, in sentences."""

    model_config = example(dispatch=_ID, explanation=["It is done; its lift was 1 March 2099, 09:00 UTC."])

    dispatch: str
    explanation: list[str]


class Whom(Shape):
    """Whose message is asked about; by POST, so that no address stands in a URL."""

    model_config = example(recipient="reporter@news.example")

    recipient: str = Field(max_length=320)


def facts_of(status: DispatchStatus) -> dict[str, Any]:
    """Return the facts of a status as its shape has them."""
    return {
        **status_json(status),
        "read_at": instant(status.read_at),
        "is_prepared": status.is_prepared,
        "late_limit_s": status.late_limit.total_seconds(),
    }
