"""A dispatch over a mail server, message by message: each recipient's fate is their own, also when the line is cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent
from distributor.core.ids import Index
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchState
from distributor.sandbox.serve import RunningSandbox
from distributor.store.events import RedisEventStore
from distributor.store.ledger_keys import ChannelKeys
from tests.channels.mail_server import MailServer
from tests.flow.newsroom import EMAIL, Newsroom

PEOPLE = 12


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server that takes everything."""
    with MailServer() as running:
        yield running


@pytest.fixture
def desk(
    newsroom: Newsroom, redis_url: str, running_sandbox: RunningSandbox, server: MailServer, tmp_path: Path
) -> Iterator[Newsroom]:
    """Return a desk whose e-mail goes out over that server, one message at a time; the sandbox is X only."""
    made = Newsroom(
        redis_url,
        running_sandbox,
        tmp_path,
        DISTRIBUTOR_SMTP__URL=server.url,
        DISTRIBUTOR_SMTP__STARTTLS="off",
        DISTRIBUTOR_EMAIL__PROVIDER="smtp",
        DISTRIBUTOR_WORKER__CONCURRENCY="1",
    )
    yield made
    made.service.close()


def received(server: MailServer) -> list[str]:
    """Return whom the server took a message for."""
    return [envelope.rcpt_tos[0] for envelope in server.messages]


def sent(desk: Newsroom, *, lift_in: timedelta = timedelta(seconds=-1)) -> DispatchPlan:
    """Schedule to a crowd and work until nothing is due."""
    desk.crowd(PEOPLE)
    plan = desk.schedule(desk.approved(), lift_in=lift_in)
    desk.work()
    return plan


def test_everybody_gets_one_message_of_their_own_after_the_lift(desk: Newsroom, server: MailServer) -> None:
    plan = sent(desk, lift_in=timedelta(seconds=1.5))

    status = desk.status(plan.dispatch)
    assert desk.states(plan.dispatch) == {"accepted": PEOPLE}
    assert sorted(received(server)) == sorted(f"r{number}@news.example" for number in range(PEOPLE))
    assert status.state is DispatchState.DONE
    assert status.lateness is not None
    assert status.lateness >= timedelta(0)
    assert plan.is_message_by_message


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("550", {"accepted": PEOPLE - 1, "refused": 1}),
        ("451", {"accepted": PEOPLE}),
        ("reset", {"accepted": PEOPLE}),
        ("cut-after-accept", {"accepted": PEOPLE - 1, "unknown": 1}),
        ("cut-before-accept", {"accepted": PEOPLE - 1, "unknown": 1}),
    ],
)
def test_one_persons_trouble_is_nobody_elses(desk: Newsroom, server: MailServer, kind: str, states: dict[str, int]) -> None:
    server.play({"kind": kind, "next": 1})

    plan = sent(desk)

    assert desk.states(plan.dispatch) == states
    assert len(received(server)) == len(set(received(server))), "somebody got it twice"


def test_one_recipients_word_proves_nothing_for_another(desk: Newsroom, server: MailServer) -> None:
    """SendGrid takes a request whole; a mail server takes messages one by one. A worker that died half-way sent half."""
    desk.crowd(3)
    plan = desk.schedule(desk.approved())
    client, k = desk.service.client, ChannelKeys(plan.dispatch, EMAIL)
    client.setrange(k.states, 0, "uuu")
    client.hset(k.counts, mapping={"u": 3, "p": 0})

    word = DeliveryEvent(dispatch=plan.dispatch, index=Index(1), state=State.UNSUBSCRIBED, at=datetime.now(UTC))
    RedisEventStore(client).apply(plan.dispatch, [word])

    assert desk.states(plan.dispatch) == {"unknown": 2, "unsubscribed": 1}
