"""The event webhook over HTTP: signed posts as SendGrid writes them, to the real web process, applied to the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import urllib3
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.stage import Stage, free_port, process
from distributor.channels.sendgrid_payload import DELIVERY_ARGUMENT
from distributor.core.delivery import State
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.sandbox.event_body import (
    MAX_POST_BYTES,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    bodies_of,
    public_key_text,
    sign,
)
from distributor.store.event_inbox import RedisEventInbox

#: SendGrid posts over several connections; two keep one process busy.
_CONNECTIONS = 2
_TAKEN = 200


def posted_per_second(stage: Stage, plan: DispatchPlan, count: int) -> float:
    """Return how many events a second are taken in, their signature checked, and applied, until the ledger knows the last."""
    key, port = ec.generate_private_key(ec.SECP256R1()), free_port()
    environ = {
        **stage.environ,
        "DISTRIBUTOR_SENDGRID__WEBHOOK_PUBLIC_KEY": public_key_text(key),
        "DISTRIBUTOR_WEB__PORT": str(port),
    }
    posts, inbox = list(_posts(plan, count, key)), RedisEventInbox(stage.service.client)
    with process("distributor", "web", environ=environ):
        pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, maxsize=_CONNECTIONS, retries=urllib3.Retry(connect=50, backoff_factor=0.05)
        )
        pool.request("GET", "/healthz")
        began = time.perf_counter()
        _post_all(pool, posts)
        while inbox.length():
            time.sleep(0.001)
        taken = time.perf_counter() - began
    tally = dict(stage.service.dispatches.status(plan.dispatch).channels)[ChannelName.EMAIL].tally
    if tally.counts.get(State.DELIVERED, 0) != count:
        raise SystemExit(f"{tally.counts} after {count} events")
    return count / taken


def _posts(plan: DispatchPlan, count: int, key: ec.EllipticCurvePrivateKey) -> Iterator[tuple[bytes, dict[str, str]]]:
    now = int(time.time())
    events: list[dict[str, object]] = [
        {
            "email": f"r{n}@news{n % 97}.example",
            "timestamp": now,
            "smtp-id": f"<{n:032x}@campaign.example>",
            "sg_event_id": f"{n:032x}",
            "sg_message_id": f"{n:022x}.recvd-5d8c9f7f6b-abcde-1-6560DD2E-1E.0",
            "event": "delivered",
            "response": "250 2.0.0 OK",
            DELIVERY_ARGUMENT: f"{plan.dispatch}.{n}",
        }
        for n in range(count)
    ]
    for body in bodies_of(events):
        assert len(body) <= MAX_POST_BYTES
        yield body, {TIMESTAMP_HEADER: str(now), SIGNATURE_HEADER: sign(key, timestamp=str(now), body=body)}


def _post_all(pool: urllib3.HTTPConnectionPool, posts: list[tuple[bytes, dict[str, str]]]) -> None:
    def post(one: tuple[bytes, dict[str, str]]) -> int:
        body, headers = one
        return pool.request("POST", "/webhooks/sendgrid", body=body, headers=headers).status

    with ThreadPoolExecutor(max_workers=_CONNECTIONS) as threads:
        statuses = set(threads.map(post, posts))
    if statuses != {_TAKEN}:
        raise SystemExit(f"The webhook answered {sorted(statuses)}.")
