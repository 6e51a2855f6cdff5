"""Chains of matrices that the caller has: J_0, J_1, .. as arrays, in place of weights and slopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rhochain._core as _core
from rhochain.chains.chain import Chain
from rhochain.chains.product import Product
from rhochain.inputs.matrix import Matrix, square_matrices
from rhochain.inputs.orientation import require_orientation
from rhochain.runs.identity import matrices_digest

__all__ = ["MatrixChain"]


class MatrixChain(Chain):
    """The product P = J_{K-1} ... J_0 of matrices that the caller has, never formed.

    Parameters
    ----------
    matrices : iterable of anything `Matrix` takes, each of shape (n, n)
        J_0, J_1, .., J_{K-1}, at least one: a list, a generator, an array of shape (K, n, n). Sparse and dense ones,
        float32 and float64 may be mixed. CSR and dense arrays are borrowed: leave their entries alone while the chain
        lives. All others are copied. An operator needs ``rmatvec`` for `vjp` and `norm`.
    threads : int, optional
        By default all. The result does not depend on it, to the last bit.

    Attributes
    ----------
    matrices : tuple of Matrix

    Raises
    ------
    TypeError, ValueError
        No matrix, another shape than the first, entries that are not finite or no real numbers; the message has the
        index.

    Notes
    -----
    Memory: what is borrowed and copied, 2 to 3 kB a matrix, and four blocks of the size of the vectors. No layouts are
    made, as a call uses each J_k once: a product with the transpose of a sparse J_k takes several times as long as one
    with J_k itself. A J_k that is a `Matrix` uses those that it has, and an object that is in the list many times is
    held once. The methods and their grades are those of all chains: the bounds of `norm` are PROVED and PROBABLE for
    the stored matrices.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> from scipy import sparse
    >>> Js = [sparse.csr_array([[0.0, 2.0], [0.5 / (k + 1), 0.0]]) for k in range(4)]
    >>> chain = rc.MatrixChain(Js)
    >>> mantissa, exponent = chain.jvp([1.0, 1.0]).vectors
    >>> mantissa * 2.0**exponent
    array([0.33333333, 0.125     ])
    >>> bool(np.exp(chain.norm().upper.value) >= 1 / 3)
    True
    >>> rc.check_chain(rc.MatrixChain(0.5 * J for J in 30 * Js)).verdict.value
    'VANISHES_ON_TRAJECTORY'
    """

    def __init__(self, matrices: Iterable[Any], threads: int | None = None) -> None:
        held = square_matrices("matrices", matrices, threads)
        for J in held:
            require_orientation(J, "a chain")
        self.matrices: tuple[Matrix, ...] = held
        core = _core.MatrixChain([J.operator for J in held])
        self._product = Product(core, held[0], held[0].shape[0], lambda: {"matrices": matrices_digest(held)})

    def __repr__(self) -> str:
        return f"MatrixChain({self.steps} steps, n = {self.shape[0]})"
