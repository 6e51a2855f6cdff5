"""sigma_1 to 1e-3 at full size: `rhochain.spectral_norm(W, upper_rtol=inf)` beside ARPACK (`scipy.sparse.linalg.svds`).

    python benchmarks/norms.py                    # 1M x 10 and 139k x 108, five matrices each
    python benchmarks/norms.py --case 100000x10 --matrices 10

Both start from the SciPy matrix; rhochain's time includes the layouts it makes. ARPACK's value to 1e-6, from a run that
is not timed, serves as the truth. A Markdown table: the medians of the times, and of their ratio with its range.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

import rhochain as rc

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


def compare(n: int, degree: int, matrices: int) -> str:
    own, peers, ratios, errors, uppers = [], [], [], [], []
    for seed in range(matrices):
        W = iid(n, degree, seed)
        v0 = np.random.default_rng(seed).standard_normal(n)
        seconds, b = timed(lambda W=W: rc.spectral_norm(W, rtol=RTOL, delta=1e-9, upper_rtol=np.inf))
        peer, _ = timed(lambda W=W, v0=v0: svds(W, k=1, tol=RTOL, v0=v0, return_singular_vectors=False))
        truth = svds(W, k=1, tol=1e-6, ncv=60, v0=v0, return_singular_vectors=False)[0]
        errors.append(abs(b.value / truth - 1.0))
        assert b.lower.value <= truth * (1.0 + 1e-9)
        assert truth <= b.upper.value
        assert errors[-1] <= RTOL
        own.append(seconds)
        peers.append(peer)
        ratios.append(seconds / peer)
        uppers.append(b.upper.value / b.value - 1.0)
    middle = statistics.median
    return (
        f"| {n} x {degree} | {middle(own):.2f} | {middle(peers):.2f} | {middle(ratios):.2f} ({min(ratios):.2f} to "
        f"{max(ratios):.2f}) | {max(errors):.0e} | {max(uppers):.1%} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", help="N x DEGREE as 1000000x10; may be repeated")
    parser.add_argument("--matrices", type=int, default=5)
    options = parser.parse_args()
    print("| W | rhochain, s | ARPACK, s | ratio | largest error of the value | upper bound above it, at most |")
    print("|---|---:|---:|---:|---:|---:|")
    for case in options.case or ["1000000x10", "139000x108"]:
        n, degree = map(int, case.split("x"))
        print(compare(n, degree, options.matrices), flush=True)


if __name__ == "__main__":
    main()
