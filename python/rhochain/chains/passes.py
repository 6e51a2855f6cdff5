"""One pass of vectors through the factors of a product: P v forward, P^T g backward."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy.typing as npt

from rhochain.chains.product import Product
from rhochain.chains.progress import ChainProgress, reporter
from rhochain.chains.results import ChainResult
from rhochain.inputs.arguments import whole_number
from rhochain.inputs.arrays import Floats, contiguous
from rhochain.inputs.coercion import plain_array
from rhochain.runs.identity import vector_digest

__all__ = ["carried"]

_NAMES = {"jvp": "v", "vjp": "g"}


def carried(
    product: Product,
    direction: str,
    given: npt.ArrayLike,
    callback: Callable[[ChainProgress], object] | None,
    record_every: int,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 300.0,
) -> ChainResult:
    """P `given` for the direction "jvp", P^T `given` for "vjp", as `Chain` documents them."""
    name, callers = _NAMES[direction], product.callers

    def checked() -> tuple[Floats, bool, int]:
        reporter(callback)  # refuses a callback of the wrong type before it reads a checkpoint
        block, single = _block(name, given, product.length)
        return block, single, whole_number("record_every", record_every, 1, 2**62)

    block, single, every = callers.together(checked)
    callers.require_same(**{f"the columns of {name}": block.shape[1], "record_every": every})
    run = product.saved_run(
        checkpoint,
        checkpoint_seconds,
        lambda: {"direction": direction, "record_every": every, name: vector_digest(product.matrix, block)},
    )
    core_pass = product.core.jvp if direction == "jvp" else product.core.vjp
    raw = core_pass(
        block, threads=product.matrix.threads, callback=reporter(callback, run.begun), every=every, **run.core_options
    )
    return run.outcome(lambda: ChainResult.from_core(raw, product.steps, single=single))


def _block(name: str, given: npt.ArrayLike, n: int) -> tuple[Floats, bool]:
    """`given` as a block (n, b), and whether it is one vector."""
    x = plain_array(name, given)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
    columns = 1 if x.ndim == 1 else x.shape[1] if x.ndim == 2 else 0
    if columns == 0 or x.shape[0] != n:
        raise ValueError(f"{name} must have shape ({n},) or ({n}, b); got {x.shape}")
    return contiguous(x.reshape(n, columns)), x.ndim == 1
