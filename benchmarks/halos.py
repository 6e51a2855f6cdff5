"""How many entries of x each rank needs from the others for its rows of W x: consecutive rows, and METIS.

    python benchmarks/halos.py                        # C. elegans and stand-ins of 20,000 neurons on 2, 4, 16, 64 ranks
    python benchmarks/halos.py --neurons 100000 --entries 30

The halo of a rank is the entries of x that its rows read and that it does not have. Cells are the halo of the mean rank
as a share of n, for W x and W^T x together; gathering all of x is (P - 1) / P. Matrices:

- C. elegans: examples/data/celegans_chemical.mtx, a real connectome;
- iid: columns at random;
- degrees: as random, but few neurons have most of the partners (examples/stand_ins.py);
- modules: a stand-in with 100 modules, 95 % of the entries of a row within its own;
- lattice: a stand-in with neurons on a cube, whose partners lie at distances of some lattice constants.

Neurons of stand-ins come in a random order, as ids of a data set may. METIS balances the entries of rows and columns.
Needs pymetis.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

import rhochain as rc

ROOT = Path(__file__).resolve().parents[1]
RANKS = (2, 4, 16, 64)
MODULES = 100
WITHIN = 0.95
REACH = 1.5  # lattice constants, the standard deviation along each axis

Parts = npt.NDArray[np.int64]


def pattern(n: int, rows: np.ndarray, columns: np.ndarray) -> sparse.csr_array:
    W = sparse.csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(n, n))
    W.setdiag(0)
    W.eliminate_zeros()
    W.data[:] = 1
    return W


def iid(n: int, entries: int, rng: np.random.Generator) -> sparse.csr_array:
    return pattern(n, np.repeat(np.arange(n), entries), rng.integers(0, n, n * entries))


def degrees(n: int, entries: int, rng: np.random.Generator) -> sparse.csr_array:
    sys.path.insert(0, str(ROOT / "examples"))
    from stand_ins import distinct_pairs

    source, target = np.divmod(distinct_pairs(rng, n, n * entries), n)
    return pattern(n, target, source)


def modules(n: int, entries: int, rng: np.random.Generator) -> sparse.csr_array:
    rows = np.repeat(np.arange(n), entries)
    size = -(-n // MODULES)
    near = np.minimum(rows // size * size + rng.integers(0, size, len(rows)), n - 1)
    return pattern(n, rows, np.where(rng.random(len(rows)) < WITHIN, near, rng.integers(0, n, len(rows))))


def lattice(n: int, entries: int, rng: np.random.Generator) -> sparse.csr_array:
    side = round(n ** (1 / 3))
    rows = np.repeat(np.arange(side**3), entries)
    place = np.stack(np.unravel_index(rows, (side,) * 3))
    near = np.clip(place + np.rint(REACH * rng.standard_normal(place.shape)).astype(int), 0, side - 1)
    return pattern(side**3, rows, np.ravel_multi_index(tuple(near), (side,) * 3))


def matrices(n: int, entries: int) -> Iterator[tuple[str, sparse.csr_array]]:
    W = sparse.coo_array(rc.load(ROOT / "examples/data/celegans_chemical.mtx"))
    yield "C. elegans, real", pattern(W.shape[0], W.row, W.col)
    for make in (iid, degrees, modules, lattice):
        rng = np.random.default_rng(0)
        W = make(n, entries, rng)
        order = rng.permutation(W.shape[0])
        yield f"{make.__name__}, stand-in", W[order][:, order]


def in_order(W: sparse.csr_array, ranks: int) -> Parts:
    """Consecutive rows, about as many for each rank."""
    n = W.shape[0]
    return np.arange(n) * ranks // n


def by_metis(W: sparse.csr_array, ranks: int) -> Parts:
    import pymetis

    graph = sparse.csr_array(W + W.T)
    adjacency = pymetis.CSRAdjacency(graph.indptr, graph.indices)
    entries = np.bincount(np.concatenate(W.nonzero()), minlength=W.shape[0])
    return np.array(pymetis.part_graph(ranks, adjacency, vweights=entries)[1], np.int64)


def halo(W: sparse.csr_array, parts: Parts, ranks: int) -> float:
    """The mean over ranks of the entries received for W x, as a share of n."""
    n = W.shape[0]
    row, column = W.nonzero()
    foreign = parts[row] != parts[column]
    return len(np.unique(parts[row][foreign] * n + column[foreign])) / (n * ranks)


def imbalance(W: sparse.csr_array, parts: Parts, ranks: int) -> float:
    """The entries of the fullest rank, by those of the mean."""
    counts = np.bincount(parts, weights=np.diff(W.indptr), minlength=ranks)
    return float(counts.max() / counts.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=int, default=20_000)
    parser.add_argument("--entries", type=int, default=30)
    options = parser.parse_args()
    print("| W | n | entries | cut |", *(f"P = {P} |" for P in RANKS), "fullest rank, P = 16 |")
    print(f"|---|---:|---:|---|{'---:|' * (len(RANKS) + 1)}")
    print("| any | | | all of x |", *(f"{(P - 1) / P:.0%} |" for P in RANKS), "|")
    for name, W in matrices(options.neurons, options.entries):
        for cut in (in_order, by_metis):
            cells = []
            for P in RANKS:
                parts = cut(W, P)
                cells.append(f"{(halo(W, parts, P) + halo(sparse.csr_array(W.T), parts, P)) / 2:.1%} |")
            fullest = imbalance(W, cut(W, 16), 16)
            label = "consecutive" if cut is in_order else "METIS"
            print(f"| {name} | {W.shape[0]} | {W.nnz} | {label} |", *cells, f"{fullest:.2f} |", flush=True)


if __name__ == "__main__":
    main()
