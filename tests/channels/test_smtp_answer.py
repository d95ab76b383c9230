"""What a mail server's answers allow next, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.channels.smtp_answer import Answer, Step, read_answer
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure

ROWS = [
    # (step, answer, what it allows, whether staff are asked)
    (Step.MAIL, b"421 4.3.2 too many connections", NotSent, False),
    (Step.MAIL, b"451 later", NotSent, False),
    (Step.MAIL, b"452 4.3.1 no room", NotSent, False),
    (Step.MAIL, b"530 5.7.0 log in first", NotSent, True),
    (Step.MAIL, b"550 5.7.1 not your address", NotSent, True),
    (Step.MAIL, b"553 5.1.8 no such sender", NotSent, True),
    (Step.MAIL, b"552 too large", NotSent, True),
    (Step.RCPT, b"450 4.2.0 greylisted", NotSent, False),
    (Step.RCPT, b"421 closing", NotSent, False),
    (Step.RCPT, b"550 5.1.1 nobody", Rejected, False),
    (Step.RCPT, b"550 nobody", Rejected, False),
    (Step.RCPT, b"553 not an address", Rejected, False),
    (Step.RCPT, b"556 5.1.10 takes no mail", Rejected, False),
    (Step.RCPT, b"552 5.2.2 full", Rejected, False),
    (Step.RCPT, b"554 5.7.1 relay access denied", NotSent, True),
    (Step.RCPT, b"530 5.7.0 STARTTLS first", NotSent, True),
    (Step.RCPT, b"503 5.5.1 what?", NotSent, True),
    (Step.DATA, b"451 4.3.0 later", NotSent, False),
    (Step.DATA, b"554 5.5.1 no valid recipients", NotSent, True),
    (Step.DATA, b"250 hm", NotSent, False),
    (Step.DOT, b"421 4.3.0 closing", NotSent, False),
    (Step.DOT, b"452 4.3.1 no room", NotSent, False),
    (Step.DOT, b"550 5.1.1 nobody after all", Rejected, False),
    (Step.DOT, b"552 5.2.2 full", Rejected, False),
    (Step.DOT, b"554 5.7.1 spam", NotSent, True),
    (Step.DOT, b"552 5.3.4 too large", NotSent, True),
    (Step.DOT, b"550 5.6.0 what is this", NotSent, True),
    (Step.DOT, b"554 no", NotSent, True),
    (Step.DOT, b"354 go on", OutcomeUnknown, False),
    (Step.DOT, b"200 hm", OutcomeUnknown, False),
    (Step.DOT, b"251 hm", OutcomeUnknown, False),
    (Step.DOT, b"999 hm", OutcomeUnknown, False),
    (Step.DOT, b"0 the connection ended", OutcomeUnknown, False),
    (Step.DOT, b"-1 garbage", OutcomeUnknown, False),
    (Step.MAIL, b"0 the connection ended", NotSent, False),
    (Step.RCPT, b"-1 garbage", NotSent, False),
    (Step.DATA, b"0 the connection ended", NotSent, False),
]


def answer(step: Step, line: bytes) -> Answer:
    """Return the answer as smtplib parts it."""
    code, _, text = line.partition(b" ")
    return Answer(step, int(code), text)


@pytest.mark.parametrize(
    ("step", "line", "kind", "asks_staff"), ROWS, ids=[f"{step.name} {line.decode()}" for step, line, *_ in ROWS]
)
def test_every_row(step: Step, line: bytes, kind: type[SendFailure], asks_staff: bool) -> None:
    failure = read_answer(answer(step, line), others_pass=False)

    assert type(failure) is kind
    assert (isinstance(failure, NotSent) and failure.needs_staff) == asks_staff
    assert line.partition(b" ")[2].decode() not in failure.reason


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT])
def test_a_refusal_of_one_where_others_pass_is_that_ones_own(step: Step) -> None:
    """A filter that dislikes one recipient must not hold everybody up, once it let somebody pass."""
    refusal = Answer(step, 554, b"5.7.1 not this one")

    assert type(read_answer(refusal, others_pass=True)) is Rejected
    assert type(read_answer(refusal, others_pass=False)) is NotSent


def test_a_sender_who_is_refused_is_everybodys_matter_even_so() -> None:
    failure = read_answer(Answer(Step.MAIL, 550, b"5.7.1 quota"), others_pass=True)

    assert isinstance(failure, NotSent)
    assert failure.needs_staff


@given(
    step=st.sampled_from(Step),
    code=st.integers(min_value=-1, max_value=999),
    text=st.binary(max_size=30),
    others_pass=st.booleans(),
)
def test_before_the_last_dot_nothing_is_in_doubt_and_after_it_only_a_refusal_is_sure(
    step: Step, code: int, text: bytes, others_pass: bool
) -> None:
    found = Answer(step, code, text)
    if found.lets_go_on:
        return

    failure = read_answer(found, others_pass=others_pass)

    assert isinstance(failure, OutcomeUnknown) == (step is Step.DOT and not 400 <= code <= 599)
    assert failure.reason.isascii()
    if isinstance(failure, Rejected):
        assert code >= 500
