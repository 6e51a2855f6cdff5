"""How often is a spectral radius wrong without a word? rhochain, SciPy's ARPACK and ReservoirPy on the same reservoirs.

Every tool gets the same `scipy.sparse.csr_array` in float64. The truth is the largest modulus of `numpy.linalg.eigvals`
of the dense matrix. An answer is wrong where it is off by more than `WRONG` relatively and nothing was raised; a tool
failed where it raised. rhochain runs with its defaults (rtol 1e-3) and one seed a reservoir; `eigs` starts from a
vector uniform on [-1, 1], ARPACK's own law, drawn from that seed so that a run can be repeated; ReservoirPy chooses its
start.

Threads: thread pools take their size when NumPy is imported, so the script starts itself again with OMP_NUM_THREADS,
OPENBLAS_NUM_THREADS and MKL_NUM_THREADS set to `--threads`, for all tools alike. Tools take turns on each reservoir,
one timed call each, after one that is not counted.

Run `python benchmarks/wrong_rate.py [--count 300] [--seed S] [--threads 1] [--markdown PATH]`; ReservoirPy is in the
dependency group `peers`. The exit status is 1 if a bracket of rhochain misses the truth, or a value that it calls
converged is off by more than rtol, or it raised.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigs

import rhochain as rc

WRONG = 1e-3
RTOL = 1e-3
# Of the dense eigenvalues, relative to rho: a few hundred roundings times the condition number of an eigenvalue.
TRUTH_ERROR = 1e-11
SIZES = (500, 1000)
DENSITIES = (0.01, 0.02, 0.05, 0.2)
LAWS: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "Gaussian": lambda rng, k: rng.standard_normal(k),
    "uniform": lambda rng, k: rng.uniform(-1.0, 1.0, k),
    "+-1": lambda rng, k: rng.choice([-1.0, 1.0], k),
}
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Tally:
    """What one tool did: seconds of all calls, relative errors of those that answered."""

    name: str
    seconds: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    failed: int = 0

    def row(self) -> str:
        total = len(self.seconds)
        wrong = sum(not error <= WRONG for error in self.errors)
        median, late = np.percentile(self.seconds, [50, 95]) * 1e3
        largest = f"{max(self.errors):.1e}" if self.errors else "-"
        share = f"{wrong} ({100 * wrong / total:.1f} %)"
        return f"| {self.name} | {share} | {self.failed} | {median:.1f} | {late:.1f} | {largest} |"


@dataclass
class Brackets:
    """What only rhochain gives, and can be held to."""

    total: int = 0
    missed: int = 0
    converged: int = 0
    converged_wrong: int = 0
    graded: int = 0
    widths: list[float] = field(default_factory=list)

    def add(self, bracket: rc.Bracket, truth: float) -> None:
        self.total += 1
        slack = TRUTH_ERROR * truth
        self.missed += not bracket.lower.value - slack <= truth <= bracket.upper.value + slack
        self.graded += bracket.upper.graded
        self.widths.append(bracket.width)
        if bracket.status is rc.Status.CONVERGED:
            self.converged += 1
            self.converged_wrong += abs(bracket.value - truth) > RTOL * truth + slack

    def lines(self) -> list[str]:
        rows = {
            "brackets that miss the truth": self.missed,
            f"converged values off by more than {RTOL:g}": self.converged_wrong,
            "converged": f"{self.converged} ({100 * self.converged / self.total:.1f} %)",
            "upper bound graded": f"{self.graded} ({100 * self.graded / self.total:.1f} %)",
            "median width of the bracket": f"{100 * float(np.median(self.widths)):.2f} %",
        }
        return ["| rhochain's brackets | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items())]


def reservoirs(count: int, master: int) -> Iterator[tuple[sparse.csr_array, int]]:
    """`count` matrices, the combinations of size, density and law in turn, each with a seed of its own."""
    kinds = itertools.cycle(itertools.product(SIZES, DENSITIES, LAWS))
    seeds = np.random.SeedSequence(master).generate_state(count, np.uint32)
    for (n, density, law), seed in zip(kinds, seeds, strict=False):
        rng = np.random.default_rng(seed)
        W = sparse.random_array((n, n), density=density, rng=rng, format="csr")
        W.data = LAWS[law](rng, W.nnz)
        yield W, int(seed)


def arpack(W: sparse.csr_array, seed: int, k: int, ncv: int | None) -> float:
    start = np.random.default_rng([seed, 1]).uniform(-1.0, 1.0, W.shape[0])
    return float(np.abs(eigs(W, k=k, ncv=ncv, v0=start, return_eigenvectors=False)).max())


def peers() -> dict[str, Callable[[sparse.csr_array, int], float]]:
    tools: dict[str, Callable[[sparse.csr_array, int], float]] = {}
    for k, ncv in itertools.product((1, 6, 10), (None, 40, 80)):
        tools[f"SciPy eigs, k = {k}, ncv {ncv or 'default'}"] = partial(arpack, k=k, ncv=ncv)
    if importlib.util.find_spec("reservoirpy") is None:
        print("ReservoirPy is not installed and left out: pip install reservoirpy")
        return tools
    from reservoirpy.observables import spectral_radius

    tools["ReservoirPy spectral_radius"] = lambda W, seed: float(spectral_radius(W))
    return tools


def measured(tally: Tally, call: Callable[[], Any], truth: float) -> Any:
    """The answer of a call, or None where it raised; time and error go into the tally."""
    begin = time.perf_counter()
    try:
        answer = call()
    except Exception:  # whatever a tool raises, its user is warned
        tally.failed += 1
        return None
    finally:
        tally.seconds.append(time.perf_counter() - begin)
    value = answer.value if isinstance(answer, rc.Bracket) else answer
    tally.errors.append(abs(value - truth) / truth)
    return answer


def compare(count: int, master: int, threads: int) -> tuple[list[str], Brackets]:
    others = peers()
    ours, brackets = Tally("rhochain spectral_radius"), Brackets()
    tallies = {name: Tally(name) for name in others}
    warm, seed = next(reservoirs(1, master))
    for tool in (*others.values(), partial(rc.spectral_radius, threads=threads)):
        measured(Tally("not counted"), partial(tool, warm, seed=seed), 1.0)
    for W, seed in reservoirs(count, master):
        truth = float(np.abs(np.linalg.eigvals(W.toarray())).max())
        bracket = measured(ours, partial(rc.spectral_radius, W, rtol=RTOL, seed=seed, threads=threads), truth)
        if bracket is not None:
            brackets.add(bracket, truth)
        for name, tool in others.items():
            measured(tallies[name], partial(tool, W, seed), truth)
    head = ["| tool | wrong, silently | failed | median ms | 95 % ms | largest error |", "|---|--:|--:|--:|--:|--:|"]
    return [*head, ours.row(), *(tally.row() for tally in tallies.values()), "", *brackets.lines()], brackets


def versions() -> str:
    names = ("rhochain", "numpy", "scipy", "reservoirpy")
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names if importlib.util.find_spec(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="reservoirs (default 300)")
    parser.add_argument("--seed", type=int, help="master seed (default: fresh, printed)")
    parser.add_argument("--threads", type=int, default=1, help="of every tool (default 1)")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file too")
    options = parser.parse_args()
    if options.count < 1 or options.threads < 1:
        parser.error("--count and --threads must be at least 1")
    if any(os.environ.get(pool) != str(options.threads) for pool in POOLS):
        os.environ.update(dict.fromkeys(POOLS, str(options.threads)))
        os.execv(sys.executable, sys.orig_argv)
    master = options.seed if options.seed is not None else int(np.random.SeedSequence().generate_state(1)[0])
    setting = f"{options.count} reservoirs, master seed {master}, threads {options.threads}; {versions()}"
    print(setting, flush=True)
    table, brackets = compare(options.count, master, options.threads)
    text = "\n".join([setting, "", *table, ""])
    print(text.split("\n", 2)[2], end="")
    if options.markdown is not None:
        options.markdown.write_text(text, encoding="utf-8")
    return int(brackets.total < options.count or brackets.missed > 0 or brackets.converged_wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
