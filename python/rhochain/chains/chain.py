"""The operations that chains of all cells share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy.typing as npt

from rhochain.chains.covariant_vectors import CovariantVectors, covariant_vectors
from rhochain.chains.lyapunov import lyapunov_spectrum
from rhochain.chains.norm import product_norm
from rhochain.chains.passes import carried
from rhochain.chains.product import Product
from rhochain.chains.progress import ChainProgress
from rhochain.chains.results import ChainResult, LyapunovSpectrum
from rhochain.chains.typical_growth import TypicalGrowth, typical_growth
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.limits import Limits

__all__ = ["Chain"]

_Callback = Callable[[ChainProgress], object]


class Chain:
    """The product P of K factors, known by its products with vectors."""

    _product: Product

    @property
    def steps(self) -> int:
        """K, the number of factors."""
        return self._product.steps

    @property
    def shape(self) -> tuple[int, int]:
        """(N, N), the shape of P: N = 2n for an LSTM, n for all other chains."""
        return (self._product.size, self._product.size)

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
            On ranks the slice of this rank, and so are the vectors of the result.
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops after that step.
        record_every : int
            m: `log_norms` get a row after 0, m, 2m, ... steps and after the last.
        checkpoint : str or path, optional
            A file for the state of the run. The call writes it before the first step, then between steps, and when the
            run ends, is stopped or interrupted. If the file exists the run resumes from it, to the same bits as an
            unbroken run. The file stays when the run is complete; the same call then returns at once. On ranks all
            give it, and the first one reads and writes it. It has whole vectors: any number of ranks or one process
            goes on from it. Memory of the first rank: these vectors, as it saves them and those of the file that it
            goes on from; of the others, one vector while all save.
        checkpoint_seconds : float
            Least time between two writes; 0 writes after every step.

        Returns
        -------
        ChainResult

        Raises
        ------
        TypeError, ValueError
            Misuse; a checkpoint that is damaged, or of another run: other vectors, direction, steps, convention, leak
            or `record_every`, a W whose product with a fixed vector has other bits, slopes or states that differ in
            one of up to 16 rows sampled. The products of an operator and the
            other rows are not compared.
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
        return carried(self._product, "jvp", v, callback, record_every, checkpoint, checkpoint_seconds)

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
        return carried(self._product, "vjp", g, callback, record_every, checkpoint, checkpoint_seconds)

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
        return typical_growth(self._product, directions, quantiles, seed, record_every, callback)

    def lyapunov(
        self,
        k: int = 1,
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
            1 <= k <= n; by default the largest alone. Memory: five blocks of n x k numbers; seven for a GRU, six of
            2n x k for an LSTM.
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
        return lyapunov_spectrum(self._product, k, seed, discard, atol, callback, checkpoint, checkpoint_seconds)

    def covariant_vectors(
        self,
        k: int,
        at: int | None = None,
        *,
        until: int | None = None,
        seed: int = 0,
        callback: Callable[[ChainProgress], object] | None = None,
    ) -> CovariantVectors:
        """The k leading covariant Lyapunov vectors at step `at`.

        Vector i grows at the rate of exponent i of `lyapunov`, towards the future and the past alike; the vectors of
        the orthogonal frames of `lyapunov` do not. If all factors are one J the covariant vectors are its eigenvectors.

        Parameters
        ----------
        k : int
            1 <= k <= n. Memory: six blocks of n x k numbers (eight for a GRU, seven of 2n x k for an LSTM), and 8 k^2
            bytes a factorization after `at`, of which there may be one a step.
        at : int, optional
            0 <= at <= K; K // 2 by default. A frame turns into the leading directions over the steps before.
        until : int, optional
            at <= until <= K; K by default. On the walk back from there the vectors
            separate; `spread` measures how far.
        seed : int
            Of the frame at step 0 and of the two ends of the walk back.
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops, and then no vector is defined.

        Returns
        -------
        CovariantVectors
            Grade: ESTIMATE. Source: Ginelli, Poggi, Turchi, Chate, Livi & Politi 2007.

        Raises
        ------
        TypeError, ValueError
            Misuse.
        KeyboardInterrupt
            Ctrl-C; nothing is known before the end.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> J = np.array([[2.0, 1.0], [0.0, 1.0]])
        >>> found = rc.JacobianChain(J, slopes=np.ones((120, 2))).covariant_vectors(2)
        >>> np.round(found.vectors / found.vectors[0], 9)
        array([[ 1.,  1.],
               [ 0., -1.]])
        """
        return covariant_vectors(self._product, k, at, until, seed, callback)

    def norm(
        self,
        *,
        rtol: float = 1e-3,
        delta: float = 1e-9,
        seed: int = 0,
        max_matvecs: int | None = None,
        max_seconds: float | None = None,
        callback: Callable[[Progress], object] | None = None,
        start: npt.ArrayLike | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_seconds: float = 300.0,
    ) -> Bracket:
        """ln ||P||_2, of the largest factor by which P stretches a vector.

        Parameters
        ----------
        rtol : float in (0, 1)
            Stop once ``upper - lower <= rtol``: the relative width of a bracket of ||P||_2 itself.
        delta, seed, max_seconds, callback
            As in `spectral_norm`.
        max_matvecs : int, optional
            Largest number of products with the weights; one with P takes K.
        start : array_like of shape (n,), that of P's vectors, optional
            A vector for the lower bound; on ranks the slice of this rank.
        checkpoint, checkpoint_seconds
            As in `jvp`; compared are also `rtol`, `delta`, `seed` and `start`. The state is what each product with P
            brought, 8 n bytes each, and how far the one under way is; a pass for a proof or for the size of rounding is
            made again from its start. `matvecs` counts what was done before; a run that `max_matvecs` or `max_seconds`
            ended goes on with more.

        Returns
        -------
        Bracket
            Of a logarithm: its numbers may be negative, or -inf for a product that is zero. `residual` is
            ``||P^T P v - ||P||^2 v|| / ||P||^2``.

        Raises
        ------
        TypeError, ValueError
            Misuse; a checkpoint that is damaged or of another run.
        CheckpointError
            As in `jvp`, with the bracket so far.
        Interrupted
            Ctrl-C; carries the bracket so far.

        Notes
        -----
        Upper bound PROBABLE(delta) (Golub-Kahan on P, Theorem D of the docs, widened by what rounding can do to P v;
        ESTIMATE for an operator known by its products alone) or PROVED (sqrt(||P||_1 ||P||_inf)); lower bound PROVED
        while its error can be carried along, some tens of steps for weights of both signs, else ESTIMATE.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> chain = rc.JacobianChain(np.diag([0.5, 0.25]), slopes=np.ones((4, 2)))
        >>> bracket = chain.norm()
        >>> round(bracket.value / np.log(2.0).item(), 6), str(bracket.lower.grade)
        (-4.0, 'PROVED')
        """
        A, n, callers = self._product.matrix, self._product.length, self._product.callers
        limits = callers.together(
            lambda: Limits.of_call(
                A, rtol, delta, seed, None, max_matvecs, max_seconds, callback, start, start_length=n
            )
        )
        callers.require_same(
            rtol=limits.rtol,
            delta=limits.delta,
            seed=limits.seed,
            max_matvecs=limits.max_matvecs,
            **{"whether there is start": start is not None},
        )
        return product_norm(self._product, limits, checkpoint, checkpoint_seconds)
