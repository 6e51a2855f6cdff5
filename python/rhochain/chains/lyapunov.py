"""The run that finds the Lyapunov exponents of a chain: the mean growth per step in each of its leading directions."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

from rhochain.chains.product import Product
from rhochain.chains.progress import ChainProgress, reporter
from rhochain.chains.results import LyapunovSpectrum
from rhochain.inputs.arguments import real_number, whole_number

__all__ = ["lyapunov_spectrum"]


def lyapunov_spectrum(
    product: Product,
    k: int,
    seed: int,
    discard: int | None,
    atol: float | None,
    callback: Callable[[ChainProgress], object] | None,
    checkpoint: str | os.PathLike[str] | None,
    checkpoint_seconds: float,
) -> LyapunovSpectrum:
    """The k leading Lyapunov exponents, as `Chain.lyapunov` documents them."""
    n, K = product.size, product.steps

    def checked() -> tuple[int, int, int, float]:
        count = whole_number("k", k, 1, n)
        drawn = whole_number("seed", seed, 0, 2**64 - 1)
        skipped = K // 10 if discard is None else whole_number("discard", discard, 0, max(0, K - 1))
        target = 0.0 if atol is None else real_number("atol", atol)
        if atol is not None and not 0.0 < target < math.inf:
            raise ValueError(f"atol must be a positive number, or None to run to the end; got {target!r}")
        reporter(callback)  # as in `carried`
        return count, drawn, skipped, target

    count, drawn, skipped, target = product.callers.together(checked)
    product.callers.require_same(k=count, seed=drawn, discard=skipped, atol=target)
    run = product.saved_run(
        checkpoint,
        checkpoint_seconds,
        lambda: {"measure": "lyapunov", "k": count, "seed": drawn, "discard": skipped},
    )
    raw = product.core.lyapunov(
        count,
        seed=drawn,
        discard=skipped,
        atol=target,
        threads=product.matrix.threads,
        callback=reporter(callback, run.begun),
        **run.core_options,
    )
    return run.outcome(lambda: LyapunovSpectrum.from_core(raw))
