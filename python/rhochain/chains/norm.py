"""ln ||P||_2 of a chain of any cell."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy.typing as npt

from rhochain.chains.checkpoints import SavedRun
from rhochain.chains.covariant_vectors import CovariantProducts
from rhochain.chains.identity import array_digest
from rhochain.estimates.brackets import Bracket, Progress
from rhochain.estimates.options import core_options

__all__ = ["ChainNorm"]


class ChainNorm(CovariantProducts):
    """A product P of Jacobians whose norm the core brackets."""

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
            A vector for the lower bound.
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
        n = self.shape[0]
        options = core_options(self.matrix, rtol, delta, seed, None, max_matvecs, max_seconds, callback, start, n)
        run = SavedRun(
            checkpoint,
            checkpoint_seconds,
            lambda: self._run_identity(
                {
                    "measure": "norm",
                    **{name: options[name] for name in ("rtol", "delta", "seed")},
                    "start": None if options["start"] is None else array_digest(options["start"]),
                }
            ),
        )
        raw = self._core.norm(**options, **run.core_options)
        return run.outcome(lambda: Bracket.from_core(raw))
