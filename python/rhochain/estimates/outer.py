"""The eigenvalues of largest modulus, each in a graded disc, and the gaps between their moduli."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Grade, Progress, Status, json_complex, json_number
from rhochain.estimates.limits import Limits
from rhochain.inputs.arguments import whole_number
from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import square_matrix
from rhochain.ranks.calls import call_of_ranks

__all__ = ["OuterEigenvalues", "outer_eigenvalues"]


@dataclass(frozen=True, eq=False, repr=False)
class OuterEigenvalues:
    """The k eigenvalues of largest modulus, as `outer_eigenvalues` found them.

    Attributes
    ----------
    values : ndarray of complex, shape (k,)
        By falling modulus, each as often as its multiplicity; a complex pair stands together, the one with the
        positive imaginary part first. Shorter where the budget ended first.
    radii : ndarray of float, shape (k,)
        Of the discs about `values`; NaN for an ESTIMATE.
    grades : tuple of Grade, length k
        PROVED: the eigenvalues of W can be numbered, with multiplicity, so that each of these values has its own one
        in its disc. ESTIMATE: nothing is claimed.
    residuals : ndarray of float, shape (k,)
        ``||W x - value x||`` of unit Ritz vectors, in their strongly connected component; of a Schur vector for a value
        found after others were deflated.
    conditions : ndarray of float, shape (k,)
        ``1/|y* x|``, ESTIMATEs, in the component; NaN where unknown.
    gaps : ndarray of float, shape (k,)
        The modulus of each value less that of the next one; of the last one less `rest`. NaN where k = n, or
        where the budget ended before the search looked at the others.
    rest : Bound
        At least the modulus of every other eigenvalue, such as the edge of the bulk beside outliers. An ESTIMATE is the
        largest modulus that the search saw among the others: where the search missed an eigenvalue, so did this bound.
        Only the upper bound of `spectral_radius` tells how far outside a missed one could be. Infinite where the budget
        ended first.
    status : Status
        CONVERGED: k values whose residuals are at most ``rtol * abs(value)`` or rounding beside the outermost modulus,
        and a search from another random start found nothing farther out.
    matvecs : int
    seconds : float
    order : int
        n.
    """

    values: npt.NDArray[np.complex128]
    radii: Floats
    grades: tuple[Grade, ...]
    residuals: Floats
    conditions: Floats
    gaps: Floats
    rest: Bound
    status: Status
    matvecs: int = 0
    seconds: float = 0.0
    order: int = 0

    @property
    def converged(self) -> bool:
        """Whether `status` is CONVERGED."""
        return self.status is Status.CONVERGED

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        lines = [f"{len(self)} of {self.order} eigenvalues by modulus, {self.status}, {self.matvecs} matvecs"]
        rows = zip(self.values, self.radii, self.grades, self.residuals, self.gaps, strict=True)
        for z, radius, grade, residual, gap in rows:
            number = f"{z.real:.7g}" if z.imag == 0.0 else f"{z.real:.7g}{z.imag:+.7g}j"
            error = f"within {radius:.2g}" if grade is Grade.PROVED else f"residual {residual:.2g}"
            lines.append(f"  {number:<24} modulus {abs(z):<10.7g} gap {gap:<9.3g} {error} {grade}")
        lines.append(f"  all others: modulus at most {self.rest}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """All of it in plain JSON types."""
        rows = zip(self.values, self.radii, self.grades, self.residuals, self.conditions, self.gaps, strict=True)
        return {
            "eigenvalues": [
                {
                    "value": json_complex(complex(z)),
                    "radius": json_number(radius),
                    "grade": str(grade),
                    "residual": json_number(residual),
                    "condition": json_number(condition),
                    "gap": json_number(gap),
                }
                for z, radius, grade, residual, condition, gap in rows
            ],
            "rest": self.rest.to_dict(),
            "status": str(self.status),
            "order": self.order,
            "matvecs": self.matvecs,
            "seconds": self.seconds,
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """All of it as strict JSON."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


@call_of_ranks
def outer_eigenvalues(
    W: Any,
    k: int,
    *,
    rtol: float = 1e-6,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
) -> OuterEigenvalues:
    """The k eigenvalues of W of largest modulus, with multiplicity, and the gaps between them.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
    k : int, 1 to n
        How many. Of a complex pair that this cuts, the one with the positive imaginary part stays.
    rtol : float in (0, 1)
        Largest residual of a value, relative to its modulus. The error of the value is up to its condition times that.
    seed, threads, max_matvecs, max_seconds, callback
        As in `spectral_radius`. A callback receives the modulus of the outermost value so far.

    Returns
    -------
    OuterEigenvalues

    Raises
    ------
    TypeError, ValueError
        Misuse; the message names the argument, what came and what was expected.
    Interrupted
        Ctrl-C; carries the bracket of the outermost modulus so far.

    Notes
    -----
    Grades: PROVED for W whose strongly connected components have at most 150 vertices each (discs by Gershgorin's
    theorem in a basis of approximate eigenvectors, and the weights of loops themselves), also for those outermost
    values that components which are larger cannot reach, and for a `LowRankUpdate` of order at most 150. Eigenvalues
    that are nearly defective get large discs or are ESTIMATEs. Everything else is an ESTIMATE: Krylov-Schur, then the
    same with the values found deflated, from another random start, until nothing farther out is found. An ESTIMATE may
    miss an eigenvalue.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> found = rc.outer_eigenvalues(np.diag([1.0, -3.0, 2.0, 2.0]), 3)
    >>> found.values.real, found.gaps
    (array([-3.,  2.,  2.]), array([1., 0., 1.]))
    """
    A = square_matrix(W)
    n = A.shape[0]
    count = whole_number("k", k, 1, max(n, 1))
    if n == 0:
        raise ValueError("k must be at most the order of W, which is 0")
    limits = Limits.of_call(A, rtol, 1e-6, seed, threads, max_matvecs, max_seconds, callback)
    raw, rest, found = _core.outer_eigenvalues(A.operator, limits.core, count)
    run = Bracket.from_core(raw)
    values, radii, proved, residuals, conditions = zip(*found, strict=True) if found else ((), (), (), (), ())
    moduli = np.abs(np.array(values, dtype=np.complex128))
    beyond = rest.value if len(values) < n and math.isfinite(rest.value) else math.nan
    with np.errstate(invalid="ignore"):  # of two moduli beyond float64
        gaps = moduli - np.append(moduli[1:], beyond)[: len(moduli)]
    return OuterEigenvalues(
        values=np.array(values, dtype=np.complex128),
        radii=np.array(radii, dtype=np.float64),
        grades=tuple(Grade.PROVED if known else Grade.ESTIMATE for known in proved),
        residuals=np.array(residuals, dtype=np.float64),
        conditions=np.array(conditions, dtype=np.float64),
        gaps=gaps,
        rest=Bound.from_core(rest),
        status=run.status,
        matvecs=run.matvecs,
        seconds=run.seconds,
        order=n,
    )
