"""Releases on the real Redis: revisions are never lost, and an approval never outlives what it approved."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from distributor.core.approval import Approval, Waiver
from distributor.core.errors import ApprovalRefused, NotFound, Refused, RevisionCame, StoreUnavailable
from distributor.core.ids import Language, ReleaseId
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.release import Release
from distributor.ports_releases import ReleaseStore, StoredRevision
from distributor.store.codec import content_digest
from distributor.store.connection import connect
from distributor.store.releases import RedisReleaseStore
from tests.core.factories import email_master, release

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
FIRST = release()
SECOND = release(headline="Teams clear the last mines around two village schools")
MASTERS = (
    email_master(FIRST),
    email_master(replace(FIRST, language=Language("fr"))),
    ThreadMaster(channel=ChannelName.X, language=Language("en"), parts=("One.", "Two.")),
)


@pytest.fixture
def releases(redis_client: redis.Redis) -> ReleaseStore:
    """Return an empty store."""
    return RedisReleaseStore(redis_client)


def add(
    releases: ReleaseStore, content: Release = FIRST, *, revises: ReleaseId | None = None, at: datetime = AT
) -> StoredRevision:
    return releases.add(content, by="Ana", at=at, revises=revises)


def approve(releases: ReleaseStore, stored: StoredRevision, *, seal: str = "ab" * 32) -> Approval:
    approval = Approval(
        release=stored.release_id,
        revision=stored.revision,
        seal=seal,
        by="Jon",
        at=LATER,
        waivers=(Waiver(check="dead-link", reason="comes online at the lift", by="Jon"),),
    )
    releases.save_approval(approval, MASTERS)
    return approval


def test_a_release_comes_back_as_it_was_taken_in(releases: ReleaseStore) -> None:
    stored = add(releases)

    assert stored == releases.get(stored.release_id) == releases.get(stored.release_id, 1)
    assert (stored.content, stored.revision, stored.added_by, stored.added_at) == (FIRST, 1, "Ana", AT)
    assert stored.digest == content_digest(FIRST)
    assert stored.release_id.startswith("r")


def test_the_same_words_again_are_the_same_release(releases: ReleaseStore) -> None:
    first = add(releases)

    again = releases.add(FIRST, by="Kim", at=LATER)

    assert again == first
    assert len(releases.list_all()) == 1


def test_the_first_words_again_find_the_first_revision_also_after_a_second(releases: ReleaseStore) -> None:
    """Whoever takes a file in again must not be shown another text under the words "stored already"."""
    first = add(releases)
    add(releases, SECOND, revises=first.release_id)

    again = add(releases, FIRST, at=LATER)

    assert again == first
    assert releases.get(first.release_id).content == SECOND


def test_a_revision_is_appended_and_the_earlier_ones_stay(releases: ReleaseStore) -> None:
    first = add(releases)

    second = add(releases, SECOND, revises=first.release_id, at=LATER)

    assert (second.release_id, second.revision, second.content) == (first.release_id, 2, SECOND)
    assert releases.get(first.release_id) == second
    assert releases.get(first.release_id, 1) == first


def test_a_revision_that_says_the_same_is_not_stored_and_voids_nothing(releases: ReleaseStore) -> None:
    stored = add(releases)
    approval = approve(releases, stored)

    again = add(releases, FIRST, revises=stored.release_id, at=LATER)

    assert again == stored
    assert releases.approval(stored.release_id) == approval


def test_going_back_to_earlier_words_is_a_revision_of_its_own(releases: ReleaseStore) -> None:
    first = add(releases)
    add(releases, SECOND, revises=first.release_id)

    third = add(releases, FIRST, revises=first.release_id, at=LATER)

    assert (third.revision, third.content, third.added_at) == (3, FIRST, LATER)


def test_nobody_revises_what_is_not_there(releases: ReleaseStore) -> None:
    with pytest.raises(NotFound):
        add(releases, revises=ReleaseId("rnothing"))

    assert list(releases.list_all()) == []


@pytest.mark.parametrize("revision", [-1, 0, 2, 99])
def test_a_revision_that_is_not_there_is_said_so(releases: ReleaseStore, revision: int) -> None:
    stored = add(releases)

    with pytest.raises(NotFound, match="revisions 1 to 1"):
        releases.get(stored.release_id, revision)


def test_another_text_never_hides_behind_a_known_id(releases: ReleaseStore, redis_client: redis.Redis) -> None:
    """Ids are cut short, so that two texts can meet in one, however rarely; the second is refused, not taken for the first."""
    stored = add(releases)
    redis_client.lset(f"release:{{{stored.release_id}}}:digests", 0, "another")

    with pytest.raises(Refused, match="Another release"):
        add(releases)


def test_an_approval_is_kept_with_its_masters_and_seal(releases: ReleaseStore) -> None:
    stored = add(releases)

    approval = approve(releases, stored)

    assert releases.approval(stored.release_id) == approval
    assert releases.approved_seal(stored.release_id) == approval.seal
    assert releases.masters(stored.release_id, 1) == MASTERS
    assert [line.is_approved for line in releases.list_all()] == [True]


def test_a_new_revision_voids_the_approval(releases: ReleaseStore) -> None:
    stored = add(releases)
    approve(releases, stored)

    add(releases, SECOND, revises=stored.release_id)

    assert releases.approval(stored.release_id) is None
    assert releases.approved_seal(stored.release_id) == ""
    assert releases.masters(stored.release_id, 2) == ()


def test_an_approval_of_an_earlier_revision_is_refused(releases: ReleaseStore) -> None:
    """The approver looked at words that are no longer the release's."""
    stored = add(releases)
    add(releases, SECOND, revises=stored.release_id)

    with pytest.raises(ApprovalRefused, match="changed since"):
        approve(releases, stored)

    assert releases.approved_seal(stored.release_id) == ""
    assert releases.masters(stored.release_id, 1) == ()


def test_an_approval_again_replaces_the_masters(releases: ReleaseStore) -> None:
    stored = add(releases)
    approve(releases, stored)

    approve(releases, stored, seal="cd" * 32)

    assert releases.masters(stored.release_id, 1) == MASTERS
    assert releases.approved_seal(stored.release_id) == "cd" * 32


def test_an_approval_can_be_taken_back(releases: ReleaseStore) -> None:
    stored = add(releases)
    approve(releases, stored)

    voided = [releases.void_approval(stored.release_id), releases.void_approval(stored.release_id)]

    assert voided == [True, False]
    assert releases.approval(stored.release_id) is None
    assert releases.approved_seal(stored.release_id) == ""


def test_an_approval_and_a_revision_at_once_never_leave_the_new_words_approved(redis_url: str, redis_client: redis.Redis) -> None:
    """Whichever comes first: afterwards the newest revision is not approved by a look at the one before."""
    releases = RedisReleaseStore(redis_client)
    stored = add(releases)
    outcomes: set[str] = set()

    def race(number: int) -> None:
        latest = releases.get(stored.release_id)
        start = threading.Barrier(2)

        def revise() -> None:
            client = connect(redis_url)
            start.wait()
            RedisReleaseStore(client).add(release(headline=f"Words {number}"), by="Ana", at=AT, revises=stored.release_id)
            client.close()

        reviser = threading.Thread(target=revise)
        reviser.start()
        start.wait()
        try:
            approve(releases, latest)
            outcomes.add("approved first")
        except ApprovalRefused:
            outcomes.add("revised first")
        reviser.join()

    for number in range(30):
        race(number)

        assert releases.approved_seal(stored.release_id) == ""
    assert outcomes


def test_many_who_revise_at_once_each_get_a_number_of_their_own(redis_url: str, redis_client: redis.Redis) -> None:
    releases = RedisReleaseStore(redis_client)
    stored = add(releases)
    start = threading.Barrier(4)

    def revise(who: int) -> None:
        client = connect(redis_url)
        start.wait()
        for number in range(5):
            RedisReleaseStore(client).add(release(headline=f"By {who}, {number}"), by="Ana", at=AT, revises=stored.release_id)
        client.close()

    threads = [threading.Thread(target=revise, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    headlines = {releases.get(stored.release_id, n).content.headline for n in range(2, 22)}
    assert headlines == {f"By {who}, {number}" for who in range(4) for number in range(5)}


def test_releases_are_listed_newest_first(releases: ReleaseStore) -> None:
    first = add(releases)
    second = add(releases, SECOND, at=LATER)
    add(releases, release(headline="First, revised"), revises=first.release_id, at=LATER + timedelta(hours=1))

    lines = releases.list_all()

    assert [(line.release_id, line.revision, line.headline) for line in lines] == [
        (second.release_id, 1, SECOND.headline),
        (first.release_id, 2, "First, revised"),
    ]


def test_an_id_is_known_by_its_beginning(releases: ReleaseStore) -> None:
    stored = add(releases)

    assert releases.resolve(stored.release_id) == stored.release_id
    assert releases.resolve(stored.release_id[:4]) == stored.release_id


@pytest.mark.parametrize("prefix", ["", "r", "rab", "rabc*", "nothing", "RABC"])
def test_a_beginning_that_is_too_short_or_of_none_finds_nothing(releases: ReleaseStore, prefix: str) -> None:
    add(releases)

    with pytest.raises(NotFound):
        releases.resolve(prefix)


def test_a_beginning_of_several_names_them(releases: ReleaseStore, redis_client: redis.Redis) -> None:
    redis_client.zadd("releases", {"rabcd1": 1, "rabcd2": 2, "rabcd": 3})

    assert releases.resolve("rabcd") == "rabcd"
    with pytest.raises(NotFound, match="rabcd1, rabcd2"):
        releases.resolve("rabc")


def test_a_redis_that_is_away_never_says_that_something_is_or_is_not_approved() -> None:
    releases = RedisReleaseStore(connect("redis://127.0.0.1:1/0"))
    nobody = ReleaseId("rnothing")

    for ask in (
        lambda: releases.approved_seal(nobody),
        lambda: releases.approval(nobody),
        lambda: releases.get(nobody),
        lambda: releases.masters(nobody, 1),
        lambda: releases.resolve(nobody),
        releases.list_all,
    ):
        with pytest.raises(StoreUnavailable):
            ask()


def test_of_many_who_change_the_same_revision_one_is_stored_and_the_others_are_told(
    redis_url: str, redis_client: redis.Redis
) -> None:
    """Several people correct the same release: the others must see what the first one wrote before they replace it."""
    releases = RedisReleaseStore(redis_client)
    first = add(releases)
    start = threading.Barrier(4)
    outcomes: list[int] = []

    def change(number: int) -> None:
        client = connect(redis_url)
        text = release(headline=f"Headline {number}")
        start.wait()
        try:
            stored = RedisReleaseStore(client).add(text, by="Ben", at=LATER, revises=first.release_id, after=first.revision)
            outcomes.append(stored.revision)
        except RevisionCame as error:
            outcomes.append(-error.revision)
        client.close()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [-2, -2, -2, 2]
    lines = releases.revisions(first.release_id, most=5)
    assert [(one.revision, one.added_by, one.added_at) for one in lines] == [(2, "Ben", LATER), (1, "Ana", AT)]
    assert [one.revision for one in releases.revisions(first.release_id, most=1)] == [2]


def test_the_same_change_again_is_found_although_its_revision_has_come(releases: ReleaseStore) -> None:
    """A form that a browser sends twice is no conflict with itself."""
    first = add(releases)
    changed = releases.add(SECOND, by="Ben", at=LATER, revises=first.release_id, after=first.revision)

    again = releases.add(SECOND, by="Ben", at=LATER, revises=first.release_id, after=first.revision)

    assert again == changed
