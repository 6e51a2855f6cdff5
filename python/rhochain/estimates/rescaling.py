"""A matrix multiplied so that its spectral radius, or one of its norms, has a given value."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.estimates.brackets import Bracket, Status
from rhochain.estimates.leaky_rescaling import leaky_factor
from rhochain.estimates.scaling import scaled_norm as _scaled_norm
from rhochain.estimates.spectra import components
from rhochain.estimates.spectra import perron_radius as _perron_radius
from rhochain.estimates.spectra import spectral_norm as _spectral_norm
from rhochain.estimates.spectra import spectral_radius as _spectral_radius
from rhochain.inputs.arguments import real_number
from rhochain.inputs.coercion import without_tensor
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.peers import Peers
from rhochain.ranks.calls import call_of_ranks
from rhochain.ranks.neuron_leaks import NeuronLeaks, leaks_of
from rhochain.ranks.sliced_matrix import SlicedMatrix
from rhochain.weights.weights import Weights

__all__ = ["rescale"]

_ESTIMATORS: dict[str, Callable[..., Bracket]] = {
    "spectral_radius": _spectral_radius,
    "spectral_norm": _spectral_norm,
    "perron_radius": _perron_radius,
    "scaled_norm": _scaled_norm,
}


@call_of_ranks
def rescale(
    W: Any,
    *,
    spectral_radius: float | None = None,
    spectral_norm: float | None = None,
    perron_radius: float | None = None,
    scaled_norm: float | None = None,
    leak: float | npt.ArrayLike = 1.0,
    conservative: bool = False,
    **options: Any,
) -> tuple[Any, float]:
    """W times the factor that gives one of its four quantities a target value.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
        With entries: neither an operator nor a `Matrix`, which only borrows its array. A `rhochain.distributed.Matrix`
        gives one, with its rows on the same ranks.
    spectral_radius, spectral_norm, perron_radius, scaled_norm : float >= 0, optional
        The target value of rho(W), sigma_1(W), rho(|W|) or mu_D(W). Give exactly one. 0 gives the zero matrix.
    leak : float in (0, 1] or array_like of shape (n,)
        With `spectral_radius` alone: a of a leaky integrator, one for all neurons or one for each (of the rank). The
        factor f then gives ``(1 - a) I + a f W`` the target radius, the effective spectral radius of an echo state
        network. This radius is 1 - min(a) for f = 0. The Notes state which f the call returns.
    conservative : bool
        False: the factor brings the bracket's value to the target, as closely as the value is known. True: the factor
        brings the graded upper bound to the target, so that the quantity itself does not exceed it (with that
        bound's grade).
    **options
        Of the estimator: `rtol`, `delta`, `seed`, `threads`, `max_matvecs`, `max_seconds`, `callback`, `start`.

    Returns
    -------
    scaled : ndarray, sparse array or Weights
        ``factor * W`` in the format of W and its dtype (float64 for integers), a sparse tensor as CSR; a `Weights`,
        with its ids, of a `Weights`, a file, a graph or a table; a `rhochain.distributed.Matrix` of one. W itself is
        left alone.
    factor : float
        Use it to rescale again without another estimate: without a leak all four quantities scale with it.

    Raises
    ------
    TypeError, ValueError
        Misuse; ValueError too where the quantity is 0, where no factor was found for a leak, where only an ESTIMATE
        bounds it and `conservative` is set, or where the factor or an entry leaves the range of its type, or all
        entries become 0.
    Interrupted
        Ctrl-C; carries the bracket so far.

    Warns
    -----
    RuntimeWarning
        The bracket has not converged and `conservative` is not set: only its bounds limit the quantity.

    Notes
    -----
    Grade of the conservative form: that of the estimator's upper bound, for the exact product; storing an entry
    rounds it once more (2^-53 of it in float64, 2^-24 in float32). The central form claims nothing beyond the bracket.
    With a leak the factor is the smallest above 0 with this radius, found by a root search on brackets of
    ``spectral_radius(f W, leak=leak)``. With one leak the radius is a convex function of f: above 1 - a there is one
    factor, below it none or two, and the smaller is returned. With a leak for each neuron it need not be convex, and
    the factor is the first that a scan of factors in steps of 25 % (10 % below 1 - min(a)) meets. ``max_matvecs`` and
    ``max_seconds`` are then budgets of the whole search. The conservative form checks the factor with random vectors
    of its own. The quantities differ: rho(W) = 0.9 leaves sigma_1(W) free, and in a nonlinear network rho(W) < 1
    certifies nothing.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W2, factor = rc.rescale(np.array([[0.0, 4.0], [1.0, 0.0]]), spectral_radius=0.9)
    >>> round(factor, 6), round(rc.spectral_radius(W2).value, 6)
    (0.45, 0.9)
    >>> W2, factor = rc.rescale(np.array([[0.0, 4.0], [1.0, 0.0]]), spectral_radius=0.9, leak=0.5)
    >>> round(factor, 2), round(rc.spectral_radius(W2, leak=0.5).value, 2)
    (0.4, 0.9)
    """
    wanted = {
        "spectral_radius": spectral_radius,
        "spectral_norm": spectral_norm,
        "perron_radius": perron_radius,
        "scaled_norm": scaled_norm,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(wanted)}; got {', '.join([*given, *options]) or 'none'}")
    ((quantity, value),) = given.items()
    target = real_number(quantity, value)
    if not 0.0 <= target < math.inf:
        raise ValueError(f"{quantity} must be finite and at least 0; got {target!r}")
    W = without_tensor(W)
    entries = _entries(W.matrix if isinstance(W, Weights) else W)
    A = W if isinstance(W, Matrix) else Matrix(W)
    peers = A.peers
    factor = _factor(A, quantity, target, leaks_of(A, leak), conservative, options)
    del A  # its layouts, before there are other entries
    multiplied = _multiplied(entries, factor, f"{quantity} = {target!r}", peers)
    return _of_kind(W, multiplied), factor


def _factor(
    A: Matrix, quantity: str, target: float, leaks: NeuronLeaks, conservative: bool, options: dict[str, Any]
) -> float:
    if leaks.least < 1.0:
        if quantity != "spectral_radius":
            raise ValueError(f"leak goes with spectral_radius alone; got {quantity}")
        return leaky_factor(A, leaks, target, conservative=conservative, **options)
    if target == 0.0:
        return 0.0
    found = _ESTIMATORS[quantity](A, **options)
    factor = target / _divisor(A, found, quantity, conservative)
    if not 0.0 < factor < math.inf:
        raise ValueError(f"{quantity} must be within reach of a factor; got {target!r} where it is {found}")
    while conservative and Fraction(factor) * Fraction(found.upper.value) > Fraction(target):
        factor = math.nextafter(factor, 0.0)
    if not conservative and found.status is not Status.CONVERGED:
        warnings.warn(
            f"rescaled by a {quantity} that is not converged, so {target!r} may be missed: {found}",
            RuntimeWarning,
            stacklevel=4,
        )
    return factor


def _of_kind(W: Any, scaled: Any) -> Any:
    """The scaled matrix, with the names and the orientation of the W that was given, and on its ranks."""
    if isinstance(W, SlicedMatrix):
        return W.with_own_rows(scaled)
    return dataclasses.replace(W, matrix=scaled) if isinstance(W, Weights) else scaled


def _multiplied(entries: Any, factor: float, wish: str, peers: Peers) -> Any:
    # In float64: a float32 factor would round the quantity as a whole, perhaps upwards.
    with np.errstate(over="ignore", under="ignore"):
        scaled = (entries.astype(np.float64) * factor).astype(entries.dtype)
    values = scaled.tocoo().data if sparse.issparse(scaled) else scaled
    if peers.any(not np.isfinite(values).all()):
        raise ValueError(f"{wish} must keep the entries within {scaled.dtype}; times {factor!r} one is beyond")
    if factor > 0.0 and not peers.any(bool(values.any())):
        raise ValueError(f"{wish} must keep entries above 0 in {scaled.dtype}; all times {factor!r} are rounded to 0")
    return scaled


def _divisor(W: Any, found: Bracket, quantity: str, conservative: bool) -> float:
    if conservative and not found.upper.graded:
        raise ValueError(f"conservative needs a graded upper bound of the {quantity}; got {found.upper}")
    divisor = found.upper.value if conservative else found.value
    if divisor == 0.0:
        raise ValueError(f"the {quantity} must not be 0: {_why_zero(W)}")
    if not math.isfinite(divisor):
        raise ValueError(f"the {quantity} must be known to be finite; got {found!r}")
    return divisor


def _why_zero(W: Any) -> str:
    """Why a quantity is 0, and what to ask for instead."""
    cycles = components(W)
    if cycles.cyclic == 0 and cycles.longest_path == 0:
        return "W is 0, and so is every multiple"
    why = "the signs of W cancel in its powers" if cycles.cyclic else "W has no cycle"
    return f"{why}, so no factor changes it; scale by spectral_norm instead"


def _entries(W: Any) -> Any:
    """W as an array that can be multiplied, in a floating dtype; the rows of this rank where ranks share it."""
    if isinstance(W, SlicedMatrix):
        return W.own_rows
    if isinstance(W, Matrix) or (hasattr(W, "matvec") and not sparse.issparse(W)):
        raise TypeError(
            f"W must be an array or sparse array, whose entries rescale multiplies; got a {type(W).__name__}: multiply "
            "it by the target over its quantity, such as 0.9 / spectral_radius(W).value"
        )
    if not (sparse.issparse(W) or isinstance(W, np.ndarray)):
        W = np.asarray(W)
    if W.dtype.kind not in "biuf":
        raise TypeError(f"W must be a real array or sparse array with entries; got dtype {W.dtype}")
    return W if W.dtype.kind == "f" else W.astype(np.float64)
