"""The wave: few steps for any number of batches, nothing lost between them, and causes that are still so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from distributor.core.delivery import State
from distributor.core.wave import MOST_STEPS, Answered, causes, rate, todo, wave
from distributor.render.chart import HEIGHT, WIDTH, draw

LIFT = datetime(2026, 3, 30, 12, tzinfo=UTC)
ANSWERS = st.lists(
    st.builds(
        Answered,
        count=st.integers(1, 1000),
        settled_at=st.timedeltas(timedelta(seconds=-1), timedelta(days=400)).map(LIFT.__add__),
        settled=st.sampled_from([State.ACCEPTED, State.LIVE, State.REFUSED, State.UNKNOWN, State.PLANNED]),
        why=st.sampled_from(["", "answer 500", "no answer in time"]),
    ),
    max_size=80,
)


def answer(after_s: float, count: int = 1000, settled: State = State.ACCEPTED, why: str = "") -> Answered:
    """Return a batch that was answered so long after the lift."""
    return Answered(count=count, settled_at=LIFT + timedelta(seconds=after_s), settled=settled, why=why)


@given(answers=ANSWERS)
def test_whatever_was_taken_is_in_exactly_one_step_and_they_are_few(answers: list[Answered]) -> None:
    made = wave(answers, since=LIFT)
    taken = sum(one.count for one in answers if one.settled in {State.ACCEPTED, State.LIVE})
    failed = sum(one.count for one in answers if one.settled in {State.REFUSED, State.UNKNOWN})

    assert len(made.steps) <= MOST_STEPS
    assert (made.taken, sum(step.taken for step in made.steps)) == (taken, taken)
    assert sum(step.failed for step in made.steps) == failed


@given(answers=ANSWERS, total=st.integers(0, 10_000_000))
def test_whatever_the_numbers_the_drawing_stays_on_its_sheet(answers: list[Answered], total: int) -> None:
    drawn = draw(wave(answers, since=LIFT), total=total)

    for column in drawn.columns if drawn else ():
        assert 0 <= column.x <= column.x + column.width <= WIDTH
        assert 0 <= column.y <= column.y + column.height <= HEIGHT
    for tick in (*drawn.up, *drawn.across) if drawn else ():
        assert 0 <= tick.at <= WIDTH


def test_a_wave_of_a_million_has_a_step_that_people_know() -> None:
    made = wave([answer(number * 0.03) for number in range(1000)], since=LIFT)

    assert (made.step, made.taken, len(made.steps)) == (timedelta(seconds=1), 1_000_000, 30)
    assert round(made.fastest, -3) == 34_000


def test_what_went_wrong_is_counted_by_cause_and_what_was_mended_is_not() -> None:
    found = causes(
        [
            answer(1, settled=State.REFUSED, why="answer 400"),
            answer(2, settled=State.REFUSED, why="answer 400"),
            answer(3, 10, settled=State.UNKNOWN, why="no answer in time"),
            answer(4, settled=State.ACCEPTED, why="no answer in time"),
            answer(5),
        ]
    )

    assert [(cause.why, cause.count, cause.batches) for cause in found] == [
        ("answer 400", 2000, 2),
        ("no answer in time", 10, 1),
    ]
    assert all(todo(cause) for cause in found)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    answers = [answer(number) for number in range(10)]

    assert rate(answers, now=LIFT + timedelta(seconds=9)) == 1000
    assert rate(answers, now=LIFT + timedelta(seconds=60)) == 0
