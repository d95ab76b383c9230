"""A plan as it is stored: a JSON object with a schema version, instants in microseconds since 1970."""

from __future__ import annotations

from datetime import timedelta

import orjson

from distributor.core.errors import Refused
from distributor.core.ids import DispatchId, ListName, MasterKey, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.store.ledger_keys import from_us, maybe_from_us, to_us

SCHEMA = 1
_MICROSECOND = timedelta(microseconds=1)


def encode_plan(plan: DispatchPlan) -> bytes:
    """Return the plan as it is stored."""
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "dispatch": plan.dispatch,
            "release": plan.release,
            "revision": plan.revision,
            "release_seal": plan.release_seal,
            "seal": plan.seal,
            "lists": plan.lists,
            "channels": plan.channels,
            "accounts": plan.accounts,
            "masters": plan.masters,
            "lift_us": to_us(plan.lift_at),
            "late_limit_us": plan.late_limit // _MICROSECOND,
            "scheduled_us": to_us(plan.scheduled_at),
            "scheduled_by": plan.scheduled_by,
            "embargo_us": to_us(plan.embargo_at) if plan.embargo_at else None,
        }
    )


def decode_plan(stored: bytes) -> DispatchPlan:
    """Return the plan of its stored form; what an earlier version did not write is absent.

    Raises:
        Refused: a later version wrote it in another shape.
    """
    shape = orjson.loads(stored)
    if shape["schema"] != SCHEMA:
        raise Refused(f"This dispatch was stored in shape {shape['schema']}; this version reads shape {SCHEMA}.")
    return DispatchPlan(
        dispatch=DispatchId(shape["dispatch"]),
        release=ReleaseId(shape["release"]),
        revision=int(shape["revision"]),
        release_seal=str(shape["release_seal"]),
        seal=str(shape["seal"]),
        lists=tuple(ListName(name) for name in shape["lists"]),
        channels=tuple(ChannelName(name) for name in shape["channels"]),
        accounts=tuple((ChannelName(name), str(account)) for name, account in shape["accounts"]),
        masters=tuple(MasterKey(name) for name in shape["masters"]),
        lift_at=from_us(shape["lift_us"]),
        late_limit=timedelta(microseconds=shape["late_limit_us"]),
        scheduled_at=from_us(shape["scheduled_us"]),
        scheduled_by=str(shape["scheduled_by"]),
        embargo_at=maybe_from_us(shape.get("embargo_us")),
    )
