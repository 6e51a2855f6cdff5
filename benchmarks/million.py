"""One check of an iid matrix with n = 1,000,000 and 10 nonzeros a row: seconds, memory, the bracket of rho.

Run `python benchmarks/million.py [n] [nonzeros a row]` (Linux: memory is read from /proc).
"""

from __future__ import annotations

import gc
import sys
import time

import numpy as np
from scipy import sparse

import rhochain as rc


def status_megabytes(field: str) -> float:
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith(field))


def main(n: int = 1_000_000, degree: int = 10) -> None:
    rng = np.random.default_rng(0)
    indices = rng.integers(0, n, n * degree, dtype=np.int32)
    indptr = np.arange(0, n * degree + 1, degree, dtype=np.int32)
    W = sparse.csr_array((rng.standard_normal(n * degree) / np.sqrt(degree), indices, indptr), shape=(n, n))
    W.sum_duplicates()
    del indices, indptr
    gc.collect()
    matrix = (W.data.nbytes + W.indices.nbytes + W.indptr.nbytes) / 1e6
    before = status_megabytes("VmRSS")
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    begin = time.perf_counter()
    report = rc.check(W, activation="tanh")
    seconds = time.perf_counter() - begin
    extra = status_megabytes("VmHWM") - before
    print(report)
    print(f"{seconds:.1f} s; matrix {matrix:.0f} MB, beside it {extra:.0f} MB ({extra / matrix:.2f} times)")
    rho = report.spectral_radius
    assert rho is not None
    print(f"upper bound of rho {rho.upper.value / rho.value - 1:.2%} above its value, {rho.upper.grade}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
