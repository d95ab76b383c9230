"""Messages per second to a real Postfix on this machine, beside those of Postfix's own load generator."""

from __future__ import annotations

import subprocess
import threading
import time
from datetime import timedelta
from queue import Empty, SimpleQueue

from benchmarks.stage import Stage
from distributor.channels.smtp import SmtpChannel
from distributor.channels.smtp_message import letters, read_frame
from distributor.channels.smtp_server import server_at
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance, GateFacts, clear
from distributor.core.ids import ContactNumber, Index
from distributor.core.message import EmailMaster
from distributor.core.plan import DispatchPlan
from tests.channels.postfix import RunningPostfix, why_not_here

#: Messages under way at the same time, as with two workers of four slots.
_SESSIONS = 8
_BATCH = 50


def is_measurable() -> bool:
    """Say whether there is a Postfix to measure with."""
    return not why_not_here()


def messages_per_second(stage: Stage, plan: DispatchPlan, count: int) -> tuple[float, float]:
    """Return our messages per second and those of `smtp-source`, of the same size and over as many connections.

    Postfix takes them into its queue on disk and then throws them away. The second is the floor: a program in C that knows one
    message and makes it of one letter repeated.
    """
    (master,) = (one for one in stage.service.releases.masters(plan.release, plan.revision) if isinstance(one, EmailMaster))
    with RunningPostfix(keeps=False) as postfix:
        channel = SmtpChannel(
            server_at(
                postfix.url,
                wants_starttls=False,
                hello="bench.example.org",
                connect_timeout=timedelta(seconds=5),
                read_timeout=timedelta(seconds=30),
            ),
            sender_domain="example.org",
            connections=_SESSIONS,
            batch_size=_BATCH,
            batch_time=timedelta(seconds=60),
            messages_per_connection=count,
        )
        frame = channel.frame(master)
        links = stage.service.links_of(plan.dispatch)
        people = [Recipient(index=Index(n), contact=ContactNumber(n + 1), address=f"r{n}@news.example") for n in range(count)]
        batches = [
            channel.stage(dispatch=plan.dispatch, master=master, recipients=people[at : at + _BATCH], links=links)
            for at in range(0, count, _BATCH)
        ]
        size = len(next(letters(read_frame(frame), batches[0], date=plan.lift_at)).content)
        channel.open()
        ours = count / _seconds(channel, frame, batches, _leave_to_send(plan))
        channel.close()
        began = time.perf_counter()
        subprocess.run(
            ["smtp-source", "-d", "-s", str(_SESSIONS), "-m", str(count), "-l", str(size), "-f", "press@example.org",
             "-t", "r@news.example", f"127.0.0.1:{postfix.port}"],
            check=True,
        )  # fmt: skip
        return ours, count / (time.perf_counter() - began)


def _seconds(channel: SmtpChannel, frame: bytes, batches: list[bytes], clearance: Clearance) -> float:
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for batch in batches:
        waiting.put(batch)

    def work() -> None:
        while True:
            try:
                staged = waiting.get_nowait()
            except Empty:
                return
            channel.send(clearance, frame=frame, staged=staged, reply_to=None)

    threads = [threading.Thread(target=work) for _ in range(_SESSIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _leave_to_send(plan: DispatchPlan) -> Clearance:
    return clear(
        GateFacts(
            dispatch=plan.dispatch,
            revision=plan.revision,
            now=plan.lift_at,
            lift_at=plan.lift_at,
            late_at=plan.lift_at + plan.late_limit,
            is_held=False,
            seal=plan.seal,
            offered_seal=plan.seal,
            is_owned=True,
        )
    )
