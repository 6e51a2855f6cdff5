"""`check_many`: the check of many matrices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from rhochain.checking.check_arrays import CheckArrays, ChecksInterrupted, without_vectors
from rhochain.checking.checks import check
from rhochain.estimates.limits import Limits
from rhochain.estimates.many import on_error_word
from rhochain.inputs.activations import Activation
from rhochain.inputs.batches import batches, failure_of
from rhochain.inputs.side_by_side import side_by_side, thread_number
from rhochain.reports.gradient_report import GradientReport

__all__ = ["check_many"]


def check_many(
    Ws: Iterable[Any],
    activation: str | Activation | None = None,
    gain: float | npt.ArrayLike | None = None,
    *,
    leak: float | npt.ArrayLike = 1.0,
    inputs: Any = None,
    quick: bool = False,
    numerical_radius: bool = False,
    rtol: float = 1e-3,
    delta: float = 1e-9,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    reports: bool = False,
    on_error: str = "record",
) -> CheckArrays:
    """`check` of many matrices, each on one thread: row i is ``check(Ws[i], ...)``.

    Parameters
    ----------
    Ws, threads, on_error
        As in `spectral_radius_many`.
    activation, gain, leak, inputs, quick, numerical_radius, rtol, delta, seed, max_matvecs, max_seconds
        As in `check`, for each matrix by itself.
    reports : bool
        Keep the `GradientReport` of each matrix, some kilobytes and several vectors of length n.

    Returns
    -------
    CheckArrays
        In the order of `Ws`.

    Raises
    ------
    TypeError, ValueError
        As in `spectral_radius_many`.
    ChecksInterrupted
        Ctrl-C, once the checks that run have ended; carries the rows done by then.

    Notes
    -----
    Grades: those of `check`; `delta` holds for each PROBABLE bound of each matrix by itself.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> Ws = np.random.default_rng(0).standard_normal((4, 30, 30)) / 30
    >>> rc.check_many(Ws, "tanh")
    CheckArrays(4 matrices: 4 VANISHES)
    """
    Limits.of_many(rtol, delta, seed, threads, max_matvecs, max_seconds)
    raises = on_error_word(on_error)
    options: dict[str, Any] = {
        "activation": activation,
        "gain": gain,
        "leak": leak,
        "inputs": inputs,
        "quick": quick,
        "numerical_radius": numerical_radius,
        "rtol": rtol,
        "delta": delta,
        "seed": seed,
        "threads": 1,
        "max_matvecs": max_matvecs,
        "max_seconds": max_seconds,
    }
    if np.ndim(leak) == 0 and (gain is None or np.ndim(gain) == 0):
        check(np.zeros((1, 1)), activation, gain, leak=leak, quick=True)  # what is wrong for every matrix raises
    team = thread_number(threads)
    found: list[GradientReport | None] = []
    errors: dict[int, str] = {}
    try:
        for index, outcome in side_by_side(batches(Ws, team, square=True), team, partial(check, **options)):
            if isinstance(outcome, Exception):
                if raises:
                    raise failure_of(index, outcome) from outcome
                errors[index] = f"{type(outcome).__name__}: {outcome}"
                found.append(None)
            else:
                report = cast(GradientReport, outcome)  # of a `Matrix`, never of a model
                found.append(report if reports else without_vectors(report))
    except KeyboardInterrupt:
        raise ChecksInterrupted(CheckArrays.from_reports(found, errors, reports)) from None
    return CheckArrays.from_reports(found, errors, reports)
