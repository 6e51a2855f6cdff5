"""Products with a chain and with its transpose: what every kind of chain offers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.chain_results import ChainProgress, ChainResult, reporter
from rhochain.matrix import Matrix

__all__ = ["ChainProducts"]

_Floats = npt.NDArray[np.float64]


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

    def jvp(self, v: npt.ArrayLike, callback: Callable[[ChainProgress], object] | None = None) -> ChainResult:
        """P v: tangents carried forward from step 0 to step K - 1.

        Parameters
        ----------
        v : array_like of shape (n,) or (n, b)
        callback : callable, optional
            Called with a `ChainProgress`; returning True stops after that step.

        Returns
        -------
        ChainResult

        Raises
        ------
        TypeError, ValueError
            Misuse.
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
        return self._run(self._core.jvp, "v", v, callback)

    def vjp(self, g: npt.ArrayLike, callback: Callable[[ChainProgress], object] | None = None) -> ChainResult:
        """P^T g: gradients carried backward from step K - 1 to step 0.

        Parameters, exceptions and result as in `jvp`; `log_norms` count from the end of the trajectory backward.
        """
        return self._run(self._core.vjp, "g", g, callback)

    def _run(
        self,
        product: Callable[..., tuple[_Floats, npt.NDArray[np.int64], _Floats, bool]],
        name: str,
        given: npt.ArrayLike,
        callback: Callable[[ChainProgress], object] | None,
    ) -> ChainResult:
        x = np.asarray(given)
        n = self.shape[0]
        if x.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
        if x.ndim not in (1, 2) or x.shape[0] != n or x.size == 0:
            raise ValueError(f"{name} must have shape ({n},) or ({n}, b); got {x.shape}")
        report = reporter(callback)
        block = np.ascontiguousarray(x.reshape(n, -1), dtype=np.float64)
        raw = product(block, self.matrix.threads, report)
        return ChainResult.from_core(raw, self.steps, single=x.ndim == 1)
