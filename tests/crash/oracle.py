"""What must hold after a run, judged from the sandbox's own log and the ledger.

Every check is a sentence that is yielded when it does not hold, so that one run tells all that went wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from distributor.core.delivery import STATES, State
from distributor.core.plan import DispatchPlan
from distributor.ports_dispatch import BatchRecord
from distributor.sandbox.faults import FaultKind
from distributor.store.ledger_keys import ChannelKeys, to_us
from tests.crash.scene import Scene
from tests.flow.newsroom import EMAIL, X

#: The provider accepted, and the answer never came or could not be read.
LOST_AFTER_ACCEPT = {FaultKind.CUT_AFTER_ACCEPT.value, FaultKind.BROKEN_AFTER_ACCEPT.value, FaultKind.GARBAGE.value}
_NO_ANSWER = {FaultKind.CUT_AFTER_ACCEPT.value, FaultKind.CUT_BEFORE_ACCEPT.value, FaultKind.RESET.value}
_BAD_ANSWER = {
    FaultKind.BROKEN.value, FaultKind.UNAVAILABLE.value, FaultKind.BROKEN_AFTER_ACCEPT.value, FaultKind.GARBAGE.value,
}  # fmt: skip
_DIED = "the worker did not come back"
_ANSWERED = "SendGrid answered"
_CUT = "the connection failed"
_TIMED_OUT = "ReadTimeoutError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What both sides say after a run."""

    lift_us: int
    total: int
    #: The state of each delivery by index.
    states: Sequence[State]
    counts: Mapping[State, int]
    #: Recipients' addresses by index.
    addresses: Sequence[str]
    batches: Sequence[BatchRecord]
    #: The provider's log.
    requests: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    posts: Sequence[Mapping[str, Any]]
    #: Of the thread: the texts in order, the states, and the remote ids of those that are live.
    part_texts: Sequence[str]
    part_states: Sequence[State]
    part_ids: Sequence[str]
    #: When workers were killed, or frozen.
    worker_deaths: Sequence[int]
    #: Those whom the provider refuses, and those who asked to be left alone.
    hopeless: frozenset[str]
    left: frozenset[str]


def gather(scene: Scene, plan: DispatchPlan, *, hopeless: frozenset[str], left: frozenset[str]) -> Evidence:
    """Read both sides. Nothing may be working meanwhile."""
    service, log = scene.desk.service, scene.sandbox.log()
    dispatches, status = service.dispatches, dict(scene.status(plan).channels)
    numbers = dispatches.audience(plan.dispatch, EMAIL)
    by_number = {number: contact.address for number, contact in service.book.load(numbers)}
    parts = status[X].parts if X in status else ()
    frames = [orjson.loads(dispatches.frame(plan.dispatch, key)) for key in plan.masters if key.startswith("x/")]
    return Evidence(
        lift_us=to_us(plan.lift_at),
        total=status[EMAIL].tally.total,
        states=_letters(scene, plan),
        counts=status[EMAIL].tally.counts,
        addresses=[by_number[number] for number in numbers],
        batches=dispatches.batches(plan.dispatch, EMAIL),
        requests=log["requests"],
        messages=log["messages"],
        posts=log["posts"],
        part_texts=frames[0]["parts"] if frames else (),
        part_states=[part.state for part in parts],
        part_ids=[part.remote_id for part in parts],
        worker_deaths=[at for run in scene.workers for at in (run.killed_us, *run.frozen_us) if at is not None],
        hopeless=hopeless,
        left=left,
    )


def _letters(scene: Scene, plan: DispatchPlan) -> list[State]:
    stored = scene.desk.service.client.get(ChannelKeys(plan.dispatch, EMAIL).states)
    assert isinstance(stored, bytes)
    return [STATES[bytes([letter])] for letter in stored]


def complaints(found: Evidence) -> Iterator[str]:
    """Yield a sentence for everything that does not hold."""
    yield from _about_times(found)
    yield from _about_sums(found)
    yield from _about_people(found)
    yield from _about_answers(found)
    yield from _about_doubt(found)
    yield from _about_the_thread(found)


def _about_times(found: Evidence) -> Iterator[str]:
    begun = [request["begun_at"] for request in found.requests if request["method"] == "POST"]
    if begun and min(begun) < found.lift_us:
        yield f"a request came {found.lift_us - min(begun)} µs before the lift"


def _about_sums(found: Evidence) -> Iterator[str]:
    recount = Counter(found.states)
    if recount != Counter({state: number for state, number in found.counts.items() if number}):
        yield f"the counters say {dict(found.counts)} and the states {dict(recount)}"
    if not found.total == len(found.states) == len(found.addresses):
        yield f"{found.total} are counted, {len(found.states)} have a state, {len(found.addresses)} are in the audience"


def _about_people(found: Evidence) -> Iterator[str]:
    got = Counter(message["to"] for message in found.messages)
    if twice := {address: number for address, number in got.items() if number > 1}:
        yield f"got it more than once: {twice}"
    if strangers := got.keys() - set(found.addresses):
        yield f"got it and is not in the audience: {strangers}"
    for at, (address, state) in enumerate(zip(found.addresses, found.states, strict=True)):
        if not _may_end(state, has_it=address in got, is_hopeless=address in found.hopeless, has_left=address in found.left):
            yield f"{at} {address} ended {state}; the provider {'has' if address in got else 'has not'} the message"


def _may_end(state: State, *, has_it: bool, is_hopeless: bool, has_left: bool) -> bool:
    """Say whether this is one of the ends that a delivery may have."""
    match state:
        case State.ACCEPTED:
            return has_it
        case State.UNKNOWN:
            return True
        case State.REFUSED:
            return is_hopeless and not has_it
        case State.SUPPRESSED:
            return has_left and not has_it
        case _:
            return False


def _about_answers(found: Evidence) -> Iterator[str]:
    lossy = {request["accepted_id"] for request in found.requests if request["fault"] in LOST_AFTER_ACCEPT}
    batch_of = {at: batch for batch in found.batches for at in range(batch.start, batch.start + batch.count)}
    index_of = {address: at for at, address in enumerate(found.addresses)}
    for message in found.messages:
        at = index_of.get(message["to"], -1)
        if message["message_id"] in lossy and found.states[at] is not State.UNKNOWN:
            yield f"{at}: the answer was lost, and it is {found.states[at]}"
        if found.states[at] is State.ACCEPTED and batch_of[at].remote_id != message["message_id"]:
            yield f"{at}: the ledger has another request's id than the provider"


def _about_doubt(found: Evidence) -> Iterator[str]:
    doubtful = [batch for batch in found.batches if State.UNKNOWN in found.states[batch.start : batch.start + batch.count]]
    mails = [request for request in found.requests if request["path"] == "/v3/mail/send"]
    for batch in doubtful:
        if batch.why == _DIED and not _died_meanwhile(batch, found.worker_deaths):
            yield f"batch {batch.start} is in doubt by a dead worker, and no worker was killed or frozen while it was out"
        if batch.why != _DIED and not batch.why.startswith((_ANSWERED, _CUT)):
            yield f"batch {batch.start} is in doubt, because {batch.why!r}"
    by_answer = sum(batch.why.startswith(_ANSWERED) for batch in doubtful)
    by_connection = sum(batch.why.startswith(_CUT) and _TIMED_OUT not in batch.why for batch in doubtful)
    if by_answer > (bad := sum(request["fault"] in _BAD_ANSWER for request in mails)):
        yield f"{by_answer} batches are in doubt by a bad answer, and {bad} were given"
    if by_connection > (cut := sum(request["fault"] in _NO_ANSWER for request in mails)):
        yield f"{by_connection} batches are in doubt by a lost connection, and {cut} were cut"


def _died_meanwhile(batch: BatchRecord, deaths: Sequence[int]) -> bool:
    sent, settled = batch.sent_at, batch.settled_at
    return sent is not None and settled is not None and any(to_us(sent) <= death <= to_us(settled) for death in deaths)


def _about_the_thread(found: Evidence) -> Iterator[str]:
    texts = [post["text"] for post in found.posts]
    if texts != list(found.part_texts[: len(texts)]):
        yield f"{len(texts)} posts are public, not the first parts in their order"
    for before, post in zip([None, *found.posts], found.posts, strict=False):
        if post["reply_to"] != (before and before["id"]):
            yield f"post {post['id']} answers {post['reply_to']}"
    for at, (state, remote_id) in enumerate(zip(found.part_states, found.part_ids, strict=True)):
        is_public = at < len(found.posts)
        match state:
            case State.LIVE if is_public and found.posts[at]["id"] == remote_id:
                pass
            case State.UNKNOWN if State.UNKNOWN not in found.part_states[:at]:
                pass
            case State.PLANNED if not is_public and State.UNKNOWN in found.part_states[:at]:
                pass
            case _:
                yield f"part {at + 1} is {state} with id {remote_id!r}; {len(found.posts)} posts are public"
