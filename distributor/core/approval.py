"""Approval: who said that what may leave, and the seal that holds them to it.

The release's seal covers everything that approval showed: the release's own values, every master byte, the waivers.
Scheduling adds lists, channels, accounts, lift and late policy, and makes the dispatch's seal from both; the gate compares
that one before each call.
Any change of anything gives another seal, and so voids the approval.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.core.errors import ApprovalRefused, must_be_aware
from distributor.core.ids import ListName, MasterKey, ReleaseId, digest
from distributor.core.message import ChannelName, EmailMaster, Master


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A person's word that a failing check may be passed over, by name and with a reason."""

    check: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval of one revision."""

    release: ReleaseId
    revision: int
    #: Hex SHA-256 made by `seal_release`.
    seal: str
    by: str
    at: datetime
    waivers: tuple[Waiver, ...] = ()

    def __post_init__(self) -> None:
        must_be_aware(self.at, name="at")


def refuse_self_approval(*, author: str, added_by: str, approver: str) -> None:
    """Hold the two-person rule: whoever wrote or took in a release cannot approve it.

    Names are compared as people read them, so that neither "ana" nor "Ana " nor what merely looks like it is a second person
    beside "Ana".

    Raises:
        ApprovalRefused: the approver is the author, or nobody is named.
    """
    name = as_read(approver)
    if not name:
        raise ApprovalRefused("An approval needs a name. Add --as NAME.")
    if name in {as_read(author), as_read(added_by)}:
        raise ApprovalRefused(
            f"{approver.strip()} wrote this release and cannot approve it. Ask a second person, "
            "or set approval.two_person = false if your desk has only one."
        )


def as_read(name: str) -> str:
    """Return the name without what nobody sees: case, kinds of space, composed or full-width letters, invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(character for character in folded if unicodedata.category(character) != "Cf").split())


def master_digest(master: Master) -> bytes:
    """Return the SHA-256 over all that a master says."""
    if isinstance(master, EmailMaster):
        sender = master.sender
        return digest(
            "email", master.language, master.subject, master.html, master.text,
            sender.email, sender.name, sender.reply_to, sender.postal_address,
        )  # fmt: skip
    return digest("thread", master.channel.value, master.language, *master.parts)


def seal_release(
    *,
    release: ReleaseId,
    revision: int,
    content_digest: bytes,
    masters: Iterable[tuple[MasterKey, bytes]],
    waivers: Iterable[Waiver],
) -> str:
    """Return the release's seal, 64 hex digits; the order of masters and waivers does not matter.

    `content_digest` is the digest of the stored revision, which covers metadata, alt texts and the embargo as written;
    `masters` gives the `master_digest` of each.
    """
    return digest(
        "release", release, str(revision), content_digest,
        *(part for key, value in sorted(masters) for part in ("master", key, value)),
        *(part for waiver in sorted(waivers, key=lambda w: (w.check, w.by, w.reason))
          for part in ("waiver", waiver.check, waiver.by, waiver.reason)),
    ).hex()  # fmt: skip


def seal_dispatch(
    *,
    release_seal: str,
    lists: Iterable[ListName],
    channels: Iterable[ChannelName],
    accounts: Iterable[tuple[ChannelName, str]],
    frames: Iterable[tuple[MasterKey, bytes]],
    lift_at: datetime,
    late_limit: timedelta,
) -> str:
    """Return the dispatch's seal, 64 hex digits; the order of the sets does not matter.

    `frames` gives the digest of each master's request frame, so that the bytes which travel are covered, not only their source.
    """
    return digest(
        "dispatch", release_seal,
        *(part for name in sorted(lists) for part in ("list", name)),
        *(part for name in sorted(channels) for part in ("channel", name)),
        *(part for name, account in sorted(accounts) for part in ("account", name, account)),
        *(part for key, value in sorted(frames) for part in ("frame", key, value)),
        must_be_aware(lift_at, name="lift_at").timestamp().hex(), str(late_limit),
    ).hex()  # fmt: skip


def short_code(seal: str) -> str:
    """Return the seal's first 40 bits as a code to read out on the phone: no 0, 1, 8, 9, so nothing is misheard for O, I or B.

    >>> short_code("00" * 32)
    'AAAA-AAAA'
    """
    letters = base64.b32encode(bytes.fromhex(seal)[:5]).decode("ascii")
    return f"{letters[:4]}-{letters[4:]}"
