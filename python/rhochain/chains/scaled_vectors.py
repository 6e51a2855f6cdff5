"""Vectors as mantissa and exponent, which NumPy reads as the numbers themselves."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from rhochain.inputs.arrays import Floats, Integers

__all__ = ["RangeWarning", "ScaledVectors"]

# Any float64 other than 0 times two to this power is beyond the widest long double; int32 holds it.
_FARTHEST = 40_000


class RangeWarning(RuntimeWarning):
    """Entries of `ScaledVectors` left the range of the dtype that was asked for, and the array shows inf or 0."""


class ScaledVectors(NDArrayOperatorsMixin, tuple[Floats, int | Integers]):
    """The vectors ``mantissas * 2.0**exponents``, whose norms may lie beyond float64: a pair that is an array as well.

    Attributes
    ----------
    mantissas : ndarray of shape (n,) or (n, b)
        Each vector has a 2-norm in [1/2, 1), or is 0.
    exponents : int or ndarray of int64, shape (b,)
        Of each vector.

    Warns
    -----
    RangeWarning
        Where NumPy reads the vectors and an entry above the largest number becomes inf, or one near 0 becomes 0 or
        loses digits. ``warnings.simplefilter("error", rc.RangeWarning)`` makes it an error. `ChainResult.log_norms` and
        the two parts have no such limits.

    Notes
    -----
    As a tuple: ``mantissas, exponents = vectors``, ``vectors[0]``, ``len(vectors) == 2``. As an array of shape (n,) or
    (n, b): ``numpy.asarray(vectors)``, every function of NumPy, and operators. `numpy.asarray` makes a new array each
    time, rounded once to the dtype asked for (float64, or another real or complex floating type).

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> chain = rc.JacobianChain(np.diag([0.5, 2.0]), slopes=np.ones((10, 2)))
    >>> vectors = chain.vjp([1.0, 1.0]).vectors
    >>> np.asarray(vectors), bool(np.linalg.norm(vectors) > 1024), (vectors * 1024.0).tolist()
    (array([9.765625e-04, 1.024000e+03]), True, [1.0, 1048576.0])
    >>> vectors.exponents
    11
    """

    __slots__ = ()

    def __new__(cls, mantissas: Floats, exponents: int | Integers) -> ScaledVectors:
        return super().__new__(cls, (mantissas, exponents))

    def __getnewargs__(self) -> tuple[Floats, int | Integers]:
        return self[0], self[1]

    @property
    def mantissas(self) -> Floats:
        """Of shape (n,) or (n, b)."""
        return self[0]

    @property
    def exponents(self) -> int | Integers:
        """An int, or of shape (b,)."""
        return self[1]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array: (n,) or (n, b)."""
        return self.mantissas.shape

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("copy must not be False: an array of vectors kept as mantissa and exponent is a new one")
        return _array(self, np.dtype(np.float64 if dtype is None else dtype))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(x, ScaledVectors) for x in options.get("out", ())):
            return NotImplemented
        arrays = (np.asarray(x) if isinstance(x, ScaledVectors) else x for x in inputs)
        return getattr(ufunc, method)(*arrays, **options)


def _array(vectors: ScaledVectors, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """The numbers in `dtype`, each rounded once; RangeWarning where one is out of its range."""
    if dtype.kind not in "fc":
        raise TypeError(f"dtype must be a real or complex floating type; got {dtype}")
    real = np.empty(0, dtype).real.dtype
    wide = np.longdouble if real.itemsize > 8 else np.float64
    mantissas = vectors.mantissas.astype(wide, copy=False)
    with np.errstate(over="ignore", under="ignore"):
        exact = np.ldexp(mantissas, np.clip(vectors.exponents, -_FARTHEST, _FARTHEST).astype(np.int32))
        found = exact.astype(real, copy=False)
        _warn(vectors, found, mantissas)
    return found.astype(dtype, copy=False)


def _warn(vectors: ScaledVectors, found: npt.NDArray[Any], mantissas: npt.NDArray[Any]) -> None:
    beyond = int(np.count_nonzero(np.isinf(found)))
    # Only below the smallest normal number does a power of two lose digits.
    small = (np.abs(found) < np.finfo(found.dtype).tiny) & (mantissas != 0.0)
    near_zero = 0
    if small.any():
        wide = found[small].astype(mantissas.dtype)
        exponents = np.broadcast_to(vectors.exponents, mantissas.shape)[small]
        back = np.ldexp(wide, np.clip(-exponents, -_FARTHEST, _FARTHEST).astype(np.int32))
        near_zero = int(np.count_nonzero(back != mantissas[small]))
    if not (beyond or near_zero):
        return
    parts = [f"{beyond:,} beyond its range became inf"] if beyond else []
    parts += [f"{near_zero:,} near 0 became 0 or lost digits"] if near_zero else []
    warnings.warn(
        f"of {found.size:,} entries in {found.dtype} {' and '.join(parts)}: mantissas and exponents hold them",
        RangeWarning,
        stacklevel=_frames_within_numpy(),
    )


def _frames_within_numpy() -> int:
    """The level of the first caller outside of this file and of NumPy."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _internal(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _internal(module: str) -> bool:
    return module == __name__ or module.partition(".")[0] == "numpy"
