"""Products with blocks of an operator as people write it: a function of one vector, or a product with blocks.

An operator gets vectors of shape (n,), as `scipy.sparse.linalg.eigs` calls it, unless it defines a product with blocks.
SciPy's default for blocks hands over columns of shape (n, 1), which a function of a vector may take for something else,
and then fails or gives another product. An operator may overwrite the array that it gets: the core gives each product
a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import LinearOperator

__all__ = ["Product", "block_product", "has_adjoint"]

Product = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]

_ADJOINTS = {"matmat": "rmatmat", "rmatmat": "matmat"}
_TRANSPOSING = ("_AdjointLinearOperator", "_TransposedLinearOperator")


def has_adjoint(W: Any, rows: int) -> bool:
    """Whether W has products with W^T. Many have the method and say only when called whether it works."""
    by_blocks = _defines(W, "rmatmat")
    if not by_blocks and not callable(getattr(W, "rmatvec", None)):
        return False
    try:
        W.rmatmat(np.zeros((rows, 1))) if by_blocks else _vector_method(W, "rmatvec")(np.zeros(rows))
    except NotImplementedError:
        return False
    return True


def block_product(W: Any, shape: tuple[int, ...], *, adjoint: bool = False) -> Product:
    """X to W X, or to W^T X, for blocks X of shape (columns of W, k); what W returns is checked."""
    by_blocks, by_vectors = ("rmatmat", "rmatvec") if adjoint else ("matmat", "matvec")
    rows = shape[1] if adjoint else shape[0]
    if _defines(W, by_blocks):

        def product(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            y = _numbers(W, by_blocks, getattr(W, by_blocks)(x))
            if y.shape != (rows, x.shape[1]):
                raise ValueError(
                    f"{_name(W, by_blocks)} must return {rows} numbers a vector; "
                    f"got shape {y.shape} for {x.shape[1]} vectors"
                )
            return y
    else:
        method = _vector_method(W, by_vectors)

        def product(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            y = np.empty((rows, x.shape[1]))
            for i, column in enumerate(x.T):
                of_column = _numbers(W, by_vectors, method(np.array(column)))
                if of_column.size != rows or of_column.squeeze().ndim > 1:
                    raise ValueError(
                        f"{_name(W, by_vectors)} must return {rows} numbers for a vector; got shape {of_column.shape}"
                    )
                y[:, i] = of_column.reshape(-1)
            return y

    return product


def _vector_method(W: Any, name: str) -> Callable[[npt.NDArray[np.float64]], Any]:
    """The function itself where SciPy's method would reshape a result of wrong size, and not say whose it is."""
    own = isinstance(W, LinearOperator) and getattr(type(W), name) is getattr(LinearOperator, name)
    method: Callable[[npt.NDArray[np.float64]], Any] = getattr(W, f"_{name}" if own else name)
    return method


def _defines(W: Any, name: str) -> bool:
    """Whether W defines the product with blocks `name`: SciPy's operators all have the method."""
    if not isinstance(W, LinearOperator):
        return callable(getattr(W, name, None))
    kind, hook = type(W), f"_{name}"
    if getattr(kind, name) is not getattr(LinearOperator, name):
        return True
    if getattr(kind, hook) is getattr(LinearOperator, hook):
        # SciPy then asks an adjoint that the class makes itself.
        return name == "rmatmat" and kind._adjoint is not LinearOperator._adjoint and _defines(W.H, "matmat")
    if not kind.__module__.startswith("scipy."):
        return True
    if kind.__name__ == "_CustomLinearOperator":  # of LinearOperator(shape, matvec, ..), which keeps what it was given
        return getattr(W, f"_CustomLinearOperator__{name}_impl", None) is not None
    inner = _ADJOINTS[name] if kind.__name__ in _TRANSPOSING else name
    return all(_defines(part, inner) for part in getattr(W, "args", ()) if isinstance(part, LinearOperator))


def _name(W: Any, method: str) -> str:
    return f"W.{method} ({type(W).__name__})"


def _numbers(W: Any, method: str, result: Any) -> npt.NDArray[np.float64]:
    """What W returned as float64; TypeError or ValueError where it holds anything but finite real numbers."""
    try:
        y = np.asarray(result)
    except ValueError as error:  # such as a ragged list
        raise TypeError(f"{_name(W, method)} must return an array of real numbers: {error}") from error
    if y.dtype.kind not in "biuf":
        raise TypeError(f"{_name(W, method)} must return real numbers; got dtype {y.dtype}")
    if not np.isfinite(y).all():
        raise ValueError(f"{_name(W, method)} must return finite numbers; got NaN or Inf")
    return y.astype(np.float64, copy=False)
