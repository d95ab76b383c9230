"""Proofs to render: a head with everything in it, and rows as a ledger would give them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from distributor.core.delivery import State
from distributor.core.message import ChannelName
from distributor.core.proof import ChannelCount, ProofAct, ProofHead, ProofRow
from distributor.core.proof_file import head_line, last_line, row_line
from distributor.core.report import DispatchState
from distributor.render.proof import ProofPage

LIFT = datetime(2026, 3, 30, 22, 1, tzinfo=UTC)
HEAD = ProofHead(
    dispatch="d7f3kq2m5xw4",
    release="r4k2m5xw4d7f",
    revision=2,
    headline="Clearance teams free the fields around a village school",
    seal="5e" * 32,
    seal_code="LZPF-4XS6",
    state=DispatchState.DONE,
    has_left=True,
    hold="",
    sender="Press Desk <press@campaign.example>",
    postal_address="1 Square, Geneva",
    accounts=(("email", "press@campaign.example"), ("x", "1000000001")),
    lists=("press", "radio"),
    embargo="2026-03-31 00:01 Europe/Zurich",
    lift_at=LIFT,
    desk_zone="Europe/Zurich",
    scheduled_by="Lena Fischer",
    scheduled_at=datetime(2026, 3, 30, 9, 0, tzinfo=UTC),
    first_sent_at=LIFT,
    last_accepted_at=LIFT,
    channels=(
        ChannelCount(
            channel=ChannelName.EMAIL,
            total=2,
            counts=((State.DELIVERED, 2),),
            first_sent_at="2026-03-30T22:01:00.004000Z",
            last_sent_at="2026-03-30T22:01:00.310000Z",
        ),
        ChannelCount(channel=ChannelName.X, total=1, counts=((State.LIVE, 1),)),
    ),
    approvals=(ProofAct(at=datetime(2026, 3, 30, 8, 0, tzinfo=UTC), by="Amadou Diallo", what="approved"),),
    waivers=(ProofAct(at=datetime(2026, 3, 30, 8, 0, tzinfo=UTC), by="Amadou Diallo", what="dead-links", reason="they follow"),),
    acts=(ProofAct(at=datetime(2026, 3, 30, 9, 0, tzinfo=UTC), by="Lena Fischer", what="scheduled it"),),
    made_at=datetime(2026, 3, 31, 7, 30, tzinfo=UTC),
    made_with="Distributor 1",
)


def row(n: int = 1, **changes: str) -> ProofRow:
    """Return the row of one recipient."""
    values = {
        "channel": "email", "recipient": f"reporter{n}@newsroom.example", "name": f"Reporter {n}", "outlet": "The Newsroom",
        "state": "delivered", "sent_at": "2026-03-30T22:01:00.004000Z", "settled_at": "2026-03-30T22:01:00.310000Z",
        "remote_id": "rSp20n8K29e753lyk-XdgQ", "url": "", "why": "", **changes,
    }  # fmt: skip
    return ProofRow(n=n, attempts=1, **values)


def part(n: int = 1, **changes: str) -> ProofRow:
    """Return the row of one part of a thread."""
    address = f"https://x.com/i/status/{n}"
    return row(
        n, **{"channel": "x", "recipient": f"part {n}", "state": "live", "name": "", "outlet": "", "url": address, **changes}
    )


def rendered(page: ProofPage, rows: Sequence[ProofRow], head: ProofHead = HEAD) -> str:
    """Return a whole proof, its last line too."""
    data = [head_line(head), *map(row_line, rows)]
    checksum = hashlib.sha256("".join(data).encode()).hexdigest()
    whole = "".join(page(head, checksum=checksum, rows=iter(rows), data=_once(data)))
    return whole + last_line(hashlib.sha256(whole.encode()).hexdigest())


def _once(lines: Sequence[str]) -> Iterator[str]:
    yield from lines
