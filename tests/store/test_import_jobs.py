"""Imports in steps on the real Redis: one at a time works on a job, a file is its owner's, and all of it ends by itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import redis

from distributor.core.account import AccountId
from distributor.core.ids import ListName
from distributor.core.import_job import ImportId, ImportJob, ImportStep
from distributor.store.import_jobs import RedisImportJobs

ANA, BEN = AccountId("uana"), AccountId("uben")


@pytest.fixture
def jobs(redis_client: redis.Redis) -> RedisImportJobs:
    return RedisImportJobs(redis_client)


def begun(jobs: RedisImportJobs, content: bytes = b"email\n", *, owner: AccountId = ANA) -> ImportJob:
    """Keep a file."""
    job = ImportJob(
        id=ImportId(""), owner=owner, list_name=ListName("press"), file_name="a.csv", begun_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    return jobs.begin(job, content)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_a_file_comes_back_byte_for_byte(jobs: RedisImportJobs, size: int) -> None:
    content = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)

    job = begun(jobs, content[:size])

    assert jobs.content(job.id) == (content[:size] or None)


def test_a_job_is_its_owners(jobs: RedisImportJobs) -> None:
    job = begun(jobs)

    assert jobs.get(job.id, owner=ANA) == job
    assert jobs.get(job.id, owner=BEN) is None
    assert jobs.of(BEN) == []
    assert jobs.get(ImportId("x" * 10_000), owner=ANA) is None


def test_of_many_who_begin_to_work_at_once_one_does(jobs: RedisImportJobs) -> None:
    job, tokens = begun(jobs), []

    threads = [threading.Thread(target=lambda: tokens.append(jobs.claim(job.id))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([token for token in tokens if token]) == 1


def test_whoever_lost_the_job_can_neither_report_nor_end_it(jobs: RedisImportJobs) -> None:
    job = begun(jobs)
    old = jobs.claim(job.id) or ""
    jobs.release(job.id, old)
    new = jobs.claim(job.id) or ""

    jobs.release(job.id, old)

    assert jobs.beat(job.id, old, done=99, total=100) is False
    assert jobs.progress(job.id).is_running
    assert jobs.beat(job.id, new, done=1, total=2) is True
    assert (jobs.progress(job.id).done, jobs.progress(job.id).total) == (1, 2)


def test_a_job_that_was_thrown_away_does_not_come_back(jobs: RedisImportJobs, redis_client: redis.Redis) -> None:
    """Whoever still works on it stores its end into nothing."""
    job = begun(jobs)
    token = jobs.claim(job.id) or ""
    jobs.drop(job.id, owner=ANA)

    assert jobs.beat(job.id, token, done=1, total=1) is False
    assert jobs.save(replace(job, step=ImportStep.DONE)) is False
    jobs.release(job.id, token)

    assert redis_client.keys(f"*{job.id}*") == []
    assert jobs.of(ANA) == []


def test_rows_to_mend_are_kept_up_to_a_bound(jobs: RedisImportJobs) -> None:
    job = begun(jobs)

    jobs.keep_rows(job.id, ("x" * 1000 + "\n" for _ in range(100_000)))

    kept = jobs.rows(job.id)
    assert kept is not None
    assert 5 << 20 < len(kept) < 6 << 20
    assert kept.endswith(b"\n"), "no row is cut"
