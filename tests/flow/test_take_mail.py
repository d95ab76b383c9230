"""What is done about a mail that comes back."""

from __future__ import annotations

import pytest
import redis

from distributor.core.delivery import State
from distributor.core.links import read_token
from distributor.core.returned_mail import MailKind, ReturnedMail
from distributor.core.staff_note import Topic
from distributor.flow.take_mail import MailTaker, Taken
from tests.flow.desk_with_people import PEOPLE, SECRET, PeopleDesk
from tests.store.ledger_desk import ACCEPTED


@pytest.fixture
def desk(redis_client: redis.Redis) -> PeopleDesk:
    """Return a desk whose three people have been sent their message."""
    desk = PeopleDesk(redis_client)
    desk.invite(3)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    return desk


@pytest.fixture
def taker(desk: PeopleDesk) -> MailTaker:
    """Return the step."""
    return MailTaker(
        read_token=lambda token: read_token(token, secret=SECRET),
        unsubscribe=desk.unsubscriber.unsubscribe,
        record=desk.recorder.record,
        notes=desk.staff_notes,
        clock=desk.clock,
        leave_words=frozenset({"unsubscribe", "se désabonner"}),
    )


def test_a_mail_to_the_leave_address_unsubscribes(desk: PeopleDesk, taker: MailTaker) -> None:
    mail = ReturnedMail(kind=MailKind.LEAVE, token=desk.token_of(1))

    assert (taker.take(mail), taker.take(mail)) == (Taken.LEFT, Taken.LEFT)
    assert desk.suppressed() == [(PEOPLE[1], "unsubscribed", "recipient")]
    assert desk.states() == "aUa"


def test_a_bounce_moves_its_delivery_and_suppresses_a_bad_address_only(desk: PeopleDesk, taker: MailTaker) -> None:
    for index, is_permanent in ((0, True), (1, False)):
        taker.take(ReturnedMail(kind=MailKind.BOUNCE, token=desk.token_of(index), state=State.BOUNCED, is_permanent=is_permanent))

    assert desk.states() == "BBa"
    assert desk.suppressed() == [(PEOPLE[0], "bounced", "provider")]


def test_a_complaint_suppresses(desk: PeopleDesk, taker: MailTaker) -> None:
    mail = ReturnedMail(kind=MailKind.COMPLAINT, token=desk.token_of(2), state=State.COMPLAINED)

    assert taker.take(mail) is Taken.RECORDED
    assert desk.suppressed() == [(PEOPLE[2], "complained", "provider")]


@pytest.mark.parametrize(
    "mail",
    [
        ReturnedMail(kind=MailKind.LEAVE, token="A" * 40),
        ReturnedMail(kind=MailKind.COMPLAINT, token="", state=State.COMPLAINED),
        ReturnedMail(kind=MailKind.OTHER, subject="Please  UNSUBSCRIBE me"),
        ReturnedMail(kind=MailKind.OTHER, subject="Comment se désabonner ?"),
    ],
)
def test_who_cannot_be_known_is_left_to_staff_and_nobody_is_suppressed(
    desk: PeopleDesk, taker: MailTaker, mail: ReturnedMail
) -> None:
    assert taker.take(mail) is Taken.FOR_STAFF
    assert [note.topic for note in desk.staff_notes.newest()] == [Topic.MAIL_TO_READ]
    assert desk.suppressed() == []


@pytest.mark.parametrize(
    "mail",
    [
        ReturnedMail(kind=MailKind.OTHER, subject="Re: A release"),
        ReturnedMail(kind=MailKind.AUTOMATIC, subject="Out of office: unsubscribe"),
        ReturnedMail(kind=MailKind.BOUNCE, token="", state=State.BOUNCED, is_permanent=True),
    ],
)
def test_an_answer_a_holiday_and_a_strangers_bounce_are_nothing_to_us(
    desk: PeopleDesk, taker: MailTaker, mail: ReturnedMail
) -> None:
    assert taker.take(mail) is Taken.NOTHING
    assert (desk.states(), desk.suppressed(), list(desk.staff_notes.newest())) == ("aaa", [], [])
