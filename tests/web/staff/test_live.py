"""Live boards: one poller however many watch, streams that end, and a store that goes away and comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any, TypeVar

import urllib3

from distributor.core.account import account_id
from distributor.core.errors import NotFound, StoreUnavailable
from distributor.core.ids import DispatchId
from distributor.web.staff.gate import COOKIE, SIGNED_OUT
from distributor.web.staff.live import Frame, LiveBoards
from tests.web.staff.conftest import EDITOR, StaffSite

D = DispatchId("d1")
Answer = TypeVar("Answer")


def frame(html: str = "<p>x</p>", *, is_over: bool = False, pause_s: float = 0.02) -> Frame:
    """Return a board."""
    return Frame(html=html, now_ms=1, is_over=is_over, is_final=False, pause_s=pause_s)


def alone(story: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a story on a loop of its own: Playwright keeps one in the main thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result(timeout=30)


async def heard(stream: AsyncGenerator[bytes], *, until: Callable[[bytes], bool]) -> list[bytes]:
    """Return what came until then, or to the end."""
    found = []
    async with asyncio.timeout(10), aclosing(stream):
        async for piece in stream:
            found.append(piece)
            if until(piece):
                break
    return found


def test_ten_who_watch_cost_what_one_costs() -> None:
    reads = iter(range(1000))

    async def watch(count: int) -> int:
        live = LiveBoards(lambda _: frame(f"<p>{next(reads)}</p>", pause_s=0.05))
        watchers = [asyncio.create_task(heard(live.follow(D), until=lambda _: False)) for _ in range(count)]
        await asyncio.sleep(0.5)
        live.close()
        pieces = await asyncio.gather(*watchers)
        assert all(sum(piece.startswith(b"event: board") for piece in each) >= 5 for each in pieces)
        return live.reads

    one, ten = alone(watch(1)), alone(watch(10))

    assert abs(ten - one) <= 2


def test_a_board_that_does_not_change_is_sent_once_and_then_only_the_time() -> None:
    async def story() -> list[bytes]:
        live = LiveBoards(lambda _: frame("<p>a</p>\n<p>b</p>"))
        times = 0

        def third_time(piece: bytes) -> bool:
            nonlocal times
            times += piece.startswith(b"event: time")
            return times == 3

        return await heard(live.follow(D), until=third_time)

    pieces = alone(story())

    assert [piece for piece in pieces if piece.startswith(b"event: board")] == [
        b"event: board\ndata: <p>a</p>\ndata: <p>b</p>\n\n"
    ]


def test_what_is_over_or_is_not_there_ends_the_stream() -> None:
    def missing(_: DispatchId) -> Frame:
        raise NotFound("dispatch", "d1")

    async def story(read: Callable[[DispatchId], Frame]) -> bytes:
        return (await heard(LiveBoards(read).follow(D), until=lambda _: False))[-1]

    assert alone(story(lambda _: frame(is_over=True))) == b"event: over\ndata:\n\n"
    assert alone(story(missing)) == b"event: over\ndata:\n\n"


def test_a_store_that_is_lost_is_told_and_the_board_comes_back() -> None:
    answers: Iterator[Frame | StoreUnavailable] = iter([frame(), StoreUnavailable("no"), frame("<p>back</p>")])

    def read(_: DispatchId) -> Frame:
        found = next(answers)
        if isinstance(found, StoreUnavailable):
            raise found
        return found

    async def story() -> list[bytes]:
        return await heard(LiveBoards(read).follow(D), until=lambda piece: b"back" in piece)

    pieces = alone(story())

    assert any(piece.startswith(b"event: lost") for piece in pieces)
    assert b"back" in pieces[-1]


def test_who_comes_when_all_places_are_taken_is_told_to_ask_instead_and_a_place_that_is_left_is_free() -> None:
    async def story() -> list[bytes]:
        live = LiveBoards(lambda _: frame(), most=1)
        first = live.follow(D)
        await anext(first)
        second = await heard(live.follow(D), until=lambda _: True)
        await first.aclose()
        third = await heard(live.follow(D), until=lambda _: True)
        return [*second, *third]

    assert alone(story()) == [b"event: full\ndata:\n\n", b"retry: 2000\n\n"]


def test_a_defect_ends_the_stream_instead_of_leaving_it_silent() -> None:
    def read(_: DispatchId) -> Frame:
        raise ZeroDivisionError

    async def story() -> list[bytes]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        return await heard(LiveBoards(read).follow(D), until=lambda _: False)

    assert alone(story()) == [b"retry: 2000\n\n"]


def test_the_stream_ends_when_the_viewer_signs_out_or_is_disabled_and_does_not_put_off_the_end_of_the_session(
    site: StaffSite,
) -> None:
    site.newsroom.crowd(1)
    plan = site.newsroom.schedule(site.newsroom.approved())
    sessions = [site.sign_in(EDITOR), site.sign_in(EDITOR)]
    pool = urllib3.PoolManager(timeout=15)
    path = f"{site.url}/dispatches/{plan.dispatch}/live"
    streams = [pool.request("GET", path, headers={"Cookie": f"{COOKIE}={one}"}, preload_content=False) for one in sessions]

    time.sleep(0.3)
    site.door.sign_in.log_out(sessions[0])
    (key,) = site.newsroom.service.client.keys("session:*")
    before_ms = site.newsroom.service.client.pttl(key)
    first = streams[0].read()
    passed_ms = before_ms - site.newsroom.service.client.pttl(key)
    site.door.keeper.disable(account_id(EDITOR), by="the tests")
    second = streams[1].read()

    assert (first.endswith(SIGNED_OUT), second.endswith(SIGNED_OUT)) == (True, True)
    assert b"event: board" in first
    assert passed_ms > 1000, "watching does not put off the end"
    pool.clear()


def test_a_server_that_stops_does_not_wait_for_who_watches(site: StaffSite) -> None:
    site.newsroom.crowd(1)
    plan = site.newsroom.schedule(site.newsroom.approved())
    pool = urllib3.PoolManager(timeout=15)
    headers = {"Cookie": f"{COOKIE}={site.sign_in(EDITOR)}"}
    stream = pool.request("GET", f"{site.url}/dispatches/{plan.dispatch}/live", headers=headers, preload_content=False)

    time.sleep(0.3)
    begun = time.monotonic()
    site.close()

    assert time.monotonic() - begun < 3
    assert b"event: board" in stream.read()
    pool.clear()
