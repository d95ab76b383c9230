"""The seal covers everything that was approved, and one person is never two."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.approval import (
    Approval,
    Waiver,
    master_digest,
    refuse_self_approval,
    seal_dispatch,
    seal_release,
    short_code,
)
from distributor.core.errors import ApprovalRefused
from distributor.core.ids import Language, ListName, MasterKey, ReleaseId
from distributor.core.message import ChannelName, Master, Sender, ThreadMaster
from tests.core.factories import email_master, release

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
DISPATCH: dict[str, Any] = {
    "release_seal": "ab" * 32,
    "lists": (ListName("press"), ListName("radio")),
    "channels": (ChannelName.EMAIL, ChannelName.X),
    "accounts": ((ChannelName.EMAIL, "press@campaign.example"), (ChannelName.X, "12")),
    "frames": ((MasterKey("email/en"), b"1" * 32), (MasterKey("x/en"), b"2" * 32)),
    "lift_at": LIFT,
    "late_limit": timedelta(hours=1),
}
RELEASE: dict[str, Any] = {
    "release": ReleaseId("rabc"),
    "revision": 1,
    "content_digest": b"c" * 32,
    "masters": ((MasterKey("email/en"), b"1" * 32), (MasterKey("x/en"), b"2" * 32)),
    "waivers": (Waiver(check="dead-links", reason="goes online then", by="Ben"),),
}
_WORD = st.text(max_size=6)
_PAIRS = st.lists(st.tuples(_WORD.map(MasterKey), st.binary(max_size=4)), max_size=3, unique=True).map(tuple)
_WAIVERS = st.lists(st.builds(Waiver, check=_WORD, reason=_WORD, by=_WORD), max_size=3, unique=True).map(tuple)
_DISPATCHES = st.fixed_dictionaries(
    {
        "release_seal": _WORD,
        "lists": st.lists(_WORD.map(ListName), max_size=3, unique=True).map(tuple),
        "channels": st.lists(st.sampled_from(ChannelName), max_size=2, unique=True).map(tuple),
        "accounts": st.lists(st.tuples(st.sampled_from(ChannelName), _WORD), max_size=2, unique=True).map(tuple),
        "frames": _PAIRS,
        # A float of seconds tells microseconds apart for the next two centuries.
        "lift_at": st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
        "late_limit": st.timedeltas(timedelta(0), timedelta(days=30)),
    }
)
_RELEASES = st.fixed_dictionaries(
    {
        "release": _WORD.map(ReleaseId),
        "revision": st.integers(1, 3),
        "content_digest": st.binary(max_size=4),
        "masters": _PAIRS,
        "waivers": _WAIVERS,
    }
)


def _as_sets(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: frozenset(value) if isinstance(value, tuple) else value for name, value in inputs.items()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("release_seal", "ac" * 32),
        ("lists", (ListName("press"),)),
        ("lists", (ListName("pressradio"),)),
        ("channels", (ChannelName.EMAIL,)),
        ("accounts", ((ChannelName.EMAIL, "other@campaign.example"), (ChannelName.X, "12"))),
        ("accounts", ((ChannelName.EMAIL, "12"), (ChannelName.X, "press@campaign.example"))),
        ("frames", ((MasterKey("email/en"), b"2" * 32), (MasterKey("x/en"), b"1" * 32))),
        ("frames", ()),
        ("lift_at", LIFT + timedelta(microseconds=1)),
        ("lift_at", LIFT - timedelta(microseconds=1)),
        ("late_limit", timedelta(hours=1, microseconds=1)),
    ],
)
def test_a_change_of_anything_scheduled_gives_another_seal(name: str, value: object) -> None:
    assert seal_dispatch(**{**DISPATCH, name: value}) != seal_dispatch(**DISPATCH)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("release", ReleaseId("rabd")),
        ("revision", 2),
        ("content_digest", b"d" * 32),
        ("masters", RELEASE["masters"][:1]),
        ("masters", ((MasterKey("email/en"), b"2" * 32), (MasterKey("x/en"), b"1" * 32))),
        ("waivers", ()),
        ("waivers", (replace(RELEASE["waivers"][0], check="image-alt"),)),
        ("waivers", (replace(RELEASE["waivers"][0], reason="because"),)),
        ("waivers", (replace(RELEASE["waivers"][0], by="Ana"),)),
    ],
)
def test_a_change_of_anything_approved_gives_another_seal(name: str, value: object) -> None:
    assert seal_release(**{**RELEASE, name: value}) != seal_release(**RELEASE)


@pytest.mark.parametrize(
    ("seal", "inputs"), [(seal_release, _RELEASES), (seal_dispatch, _DISPATCHES)], ids=["release", "dispatch"]
)
@given(data=st.data())
def test_two_seals_are_equal_exactly_when_all_that_they_cover_is(
    seal: Callable[..., str], inputs: st.SearchStrategy[dict[str, Any]], data: st.DataObject
) -> None:
    """Values are short and few, so that one that slips into its neighbour's place would be met."""
    one = data.draw(inputs)
    other = {**one, **data.draw(inputs.map(lambda drawn: dict(list(drawn.items())[: data.draw(st.integers(0, 2))])))}

    assert (seal(**one) == seal(**other)) is (_as_sets(one) == _as_sets(other))


@given(data=st.data())
def test_the_order_of_sets_does_not_matter(data: st.DataObject) -> None:
    shuffled: dict[str, Any] = {
        name: data.draw(st.permutations(value)) if isinstance(value, tuple) else value for name, value in DISPATCH.items()
    }
    released = {**RELEASE, "masters": data.draw(st.permutations(RELEASE["masters"]))}

    assert seal_dispatch(**shuffled) == seal_dispatch(**DISPATCH)
    assert seal_release(**released) == seal_release(**RELEASE)


def test_the_same_instant_in_another_zone_is_the_same_lift() -> None:
    elsewhere = LIFT.astimezone(timezone(timedelta(hours=5, minutes=45)))

    assert seal_dispatch(**{**DISPATCH, "lift_at": elsewhere}) == seal_dispatch(**DISPATCH)


def test_a_naive_lift_or_approval_is_a_defect() -> None:
    naive = LIFT.replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        seal_dispatch(**{**DISPATCH, "lift_at": naive})
    with pytest.raises(ValueError, match="time zone"):
        Approval(release=ReleaseId("rabc"), revision=1, seal="", by="Ben", at=naive)


EMAIL = email_master(release())
THREAD = ThreadMaster(channel=ChannelName.X, language=Language("en"), parts=("One.", "Two."))


@pytest.mark.parametrize(
    ("master", "changed"),
    [
        (EMAIL, replace(EMAIL, subject=EMAIL.subject + " ")),
        (EMAIL, replace(EMAIL, html=EMAIL.html + "\n")),
        (EMAIL, replace(EMAIL, text="text.")),
        (EMAIL, replace(EMAIL, html=EMAIL.text, text=EMAIL.html)),
        (EMAIL, replace(EMAIL, language=Language("fr"))),
        *((EMAIL, replace(EMAIL, sender=replace(EMAIL.sender, **{name: "x@y.example"}))) for name in Sender.__slots__),
        (THREAD, replace(THREAD, parts=("One.Two.",))),
        (THREAD, replace(THREAD, parts=("Two.", "One."))),
        (THREAD, replace(THREAD, parts=("One.", "Two.", ""))),
        (THREAD, replace(THREAD, language=Language("fr"))),
    ],
)
def test_every_byte_of_a_master_is_covered(master: Master, changed: Master) -> None:
    assert master_digest(changed) != master_digest(master)


@pytest.mark.parametrize(
    ("author", "approver"),
    [
        ("Ana Lima", "Ana Lima"),
        ("Ana Lima", "ana lima"),
        (" Ana Lima", "  ANA LIMA\t"),
        ("Ana Lima", "Ana  Lima"),
        ("Ana Lima", "Ana\u00a0Lima"),
        ("Ana Lima", "Ana\u200b Lima\u200b"),
        ("Ana Lima", "\uff21na Lima"),
        ("José", "Jose\u0301"),
        ("Jose\u0301", "JOSÉ"),
        ("Groß", "GROSS"),
    ],
)
def test_whoever_wrote_or_took_in_a_release_cannot_approve_it_however_the_name_is_typed(author: str, approver: str) -> None:
    with pytest.raises(ApprovalRefused, match="second person"):
        refuse_self_approval(author=author, added_by="Ben Okri", approver=approver)
    with pytest.raises(ApprovalRefused, match="second person"):
        refuse_self_approval(author="Ben Okri", added_by=author, approver=approver)


@pytest.mark.parametrize("approver", ["", "  ", "\t\n", "\u200b"])
def test_nobody_cannot_approve(approver: str) -> None:
    with pytest.raises(ApprovalRefused, match="--as NAME"):
        refuse_self_approval(author="", added_by="", approver=approver)


@pytest.mark.parametrize("approver", ["Ben Okri", "Ana", "Lima Ana"])
def test_a_second_person_may(approver: str) -> None:
    refuse_self_approval(author="Ana Lima", added_by="", approver=approver)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_for_the_phone_has_nothing_that_is_misheard(seal: bytes) -> None:
    said = short_code(seal.hex())

    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", said)
    assert short_code(seal[:5].hex() + "00" * 27) == said
    assert short_code((bytes([seal[0] ^ 1]) + seal[1:]).hex()) != said
