"""sigma_1 to 1e-3 at full size: `rhochain.spectral_norm(W, upper_rtol=inf)` beside ARPACK (`scipy.sparse.linalg.svds`)
and, where the package primme is installed (it compiles against LAPACK), PRIMME.

    python benchmarks/norms.py                    # 1M x 10 and 139k x 108, five matrices each
    python benchmarks/norms.py --case 100000x10 --matrices 10

All start from the SciPy matrix; rhochain's time includes the layouts it makes. Each runs twice in a row, and the better
time counts: memory that a virtual machine has not touched for a while is slow. ARPACK's value to 1e-6, from a run that
is not timed, serves as the truth. A Markdown table: the medians of the times, and of their ratios with the range.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

import rhochain as rc

try:
    import primme
except ImportError:
    primme = None

RTOL = 1e-3


def iid(n: int, degree: int, seed: int) -> sparse.csr_array:
    rng = np.random.default_rng(seed)
    columns = np.sort(rng.integers(0, n, (n, degree), dtype=np.int32), axis=1)
    values = rng.standard_normal(n * degree) / np.sqrt(degree)
    W = sparse.csr_array((values, columns.ravel(), np.arange(0, n * degree + 1, degree, dtype=np.int32)), shape=(n, n))
    W.sum_duplicates()
    return W


def timed(call):
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def best_of_two(call):
    """The less of two times in seconds, and the result."""
    first, second = timed(call), timed(call)
    return min(first[0], second[0]), second[1]


def contestants(W, v0) -> dict:
    """A value to RTOL: from rhochain with its bracket and vector, from the others alone."""
    calls = {
        "rhochain": lambda: rc.spectral_norm(W, rtol=RTOL, delta=1e-9, upper_rtol=np.inf),
        "ARPACK": lambda: svds(W, k=1, tol=RTOL, v0=v0, return_singular_vectors=False),
    }
    if primme is not None:
        calls["PRIMME"] = lambda: primme.svds(W, 1, tol=RTOL, return_singular_vectors=False)
    return calls


def compare(n: int, degree: int, matrices: int) -> str:
    own, rivals, errors, uppers = [], {}, [], []
    for seed in range(matrices):
        W = iid(n, degree, seed)
        v0 = np.random.default_rng(seed).standard_normal(n)
        results = {name: best_of_two(call) for name, call in contestants(W, v0).items()}
        truth = svds(W, k=1, tol=1e-6, ncv=60, v0=v0, return_singular_vectors=False)[0]
        seconds, b = results.pop("rhochain")
        for name, (peer, _) in results.items():
            rivals.setdefault(name, []).append(peer)
        errors.append(abs(b.value / truth - 1.0))
        assert b.lower.value <= truth * (1.0 + 1e-9)
        assert truth <= b.upper.value
        assert errors[-1] <= RTOL
        own.append(seconds)
        uppers.append(b.upper.value / b.value - 1.0)
    cells = [f"{n} x {degree}", f"{statistics.median(own):.2f}"]
    for name in ("ARPACK", "PRIMME"):
        seconds = rivals.get(name)
        if seconds is None:
            cells += ["-", "-"]
            continue
        ratios = [ours / theirs for ours, theirs in zip(own, seconds, strict=True)]
        cells.append(f"{statistics.median(seconds):.2f}")
        cells.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    cells += [f"{max(errors):.0e}", f"{max(uppers):.1%}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", help="N x DEGREE as 1000000x10; may be repeated")
    parser.add_argument("--matrices", type=int, default=5)
    options = parser.parse_args()
    titles = ["W", "rhochain, s", "ARPACK, s", "ratio", "PRIMME, s", "ratio", "largest error", "upper bound above"]
    print(f"| {' | '.join(titles)} |")
    print(f"|---|{'---:|' * (len(titles) - 1)}")
    for case in options.case or ["1000000x10", "139000x108"]:
        n, degree = map(int, case.split("x"))
        print(compare(n, degree, options.matrices), flush=True)


if __name__ == "__main__":
    main()
