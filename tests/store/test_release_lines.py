"""Lists of releases on the real Redis: every page is what reading all texts would give, whatever was taken in meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from distributor.core.approval import Approval
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import BadInput
from distributor.core.folding import words_of
from distributor.core.ids import DispatchId, ReleaseId
from distributor.ports_releases import ReleaseLine, ReleaseSearch, Stage
from distributor.store.connection import connect
from distributor.store.ledger_keys import SCHEDULE, release_dispatches_key
from distributor.store.release_lines import LINES
from distributor.store.releases import RedisReleaseStore
from tests.core.factories import release

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def walk(releases: RedisReleaseStore, *, text: str = "", stage: Stage = Stage.ALL, count: int = 2) -> list[ReleaseLine]:
    """Page through a list to its end."""
    found: list[ReleaseLine] = []
    after, is_first = "", True
    while after or is_first:
        page = releases.index.page(ReleaseSearch(words=words_of(text), stage=stage, after=after, count=count))
        found += page.lines
        assert len(page.lines) <= count
        after, is_first = page.after, False
    return found


def test_a_line_says_what_the_text_says(redis_client: redis.Redis) -> None:
    releases = RedisReleaseStore(redis_client)
    local = LocalTime(wall=datetime.fromisoformat("2026-10-25T02:30"), zone="Europe/Zurich", fold=1)
    first = releases.add(replace(release(), embargo=Embargo(local=local)), by="Žofia", at=AT)
    second = releases.add(release(headline="At once"), by="Kim", at=AT + timedelta(seconds=1))
    third = releases.add(
        replace(release(headline="Immediately"), embargo=Embargo(local=None)), by="Kim", at=AT + timedelta(seconds=2)
    )

    at_once, without, embargoed = releases.index.page(ReleaseSearch()).lines

    assert [at_once.release_id, without.release_id, embargoed.release_id] == [
        third.release_id, second.release_id, first.release_id,
    ]  # fmt: skip
    assert embargoed == ReleaseLine(
        release_id=first.release_id, revision=1, headline=first.content.headline, added_by="Žofia", added_at=AT,
        is_approved=False, embargo=Embargo(local=local),
    )  # fmt: skip
    assert (without.embargo, at_once.embargo) == (None, Embargo(local=None))


@pytest.mark.parametrize("text", ["muller", "MÜLLER", "lodz łódź", "ull", "strasse, 7"])
def test_accents_and_capitals_do_not_matter(redis_client: redis.Redis, text: str) -> None:
    releases = RedisReleaseStore(redis_client)
    releases.add(release(headline="“Müller” of Łódź: Straße 7"), by="Kim", at=AT)
    releases.add(release(headline="Another"), by="Kim", at=AT)

    assert [line.headline for line in walk(releases, text=text)] == ["“Müller” of Łódź: Straße 7"]


@pytest.mark.parametrize("text", ["* ?", "[a-z]", "%a+", "\\", '","', "\ud800", "x" * 10_000])
def test_signs_of_a_pattern_are_no_pattern(redis_client: redis.Redis, text: str) -> None:
    releases = RedisReleaseStore(redis_client)
    releases.add(release(headline="A headline"), by="Kim", at=AT)

    is_there = all(word in "a headline" for word in words_of(text))

    assert [line.headline for line in walk(releases, text=text)] == ["A headline"] * is_there


@pytest.mark.parametrize("after", ["x", "1-", "-1", "1-r*", "+inf", "1-r1\n", "١-r1", "9" * 30 + "-r"])
def test_a_page_that_no_page_named_is_refused(redis_client: redis.Redis, after: str) -> None:
    with pytest.raises(BadInput, match="no such page"):
        RedisReleaseStore(redis_client).index.page(ReleaseSearch(after=after))


def test_what_comes_in_meanwhile_moves_nothing_on_later_pages(redis_client: redis.Redis) -> None:
    releases = RedisReleaseStore(redis_client)
    # All of one microsecond: then the id decides.
    names = sorted((releases.add(release(headline=f"Number {n}"), by="Kim", at=AT).release_id for n in range(5)), reverse=True)
    first = releases.index.page(ReleaseSearch(count=2))

    releases.add(release(headline="Newer"), by="Kim", at=AT + timedelta(seconds=1))
    second = releases.index.page(ReleaseSearch(count=2, after=first.after))
    third = releases.index.page(ReleaseSearch(count=2, after=second.after))

    assert [line.release_id for page in (first, second, third) for line in page.lines] == names
    assert third.after == ""


def test_a_store_of_an_earlier_version_gets_its_lines_when_they_are_asked_for(redis_client: redis.Redis) -> None:
    releases = RedisReleaseStore(redis_client)
    stored = [releases.add(release(headline=f"Number {n}"), by="Kim", at=AT + timedelta(seconds=n)) for n in range(5)]
    before = walk(releases)
    redis_client.delete(LINES)

    assert releases.index.headlines([stored[0].release_id, ReleaseId("rnone")]) == ["Number 0", ""]
    assert walk(releases, text="number 3") == [before[1]]
    assert walk(releases) == before


def test_a_revision_of_an_earlier_version_of_the_service_is_noticed(redis_client: redis.Redis) -> None:
    releases = RedisReleaseStore(redis_client)
    stored = releases.add(release(), by="Kim", at=AT)
    old = redis_client.hget(LINES, stored.release_id)
    releases.add(release(headline="Corrected"), by="Kim", at=AT, revises=stored.release_id)
    redis_client.hset(LINES, stored.release_id, old or b"")

    assert [(line.headline, line.revision) for line in walk(releases)] == [("Corrected", 2)]


HEADLINES = st.sampled_from(["Mines cleared in Łódź", "Mines found", "The école opens", "ECOLE", "—", "“Mine”, said she"])
QUERIES = st.sampled_from(["", "mine", "mines", "lodz", "ecole", "said mine", "nothing"])


@dataclass
class _Known:
    headline: str
    order: tuple[int, str]
    revision: int = 1
    is_approved: bool = False
    open: set[str] = field(default_factory=set)
    all: list[str] = field(default_factory=list)


class ListedAsRead(RuleBasedStateMachine):
    """Whatever is taken in, revised, approved, scheduled and finished: each list is what reading everything would give."""

    url = ""

    @initialize()
    def empty(self) -> None:
        self.client = connect(self.url)
        self.client.flushall()
        self.releases = RedisReleaseStore(self.client)
        self.known: dict[ReleaseId, _Known] = {}
        self.tick = 0

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    def _pick(self, data: st.DataObject) -> ReleaseId | None:
        return data.draw(st.sampled_from(sorted(self.known))) if self.known else None

    @rule(headline=HEADLINES, is_same_instant=st.booleans())
    def take_in(self, headline: str, is_same_instant: bool) -> None:
        self.tick += not is_same_instant
        stored = self.releases.add(
            release(headline=headline, subhead=str(len(self.known))), by="Kim", at=AT + timedelta(seconds=self.tick)
        )
        self.known[stored.release_id] = _Known(headline, (self.tick, stored.release_id))

    @rule(data=st.data(), headline=HEADLINES)
    def revise(self, data: st.DataObject, headline: str) -> None:
        if name := self._pick(data):
            one = self.known[name]
            self.tick += 1
            self.releases.add(release(headline=headline, subhead=f"x{self.tick}"), by="Kim", at=AT, revises=name)
            one.headline, one.revision, one.is_approved = headline, one.revision + 1, False

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        if name := self._pick(data):
            one = self.known[name]
            self.releases.save_approval(
                Approval(release=name, revision=one.revision, seal="ab" * 32, by="Jon", at=AT, waivers=()), ()
            )
            one.is_approved = True

    @rule(data=st.data())
    def schedule(self, data: st.DataObject) -> None:
        if name := self._pick(data):
            one = self.known[name]
            dispatch = f"d{len(one.all)}{name}"
            self.client.zadd(release_dispatches_key(name), {dispatch: len(one.all)})
            self.client.zadd(SCHEDULE, {dispatch: 1})
            one.all.append(dispatch)
            one.open.add(dispatch)

    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        name = self._pick(data)
        if name and self.known[name].open:
            self.client.zrem(SCHEDULE, self.known[name].open.pop())

    @rule()
    def lose_the_lines(self) -> None:
        self.client.delete(LINES)

    @invariant()
    def every_list_is_right(self) -> None:
        if not hasattr(self, "known"):
            return
        assert self.releases.index.count() == len(self.known)
        newest_first = sorted(self.known, key=lambda name: self.known[name].order, reverse=True)
        fits: dict[Stage, Callable[[_Known], bool]] = {
            Stage.ALL: lambda one: True,
            Stage.DRAFT: lambda one: not one.is_approved,
            Stage.APPROVED: lambda one: one.is_approved and not one.all,
            Stage.UNDER_WAY: lambda one: bool(one.open),
            Stage.FINISHED: lambda one: bool(one.all) and not one.open,
        }
        for stage, is_fitting in fits.items():
            lines = walk(self.releases, stage=stage)
            assert [line.release_id for line in lines] == [name for name in newest_first if is_fitting(self.known[name])]
            for line in lines:
                one = self.known[line.release_id]
                assert (line.headline, line.revision, line.is_approved) == (one.headline, one.revision, one.is_approved)
                assert line.dispatches == tuple(DispatchId(name) for name in reversed(one.all))

    @rule(text=QUERIES)
    def look_for(self, text: str) -> None:
        wanted = words_of(text)
        expected = {name for name, one in self.known.items() if all(word in " ".join(words_of(one.headline)) for word in wanted)}
        assert {line.release_id for line in walk(self.releases, text=text)} == expected


def test_every_list_is_what_reading_everything_would_give(redis_url: str) -> None:
    class OnThisRedis(ListedAsRead):
        url = redis_url

    run_state_machine_as_test(OnThisRedis, settings=settings(stateful_step_count=20, max_examples=15))
