"""What every kind of chain offers: products with it and its transpose, typical growth, Lyapunov exponents."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.chains.checkpoints import SavedRun
from rhochain.chains.identity import array_digest, matrix_digest
from rhochain.chains.lyapunov import LyapunovSpectrum
from rhochain.chains.results import ChainProgress, ChainResult, reporter
from rhochain.chains.typical_growth import TypicalGrowth, quantile_levels, random_directions, typical_growth
from rhochain.estimates.options import real_number, whole_number
from rhochain.inputs.coercion import plain_array
from rhochain.inputs.matrix import Matrix

__all__ = ["ChainProducts"]

_Callback = Callable[[ChainProgress], object]


class ChainProducts:
    """The product P of K factors, each (n, n), known by what it does to vectors.

    Attributes
    ----------
    matrix : Matrix
        The weights, with the threads of the products.
    """

    matrix: Matrix
    _core: _core.JacobianChain | _core.GatedChain

    @property
    def steps(self) -> int:
        """K, the number of factors."""
        return self._core.steps

    @property
    def shape(self) -> tuple[int, int]:
        """(n, n), the shape of P."""
        n = self.matrix.shape[0]
        return (n, n)

    def jvp(
        self,
        v: npt.ArrayLike,
        callback: _Callback | None = None,
        *,
        record_every: int = 1,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_seconds: float = 300.0,
    ) -> ChainResult:
        """P v: tangents carried forward from step 0 to step K - 1.

        Parameters
        ----------
        v : array_like of shape (n,) or (n, b)
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops after that step.
        record_every : int
            m: `log_norms` get a row after 0, m, 2m, ... steps and after the last.
        checkpoint : str or path, optional
            A file for the state of the run, written before the first step, then between steps, and when the run ends,
            is stopped or interrupted. If it exists the run goes on from it, to the same bits as an unbroken one. It
            stays when the run is complete; the same call then returns at once.
        checkpoint_seconds : float
            At most one write in so many seconds; 0 for one after every step.

        Returns
        -------
        ChainResult

        Raises
        ------
        TypeError, ValueError
            Misuse; a checkpoint that is damaged, or of another run: other vectors, direction, steps, convention, leak
            or `record_every`, a W whose product with a fixed vector has other bits, slopes or states that differ in
            one of up to 16 rows sampled. What an operator computes and the rows between those are not compared.
        CheckpointError
            A checkpoint cannot be written, as on a full disk: an OSError with the result so far. The run stops; the
            checkpoint before is intact.
        ChainInterrupted
            Ctrl-C; carries the result so far.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(np.array([[0.0, 2.0], [0.5, 0.0]]), slopes=np.ones((3, 2)))
        >>> mantissa, exponent = chain.jvp([1.0, 0.0]).vectors
        >>> mantissa * 2.0**exponent
        array([0. , 0.5])
        """
        return self._run("jvp", "v", v, callback, record_every, checkpoint, checkpoint_seconds)

    def vjp(
        self,
        g: npt.ArrayLike,
        callback: _Callback | None = None,
        *,
        record_every: int = 1,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_seconds: float = 300.0,
    ) -> ChainResult:
        """P^T g: gradients carried backward from step K - 1 to step 0.

        Parameters, exceptions and result as in `jvp`; `log_norms` count from the end of the trajectory backward.
        """
        return self._run("vjp", "g", g, callback, record_every, checkpoint, checkpoint_seconds)

    def typical(
        self,
        directions: int = 32,
        quantiles: Sequence[float] = (0.05, 0.5, 0.95),
        *,
        seed: int = 0,
        record_every: int = 1,
        callback: _Callback | None = None,
    ) -> TypicalGrowth:
        """Quantiles of ln ||P^T g|| over random unit vectors g, and an estimate of ln ||P||_F.

        Parameters
        ----------
        directions : int
            How many are drawn (NumPy's Philox generator, `standard_normal`) and carried as one block by `vjp`. Memory:
            five blocks of n x directions numbers.
        quantiles : sequence of float from 0 to 1
        seed : int
        record_every, callback
            As in `vjp`.

        Returns
        -------
        TypicalGrowth
            Grade: ESTIMATE.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(0.5 * np.eye(3), slopes=np.ones((10, 3)))
        >>> growth = chain.typical(8, [0.5])
        >>> np.exp(growth.log_quantiles[-1]) * 2**10, round(np.exp(2 * growth.log_frobenius).item() * 4**10, 9)
        (array([1.]), 3.0)
        """
        count = whole_number("directions", directions, 1, 2**31 - 1)
        levels = quantile_levels(quantiles)
        block = random_directions(self.shape[0], count, whole_number("seed", seed, 0, 2**64 - 1))
        result = self.vjp(block, callback, record_every=record_every)
        return typical_growth(result, self.shape[0], levels)

    def lyapunov(
        self,
        k: int,
        *,
        seed: int = 0,
        discard: int | None = None,
        atol: float | None = None,
        callback: _Callback | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_seconds: float = 300.0,
    ) -> LyapunovSpectrum:
        """The k leading Lyapunov exponents: mean growth per step, natural logarithms, with standard errors.

        Parameters
        ----------
        k : int
            1 <= k <= n. Memory: five blocks of n x k numbers; seven for a GRU, six of 2n x k for an LSTM.
        seed : int
            Of the random orthonormal frame at step 0.
        discard : int, optional
            First steps that are not counted, in which the frame turns into the leading directions; K // 10 by default.
        atol : float, optional
            Stop once there are 32 batches and every standard error is at most this; by default run to the end.
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops after that step.
        checkpoint, checkpoint_seconds
            As in `jvp`; compared are also `k`, `seed` and `discard`. The state is that of the last factorization. A run
            that `atol` ended goes on with a smaller one.

        Returns
        -------
        LyapunovSpectrum
            Grade: ESTIMATE.

        Raises
        ------
        TypeError, ValueError
            Misuse; a checkpoint that is damaged or of another run.
        CheckpointError
            As in `jvp`, with the spectrum so far.
        LyapunovInterrupted
            Ctrl-C; carries the spectrum so far.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(np.diag([4.0, 2.0]), slopes=np.tile([[0.5], [1.0]], (200, 2)))
        >>> np.round(np.exp(chain.lyapunov(2, discard=100).exponents) ** 2, 9)
        array([8., 2.])
        """
        n, K = self.shape[0], self.steps
        count = whole_number("k", k, 1, n)
        drawn = whole_number("seed", seed, 0, 2**64 - 1)
        skipped = K // 10 if discard is None else whole_number("discard", discard, 0, max(0, K - 1))
        target = 0.0 if atol is None else real_number("atol", atol)
        if atol is not None and not 0.0 < target < math.inf:
            raise ValueError(f"atol must be a positive number, or None to run to the end; got {target!r}")
        reporter(callback)  # as in _run
        run = SavedRun(
            checkpoint,
            checkpoint_seconds,
            lambda: self._run_identity({"measure": "lyapunov", "k": count, "seed": drawn, "discard": skipped}),
        )
        raw = self._core.lyapunov(
            count,
            seed=drawn,
            discard=skipped,
            atol=target,
            threads=self.matrix.threads,
            callback=reporter(callback, run.begun),
            **run.core_options,
        )
        return run.outcome(lambda: LyapunovSpectrum.from_core(raw))

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint compares beside the vectors: JSON values."""
        return {"matrix": matrix_digest(self.matrix), "shape": list(self.matrix.shape), "nnz": self.matrix.nnz}

    def _run_identity(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """That of a run of the chain, itself told apart by `run`."""
        return {"version": _core.build_info()["version"], "steps": self.steps, **run, **self._identity()}

    def _run(
        self,
        direction: str,
        name: str,
        given: npt.ArrayLike,
        callback: _Callback | None,
        record_every: int,
        checkpoint: str | os.PathLike[str] | None,
        checkpoint_seconds: float,
    ) -> ChainResult:
        x = plain_array(name, given)
        n = self.shape[0]
        if x.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
        if x.ndim not in (1, 2) or x.shape[0] != n or x.size == 0:
            raise ValueError(f"{name} must have shape ({n},) or ({n}, b); got {x.shape}")
        reporter(callback)  # a callback of the wrong type is told before a checkpoint is read
        every = whole_number("record_every", record_every, 1, 2**62)
        block = np.require(x.reshape(n, -1), np.float64, ["C", "A"])
        run = SavedRun(
            checkpoint,
            checkpoint_seconds,
            lambda: self._run_identity({"direction": direction, "record_every": every, name: array_digest(block)}),
        )
        product = self._core.jvp if direction == "jvp" else self._core.vjp
        raw = product(
            block,
            threads=self.matrix.threads,
            callback=reporter(callback, run.begun),
            every=every,
            **run.core_options,
        )
        return run.outcome(lambda: ChainResult.from_core(raw, self.steps, single=x.ndim == 1))
