"""Puts together what makes proofs."""

from __future__ import annotations

from importlib.metadata import version

from distributor.bootstrap_stores import Stores
from distributor.flow.proof import Prover
from distributor.render.proof import ProofPage
from distributor.resources import resource


def prover(stores: Stores) -> Prover:
    """Return the step that proves who got what."""
    return Prover(
        dispatches=stores.dispatches,
        releases=stores.releases,
        book=stores.book,
        audit=stores.audit,
        clock=stores.clock,
        page=ProofPage(resource("templates", "report")),
        desk_zone=stores.settings.desk_zone,
        made_with=f"Distributor {version('distributor')}",
    )
