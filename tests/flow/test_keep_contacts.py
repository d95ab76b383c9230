"""Single people: found, shown, changed, moved, erased, and every change accounted for without their address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest

from distributor.bootstrap_contacts import audience_named, contact_edits, contact_keeper, save_filter
from distributor.core.audience import Contact
from distributor.core.audience_filter import AudienceFilter
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import Index, Language, ListName
from distributor.core.plan import DispatchPlan
from distributor.flow.keep_contacts import ContactKeeper
from distributor.store.events import RedisEventStore
from tests.flow.newsroom import PRESS, Newsroom, with_headline

RADIO = ListName("radio")
ANA = "ana@paper.example"


@pytest.fixture
def keeper(newsroom: Newsroom) -> ContactKeeper:
    """Return the keeper of a book with three people."""
    people = [
        Contact(address=ANA, name="Ana Lima", outlet="The Paper", languages=(Language("fr"),), country="CH", tags=("mines",)),
        Contact(address="ben@radio.example", name="Ben", outlet="Radio One", languages=(Language("de"),), country="CH"),
        Contact(address="cleo@tv.example", name="Cleo", languages=(Language("fr-CA"),), is_priority=True),
    ]
    newsroom.service.book.add_to_list(PRESS, people, at=newsroom.service.clock.now())
    return contact_keeper(newsroom.service)


def audit_of(newsroom: Newsroom) -> str:
    """Return the whole audit as one text."""
    return "\n".join(str(entry) for entry in newsroom.service.audit.entries())


def test_people_are_found_by_whatever_is_known_of_them(keeper: ContactKeeper) -> None:
    assert [one.name for one in keeper.find("RADIO")] == ["Ben"]
    assert [one.name for one in keeper.find("mines", on=PRESS)] == ["Ana Lima"]
    assert list(keeper.find("nobody")) == []


def test_all_that_is_stored_on_a_person_is_shown(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    service = newsroom.service
    service.suppressions.add(ANA, reason="unsubscribed", by="recipient", at=service.clock.now())

    dossier = keeper.dossier(ANA)

    assert (dossier.contact.country, dossier.lists, dossier.deliveries) == ("CH", (PRESS,), ((plan.dispatch, "accepted"),))
    assert dossier.suppression is not None
    with pytest.raises(NotFound):
        keeper.dossier("stranger@paper.example")


def test_every_single_event_of_a_person_is_told_in_order(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    first = newsroom.schedule(newsroom.approved())
    second = newsroom.schedule(newsroom.approved(with_headline("Another")))
    newsroom.work()
    at = newsroom.service.clock.now().replace(microsecond=0)
    told: list[tuple[DispatchPlan, State | Mark, int]] = [
        (second, Mark.OPENED, 3),
        (first, State.DELIVERED, 2),
        (second, State.DELIVERED, 1),
        (second, State.DEFERRED, 0),
    ]
    for plan, kind, minutes in told:
        state, mark = (None, kind) if isinstance(kind, Mark) else (kind, None)
        when = at + timedelta(minutes=minutes)
        event = DeliveryEvent(dispatch=plan.dispatch, index=Index(0), state=state, mark=mark, at=when)
        RedisEventStore(newsroom.service.client).apply(plan.dispatch, [event])

    dossier = keeper.dossier(ANA)

    assert dossier.deliveries == ((second.dispatch, "delivered"), (first.dispatch, "delivered"))
    assert dossier.events == (
        (second.dispatch, "deferred", at),
        (second.dispatch, "delivered", at + timedelta(minutes=1)),
        (second.dispatch, "opened", at + timedelta(minutes=3)),
        (first.dispatch, "delivered", at + timedelta(minutes=2)),
    )
    assert keeper.dossier("ben@radio.example").events == ()


def test_an_edit_changes_what_it_names_and_nothing_else(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    after = keeper.edit(ANA, {"country": "Deutschland", "priority": "yes"}, tag=["Health"], untag=["mines"], by="Lena")

    assert (after.country, after.is_priority, after.tags, after.name) == ("DE", True, ("health",), "Ana Lima")
    assert keeper.dossier(ANA).contact == after
    assert keeper.edit(ANA, {"country": ""}, tag=(), untag=(), by="Lena").country == ""
    assert "contact.edited" in audit_of(newsroom)
    assert ANA not in audit_of(newsroom)


@pytest.mark.parametrize("changes", [{"email": "x@y.example"}, {"shoe": "42"}, {"country": "Atlantis"}, {"zone": "Mars"}])
def test_an_edit_that_cannot_be_changes_nothing(keeper: ContactKeeper, changes: dict[str, str]) -> None:
    before = keeper.dossier(ANA).contact

    with pytest.raises(BadInput):
        keeper.edit(ANA, changes, tag=(), untag=(), by="Lena")

    assert keeper.dossier(ANA).contact == before


def test_a_person_is_moved_between_lists_that_are_there(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    newsroom.people("dora@radio.example", on=RADIO)

    assert keeper.move(ANA, out_of=PRESS, onto=RADIO, by="Lena")
    assert not keeper.move(ANA, out_of=PRESS, onto=RADIO, by="Lena")

    assert keeper.dossier(ANA).lists == (RADIO,)
    with pytest.raises(NotFound, match="nowhere"):
        keeper.move(ANA, out_of=None, onto=ListName("nowhere"), by="Lena")
    with pytest.raises(Refused, match="Name a list"):
        keeper.move(ANA, out_of=None, onto=None, by="Lena")


def test_of_an_erased_person_only_a_suppressed_hash_stays(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    service = newsroom.service
    keeper.erase(ANA, by="Lena", reason="asked by letter")

    stored = b"\n".join(_everything(newsroom))
    assert b"ana@" not in stored
    assert b"Ana Lima" not in stored
    assert service.suppressions.suppressed_among([Contact(address=ANA).key]) == [True]
    newsroom.people(ANA)
    assert [found.address for found in service.suppressions.entries()] == [""]
    newsroom.schedule(newsroom.approved())
    newsroom.work()
    assert ANA not in newsroom.received()


def test_somebody_erased_after_the_audience_was_frozen_is_not_mailed(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(seconds=1.5))

    keeper.erase(ANA, by="Lena", reason="")
    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 2, "suppressed": 1}
    assert ANA not in newsroom.received()


def test_a_saved_filter_is_an_audience_and_its_text_is_sealed(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    service = newsroom.service
    save_filter(service, "french", AudienceFilter.of("press", {"language": ["fr"]}))

    name = audience_named(service, "French")
    plan = newsroom.schedule(newsroom.approved(), lists=(name,))
    save_filter(service, "french", AudienceFilter.of("press", {"language": ["de"]}))
    newsroom.work()

    assert plan.lists == ("press?language=fr",)
    assert sorted(newsroom.received()) == [ANA, "cleo@tv.example"]


def test_a_list_and_a_filter_on_it_reach_nobody_twice(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    newsroom.schedule(newsroom.approved(), lists=(PRESS, ListName("press?country=CH"), ListName("press?priority=yes")))
    newsroom.work()

    assert len(newsroom.received()) == len(set(newsroom.received())) == 3


def test_a_filter_has_no_name_of_a_list_and_can_be_removed(newsroom: Newsroom, keeper: ContactKeeper) -> None:
    service = newsroom.service
    with pytest.raises(BadInput, match="press"):
        save_filter(service, "press", AudienceFilter.of("press", {"language": ["fr"]}))
    save_filter(service, "f", AudienceFilter.of("press", {"language": ["fr"]}))

    assert contact_edits(service).remove_filter("f")
    assert not contact_edits(service).remove_filter("f")
    assert audience_named(service, "f") == "f"


def test_what_an_import_was_told_is_known_for_the_next_one(newsroom: Newsroom) -> None:
    edits = contact_edits(newsroom.service)

    edits.save_mapping(PRESS, {"Kanal": "outlet"})

    assert edits.mapping_of(PRESS) == {"Kanal": "outlet"}
    assert edits.mapping_of(RADIO) == {}


def _everything(newsroom: Newsroom) -> list[bytes]:
    """Return what stands under every key but the sandbox's and the dispatches'."""
    client = newsroom.service.client
    # Several types of value; what counts is whether the person's bytes stand anywhere in them.
    readers: dict[bytes, Callable[[bytes], object]] = {
        b"hash": client.hgetall,
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"stream": client.xrange,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    keys = [key for key in client.scan_iter() if isinstance(key, bytes)]
    return [key + str(readers[cast("bytes", client.type(key))](key)).encode() for key in keys]
