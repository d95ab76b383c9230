"""The gate: it opens on [lift, late) and nowhere else, and both who decide, the script and the code, say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from distributor.core.embargo import Clearance, GateFacts, clear
from distributor.core.errors import ClaimLost, DispatchHeld, EmbargoHeld, GateClosed, SealBroken, TooLate
from distributor.core.ids import DispatchId
from distributor.ports_dispatch import Verdict
from distributor.store.ledger_keys import meta_key
from tests.store.ledger_desk import SEAL, Desk

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
US = timedelta(microseconds=1)
FACTS = GateFacts(
    dispatch=DispatchId("dtest"),
    revision=2,
    now=LIFT,
    lift_at=LIFT,
    late_at=LIFT + timedelta(hours=1),
    is_held=False,
    seal=SEAL,
    offered_seal=SEAL,
    is_owned=True,
)

_OFF = st.integers(-3, 3).map(lambda count: count * US) | st.timedeltas(timedelta(days=-400), timedelta(days=400))
_SEALS = st.sampled_from(["", SEAL, SEAL.upper(), SEAL[:-1], f"{SEAL} "])


@given(now=_OFF, late=_OFF, is_held=st.booleans(), seal=_SEALS, offered=_SEALS, is_owned=st.booleans())
@example(now=timedelta(0), late=US, is_held=False, seal=SEAL, offered=SEAL, is_owned=True)
@example(now=timedelta(0), late=timedelta(0), is_held=False, seal=SEAL, offered=SEAL, is_owned=True)
def test_the_gate_opens_exactly_when_everything_allows_it(
    *, now: timedelta, late: timedelta, is_held: bool, seal: str, offered: str, is_owned: bool
) -> None:
    facts = replace(
        FACTS, now=LIFT + now, late_at=LIFT + late, is_held=is_held, seal=seal, offered_seal=offered, is_owned=is_owned
    )
    may_leave = timedelta(0) <= now < late and not is_held and seal == offered != "" and is_owned

    try:
        clearance = clear(facts)
    except GateClosed:
        assert not may_leave
    else:
        assert may_leave
        assert (clearance.dispatch, clearance.revision, clearance.cleared_at) == (facts.dispatch, facts.revision, facts.now)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FACTS, is_held=True), DispatchHeld),
        (replace(FACTS, offered_seal="0" * 64), SealBroken),
        (replace(FACTS, seal="", offered_seal=""), SealBroken),
        (replace(FACTS, now=LIFT - US), EmbargoHeld),
        (replace(FACTS, now=FACTS.late_at), TooLate),
        (replace(FACTS, is_owned=False), ClaimLost),
    ],
)
def test_a_closed_gate_says_why(facts: GateFacts, reason: type[GateClosed]) -> None:
    with pytest.raises(reason):
        clear(facts)


def test_how_long_it_still_takes_and_how_late_it_is_are_told_exactly() -> None:
    with pytest.raises(EmbargoHeld) as early:
        clear(replace(FACTS, now=LIFT - US))
    with pytest.raises(TooLate) as late:
        clear(replace(FACTS, now=LIFT + timedelta(hours=2)))

    assert early.value.remaining == US
    assert late.value.late_by == timedelta(hours=2)


def test_nobody_else_makes_leave_to_send() -> None:
    clearance = clear(FACTS)

    for mint in (None, object(), True, clearance):
        with pytest.raises(TypeError, match="nowhere else"):
            Clearance(dispatch=FACTS.dispatch, revision=2, cleared_at=LIFT, mint=mint)
    with pytest.raises((TypeError, ValueError), match="mint"):
        replace(clearance, revision=3)  # type: ignore[call-arg]  # that it cannot be called so is the point


@pytest.mark.parametrize("name", ["now", "lift_at", "late_at"])
def test_a_time_without_a_zone_never_reaches_the_gate(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        GateFacts(
            **{
                **{field: getattr(FACTS, field) for field in FACTS.__dataclass_fields__},
                name: LIFT.replace(tzinfo=None),
            }
        )


# Far from now on either side: time passes between writing the facts and asking the gate.
_AWAY = st.sampled_from([timedelta(hours=hours) for hours in (-50, -2, 2, 50)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lift=_AWAY,
    late=_AWAY,
    hold=st.sampled_from(["", "staff", "seal", "cancelled"]),
    sealed=st.sampled_from([SEAL, ""]),
    offered=st.sampled_from([SEAL, "", "0" * 64]),
    ownership=st.sampled_from(["ours", "ours", "ended", "another's", "nobody's"]),
)
def test_the_script_and_the_code_decide_the_same(
    *, redis_client: redis.Redis, lift: timedelta, late: timedelta, hold: str, sealed: str, offered: str, ownership: str
) -> None:
    redis_client.flushdb()
    desk = Desk(redis_client)
    desk.prepare(2)
    claim = desk.claim()
    desk.set_lift(in_=lift)
    desk.set_late(in_=late)
    redis_client.hset(meta_key(desk.id), "seal", sealed)
    if hold == "cancelled":
        redis_client.hset(meta_key(desk.id), "cancelled", "1")
    elif hold:
        redis_client.hset(meta_key(desk.id), "held", hold)
    if ownership == "ended":
        desk.end_lease(claim)
    if ownership == "another's":
        claim = replace(claim, token="somebody-else")
    if ownership == "nobody's":
        desk.end_lease(claim)
        desk.ledger.expire(desk.id, claim.channel)
    may_leave = lift < timedelta(0) < late and not hold and sealed == offered != "" and ownership == "ours"

    answer = desk.submit(claim, seal=offered)

    assert (answer.verdict is Verdict.OPEN) is may_leave
    assert (desk.states() == "ss") is may_leave
    if may_leave:
        clear(answer.facts)
    else:
        with pytest.raises(GateClosed):
            clear(answer.facts)
