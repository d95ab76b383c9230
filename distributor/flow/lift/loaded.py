"""What a worker needs of its dispatches again and again, read once: plans and frames never change."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from distributor.core.ids import DispatchId, MasterKey, digest
from distributor.core.plan import DispatchPlan
from distributor.ports_dispatch import Dispatches


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A dispatch's plan and frames."""

    plan: DispatchPlan
    frames: Mapping[MasterKey, bytes]
    digests: tuple[tuple[MasterKey, bytes], ...]


class LoadedDispatches:
    """Reads each dispatch once. Thread-safe; one per process."""

    def __init__(self, dispatches: Dispatches) -> None:
        self._dispatches = dispatches
        self._plans: dict[DispatchId, DispatchPlan] = {}
        self._loaded: dict[DispatchId, Loaded] = {}
        self._loading = threading.Lock()

    def plan(self, dispatch: DispatchId) -> DispatchPlan:
        """Return the plan."""
        if dispatch not in self._plans:
            self._plans[dispatch] = self._dispatches.plan(dispatch)
        return self._plans[dispatch]

    def load(self, dispatch: DispatchId) -> Loaded:
        """Return plan and frames of a prepared dispatch."""
        with self._loading:
            if dispatch not in self._loaded:
                plan = self.plan(dispatch)
                frames = {key: self._dispatches.frame(dispatch, key) for key in plan.masters}
                digests = tuple((key, digest(frame)) for key, frame in sorted(frames.items()))
                self._loaded[dispatch] = Loaded(plan=plan, frames=frames, digests=digests)
            return self._loaded[dispatch]

    def forget(self, dispatch: DispatchId) -> None:
        """Free what was read of a finished dispatch."""
        with self._loading:
            self._loaded.pop(dispatch, None)
            self._plans.pop(dispatch, None)
