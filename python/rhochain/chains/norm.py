"""ln ||P||_2 of a chain of any cell."""

from __future__ import annotations

import os

from rhochain.chains.product import Product
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.limits import Limits
from rhochain.estimates.oriented_vectors import with_own_slice
from rhochain.runs.identity import vector_digest

__all__ = ["product_norm"]


def product_norm(
    product: Product, limits: Limits, checkpoint: str | os.PathLike[str] | None, checkpoint_seconds: float
) -> Bracket:
    """ln ||P||_2, as `Chain.norm` documents it."""
    run = product.saved_run(
        checkpoint,
        checkpoint_seconds,
        lambda: {
            "measure": "norm",
            "rtol": limits.rtol,
            "delta": limits.delta,
            "seed": limits.seed,
            "start": None if limits.start is None else vector_digest(product.matrix, limits.start),
        },
    )
    raw = product.core.norm(limits.core, **run.core_options)
    return with_own_slice(run.outcome(lambda: Bracket.from_core(raw)), product.matrix.peers)
