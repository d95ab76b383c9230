"""The measurements of DESIGN.md §9. Each returns plain numbers; `__main__` judges them."""

from __future__ import annotations

import http.client
import threading
import time
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from benchmarks.stage import Stage, process, workers
from distributor.channels.sendgrid_payload import assemble
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.store.ledger import unpack_body
from distributor.store.ledger_keys import ChannelKeys

EMAIL = ChannelName.EMAIL
#: Requests in flight at the same time: two workers with four slots each.
_IN_FLIGHT = 8
_EVENTS_A_POST = 1000
_HEADERS = {"Authorization": "Bearer SG.sink", "Content-Type": "application/json"}


def prepare(stage: Stage, count: int, *, lift_in: float) -> tuple[DispatchPlan, float]:
    """Return a prepared dispatch and the recipients prepared per second."""
    listed = stage.crowd("bench", count)
    plan = stage.plan("wave", listed, lift_in=lift_in + count / 20_000)
    began = time.perf_counter()
    stage.service.preparer.prepare_once(plan)
    return plan, count / (time.perf_counter() - began)


def bodies(stage: Stage, plan: DispatchPlan) -> list[bytes]:
    """Return the very request bodies that the dispatch will send."""
    frame = stage.service.dispatches.frame(plan.dispatch, plan.masters[0])
    keys = ChannelKeys(plan.dispatch, EMAIL)
    starts = [record.start for record in stage.service.dispatches.batches(plan.dispatch, EMAIL)]
    stored = [stage.service.client.get(keys.body(start)) for start in starts]
    return [b"".join(assemble(frame, unpack_body(body))) for body in stored if isinstance(body, bytes)]


def wave(stage: Stage, plan: DispatchPlan, count: int) -> float:
    """Return the recipients per second from the lift to the sink's last 202, with the ledger written."""
    stage.notes(clear=True)
    with workers(stage):
        stage.wait_done(plan)
    lift_us = plan.lift_at.timestamp() * 1e6
    return count / ((max(note[2] for note in stage.notes()) - lift_us) / 1e6)


def floor(stage: Stage, requests: list[bytes], count: int) -> float:
    """Return the recipients per second of a plain HTTP client that posts the same bytes over kept-alive connections."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for body in requests:
        waiting.put(body)
    host = urlsplit(stage.sink_url).netloc

    def post() -> None:
        connection = http.client.HTTPConnection(host)
        while True:
            try:
                body = waiting.get_nowait()
            except Empty:
                return
            connection.request("POST", "/v3/mail/send", body, _HEADERS)
            connection.getresponse().read()

    threads = [threading.Thread(target=post) for _ in range(_IN_FLIGHT)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - began)


def one_task_each(stage: Stage, count: int) -> float:
    """Return the recipients per second of one Celery task per recipient with sendgrid-python as it comes."""
    environ = {**stage.environ, "ONE_TASK_EACH_BROKER": stage.service.handle.broker_url, "ONE_TASK_EACH_SINK": stage.sink_url}
    from benchmarks.one_task_each import app, send_one

    app.conf.update(broker_url=stage.service.handle.broker_url)
    stage.notes(clear=True)
    with process("celery", "-A", "benchmarks.one_task_each", "worker", "--concurrency", "2", "-l", "ERROR", environ=environ):
        began = time.time()
        for number in range(count):
            send_one.delay(f"r{number}@news.example")
        while len(notes := stage.notes()) < count:
            time.sleep(0.2)
        # From the first request, so that the workers' start does not count against the usual way.
        return count / (max(note[2] for note in notes) / 1e6 - max(began, min(note[1] for note in notes) / 1e6))


def lateness_ms(stage: Stage, lifts: int) -> list[float]:
    """Return how late the first request of each of many dispatches arrived, in milliseconds after its lift, ascending."""
    listed = stage.crowd("few", 5)
    plans = []
    for number in range(lifts):
        plan = stage.plan(f"late {number}", listed, lift_in=lifts * 0.15 + 10 + number * 0.3)
        stage.service.preparer.prepare_once(plan)
        plans.append(plan)
    stage.notes(clear=True)
    with workers(stage):
        for plan in plans:
            stage.wait_done(plan)
    first: dict[str, int] = {}
    for dispatch, begun, _ in stage.notes():
        first[dispatch] = min(begun, first.get(dispatch, begun))
    return sorted(first[plan.dispatch] / 1000 - plan.lift_at.timestamp() * 1000 for plan in plans)


def memory_per_recipient(stage: Stage, plan: DispatchPlan, count: int) -> float:
    """Return the bytes that the ledger keeps per recipient after the dispatch is done and its bodies are freed."""
    stage.service.dispatches.close(plan.dispatch)
    keys = list(stage.service.client.scan_iter(match=f"d:{{{plan.dispatch}}}:*", count=1000))
    frames = {key for key in keys if b":frame:" in key}
    return sum(stage.service.client.memory_usage(key) or 0 for key in keys if key not in frames) / count


def status_ms(stage: Stage, plan: DispatchPlan, *, rounds: int = 200) -> float:
    """Return the median time of a status answer, in milliseconds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        stage.service.dispatches.status(plan.dispatch)
        took.append(time.perf_counter() - began)
    return sorted(took)[rounds // 2] * 1000
