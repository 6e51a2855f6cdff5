"""A user's script, for type checkers alone: the types that they see without a cast."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from typing_extensions import assert_type

import rhochain as rc


def of_arrays(W: npt.NDArray[np.float64]) -> float:
    report = rc.check(W, activation="tanh", leak=0.5, rtol=1e-4)
    assert_type(report, rc.GradientReport)
    assert_type(report.verdict, rc.Verdict)
    gain = report.critical_gain
    if gain is None:
        return 0.0
    bracket = rc.spectral_radius(W, proved=True)
    assert_type(bracket, rc.Bracket)
    assert_type(bracket.value, float)
    assert_type(bracket.upper, rc.Bound)
    assert_type(bracket.upper.grade, rc.Grade)
    assert_type(rc.spectral_norm(W), rc.Bracket)
    assert_type(report.to_html(), str)
    return bracket.value


def of_files(path: Path) -> str:
    report = rc.check(path, activation="tanh")
    assert_type(report, rc.GradientReport | rc.ModelReport)
    if isinstance(report, rc.ModelReport):
        return ", ".join(f"{layer.name}" for layer in report.layers)
    assert_type(report, rc.GradientReport)
    W = rc.load(path, source="pre", target="post", weight="n", rows="target")
    if isinstance(W, rc.Weights):
        assert_type(rc.check(W, "tanh"), rc.GradientReport)
        return str(W.ids)
    return str(rc.load(path, dry_run=True))


def of_state_dicts(state: dict[str, npt.NDArray[np.float32]]) -> tuple[str | None, ...]:
    report = rc.check(state, activation="tanh")
    assert_type(report, rc.ModelReport)
    return tuple(layer.name for layer in report.layers)


def of_many(Ws: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    found = rc.spectral_radius_many(Ws, rtol=1e-3)
    assert_type(found, rc.BracketArrays)
    assert_type(rc.spectral_norm_many(Ws), rc.BracketArrays)
    assert_type(rc.check_many(Ws, "tanh"), rc.CheckArrays)
    return found.upper - found.lower


def of_chains(W: npt.NDArray[np.float64], slopes: npt.NDArray[np.float64]) -> float:
    chain = rc.JacobianChain(W, slopes=slopes)
    assert_type(chain.vjp(np.ones(W.shape[0])), rc.ChainResult)
    assert_type(rc.check_chain(chain), rc.ChainReport)
    assert_type(rc.check(W, "tanh", chain=chain), rc.GradientReport)
    return chain.norm().value
