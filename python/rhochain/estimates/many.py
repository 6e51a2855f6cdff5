"""rho(W) and sigma_1(W) of many matrices in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.bracket_arrays import BracketArrays, ManyInterrupted
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.limits import Limits
from rhochain.estimates.spectra import spectral_norm, spectral_radius
from rhochain.inputs.arguments import not_negative
from rhochain.inputs.batches import Batch, batches, failure_of
from rhochain.inputs.leaks import leak_vector
from rhochain.inputs.resources import byte_count

__all__ = ["on_error_word", "spectral_norm_many", "spectral_radius_many"]

_MEMORY = byte_count("memory", "2GiB")  # of each matrix, as `Matrix` has it

_Columns = dict[str, Any]
_Core = Callable[[list[Any]], tuple[_Columns, bool]]


def spectral_radius_many(
    Ws: Iterable[Any],
    *,
    rtol: float = 1e-3,
    upper_rtol: float | None = None,
    condition: bool = False,
    proved: bool = False,
    leak: float | npt.ArrayLike = 1.0,
    delta: float = 1e-6,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    vectors: bool = False,
    on_error: str = "record",
) -> BracketArrays:
    """rho(W) of many matrices, each on one thread: row i has the bits of ``spectral_radius(Ws[i])``.

    Parameters
    ----------
    Ws : iterable of anything `Matrix` takes, array_like of shape (B, n, n), or tuple of arrays
        A generator is read in batches of at most 256 matrices, and no further ahead. The shapes may differ. A tuple
        ``(indptr, indices, data)`` with data of shape (B, nnz) holds B matrices in CSR form on one pattern.
    rtol, upper_rtol, condition, proved, leak, delta, seed, max_matvecs, max_seconds
        As in `spectral_radius`, for each matrix by itself.
    threads : int, optional
        They share the matrices; by default OMP_NUM_THREADS, or as many as the process has cores. No bit of the result
        depends on it.
    vectors : bool
        Keep the eigenvectors.
    on_error : {"record", "raise"}
        "record": a matrix that fails is a row whose `status` is "failed", with the message in `error`. "raise": the
        first one, in order, raises its exception, with its index in the message.

    Returns
    -------
    BracketArrays
        In the order of `Ws`.

    Raises
    ------
    TypeError, ValueError
        Misuse of an argument beside `Ws`, an object that holds no matrices; with ``on_error="raise"`` a matrix that
        fails.
    ManyInterrupted
        Ctrl-C; carries the rows done by then.

    Notes
    -----
    Grades: those of `spectral_radius`. A PROBABLE bound fails with probability `delta` at most for each matrix by
    itself: of 10,000 matrices with the default 1e-6 all bounds hold at once with probability 0.99 at least.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> Ws = np.random.default_rng(0).standard_normal((5, 20, 20))
    >>> many = rc.spectral_radius_many(Ws)
    >>> many[3].upper == rc.spectral_radius(Ws[3]).upper
    True
    """
    limits = Limits.of_many(rtol, delta, seed, threads, max_matvecs, max_seconds)
    looser = 0.0 if upper_rtol is None else not_negative("upper_rtol", upper_rtol)
    by_neuron = np.ndim(leak) > 0
    a = leak_vector(leak, np.shape(leak)[0] if np.ndim(leak) == 1 else 1)
    goal: dict[str, Any] = {"condition": bool(condition), "proved": bool(proved)}
    core = partial(
        _core.spectral_radius_many,
        limits=limits.core,
        memory=_MEMORY,
        vectors=bool(vectors),
        upper_rtol=looser,
        leak=a if (a != 1.0).any() else None,
        **goal,
    )
    single = partial(spectral_radius, upper_rtol=upper_rtol, leak=leak, **goal)
    check = partial(leak_vector, leak) if by_neuron else None
    each = batches(Ws, limits.threads, square=True, check=check)
    return _solved(each, core, _with_limits(single, limits), bool(vectors), on_error_word(on_error))


def spectral_norm_many(
    Ws: Iterable[Any],
    *,
    rtol: float = 1e-3,
    upper_rtol: float | None = None,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    vectors: bool = False,
    on_error: str = "record",
) -> BracketArrays:
    """sigma_1(W) of many matrices, each on one thread: row i has the bits of ``spectral_norm(Ws[i])``.

    Parameters
    ----------
    Ws, threads, on_error
        As in `spectral_radius_many`; the matrices need not be square.
    rtol, upper_rtol, delta, seed, max_matvecs, max_seconds
        As in `spectral_norm`, for each matrix by itself.
    vectors : bool
        Keep the right singular vectors.

    Returns
    -------
    BracketArrays
        In the order of `Ws`.

    Raises
    ------
    TypeError, ValueError, ManyInterrupted
        As `spectral_radius_many`.

    Notes
    -----
    Grades: those of `spectral_norm`; `delta` holds for each matrix by itself.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> rc.spectral_norm_many([np.diag([3.0, -4.0]), np.ones((2, 8))]).value.round(6).tolist()
    [4.0, 4.0]
    """
    limits = Limits.of_many(rtol, delta, seed, threads, max_matvecs, max_seconds)
    looser = 0.0 if upper_rtol is None else not_negative("upper_rtol", upper_rtol)
    core = partial(
        _core.spectral_norm_many, limits=limits.core, memory=_MEMORY, vectors=bool(vectors), upper_rtol=looser
    )
    single = partial(spectral_norm, upper_rtol=upper_rtol)
    each = batches(Ws, limits.threads, square=False)
    return _solved(each, core, _with_limits(single, limits), bool(vectors), on_error_word(on_error))


def on_error_word(on_error: str) -> bool:
    """Whether a failing matrix raises."""
    if on_error not in ("record", "raise"):
        raise ValueError(f'on_error must be "record" or "raise"; got {on_error!r}')
    return on_error == "raise"


def _with_limits(single: Callable[..., Bracket], limits: Limits) -> Callable[[Any], Bracket]:
    return partial(
        single,
        rtol=limits.rtol,
        delta=limits.delta,
        seed=limits.seed,
        threads=1,
        max_matvecs=limits.max_matvecs,
        max_seconds=limits.max_seconds,
    )


def _solved(
    each: Iterable[Batch], core: _Core, single: Callable[[Any], Bracket], vectors: bool, raises: bool
) -> BracketArrays:
    """The rows of all batches. A matrix that fails in the core goes through the call for one, whose message it has."""
    blocks: list[_Columns] = []
    errors: dict[int, str] = {}
    try:
        for batch in each:
            columns, failures, interrupted = _rows(batch, core, single)
            blocks.append(columns)
            for index, error in failures.items():
                if raises:
                    raise failure_of(index, error) from error
                errors[index] = f"{type(error).__name__}: {error}"
            if interrupted:
                break
        else:
            return BracketArrays.from_columns(blocks, errors, vectors)
    except KeyboardInterrupt:
        pass
    raise ManyInterrupted(BracketArrays.from_columns(blocks, errors, vectors))


def _rows(batch: Batch, core: _Core, single: Callable[[Any], Bracket]) -> tuple[_Columns, dict[int, Exception], bool]:
    """The columns of a batch, what its matrices failed with, and whether Ctrl-C ended it."""
    columns, interrupted = core([prepared.parts for prepared in batch.matrices])
    failures = {}
    for k, (prepared, failed) in enumerate(zip(batch.matrices, columns["failed"], strict=True)):
        if failed:
            failures[batch.first + k] = prepared.error or _failure(single, prepared.given)
    return columns, failures, interrupted


def _failure(single: Callable[[Any], Bracket], W: Any) -> Exception:
    try:
        single(W)
    except Exception as error:
        return error
    return RuntimeError("it failed among the others, and not by itself")
