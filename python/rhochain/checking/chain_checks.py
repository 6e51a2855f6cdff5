"""`check_chain`: from a chain of any cell to a verdict for its trajectory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy.typing as npt

from rhochain.chains.chain import Chain
from rhochain.estimates.brackets import Progress
from rhochain.inputs.resources import granted_threads
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.computation import Computation
from rhochain.verdicts.trajectories import decide_for_chain, levels

__all__ = ["check_chain"]


def check_chain(
    chain: Chain,
    *,
    vanish_level: float = 1e-3,
    explode_level: float = 1e3,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_seconds: float = 300.0,
) -> ChainReport:
    """Did the gradient survive this trajectory? A verdict for a chain of any cell, GRU and LSTM too.

    Parameters
    ----------
    chain : JacobianChain, GRUChain, LSTMChain, StackChain or MatrixChain
        The Jacobians of a run, whose product is P.
    vanish_level, explode_level : float
        Norms of P below and above which it vanished or exploded; 0 < vanish < explode.
    rtol, delta, seed, max_matvecs, max_seconds, callback, start, checkpoint, checkpoint_seconds
        As in the chain's `norm`.

    Returns
    -------
    ChainReport
        Its verdict holds for these inputs alone; `check` speaks of all inputs, for networks x = W sigma(x) + ...

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket so far.
    CheckpointError
        The file cannot be written; carries the bracket so far.

    Notes
    -----
    Grades: a verdict rests on PROVED and PROBABLE(delta) bounds of ln ||P||_2 alone and names them. Source: the product
    of Jacobians of Pascanu, Mikolov & Bengio (2013), eq. 5, at its largest over all directions.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> half = np.full((50, 2), 0.5)     # without recurrent weights the Jacobian of a GRU is diag(z)
    >>> chain = rc.GRUChain.from_gates(np.zeros((6, 2)), h=half, r=half, z=half, n=half, q=half)
    >>> str(rc.check_chain(chain).verdict)
    'VANISHES_ON_TRAJECTORY'
    """
    if not isinstance(chain, Chain):
        raise TypeError(
            f"chain must be a JacobianChain, GRUChain, LSTMChain, StackChain or MatrixChain; got {type(chain).__name__}"
        )
    began = time.perf_counter()
    low, high = levels(vanish_level, explode_level)
    norm = chain.norm(
        rtol=rtol,
        delta=delta,
        seed=seed,
        max_matvecs=max_matvecs,
        max_seconds=max_seconds,
        callback=callback,
        start=start,
        checkpoint=checkpoint,
        checkpoint_seconds=checkpoint_seconds,
    )
    decision = decide_for_chain(chain.steps, norm, low, high)
    return ChainReport(
        verdict=decision.verdict,
        reason=decision.reason,
        steps=chain.steps,
        shape=chain.shape,
        norm=norm,
        vanish_level=low,
        explode_level=high,
        computed=Computation(
            seconds=time.perf_counter() - began,
            products=norm.matvecs,
            threads=getattr(getattr(chain, "matrix", None), "threads", 0) or granted_threads(),
            rtol=float(rtol),
            delta=float(delta),
            seed=int(seed),
            max_matvecs=max_matvecs,
            max_seconds=max_seconds,
            out_of_time=norm.out_of_time(max_seconds),
        ),
    )
