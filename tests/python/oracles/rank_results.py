"""Results of one matrix as text, bit for bit: of one process, or of the ranks that mpiexec starts.

python rank_results.py CASE QUANTITY ... [/ CASE QUANTITY ...]
mpiexec -n 3 python rank_results.py --ranks CASE QUANTITY ... [/ CASE QUANTITY ...]

A case is a kind and a number of neurons, such as iid-20000. With --idle in place of --ranks, rank 1 has no rows.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

CELEGANS = "celegans_chemical.mtx"


def case(name: str) -> sparse.csr_array:
    """A matrix by its name; the same in every process."""
    kind, _, size = name.partition("-")
    n = int(size or 20_000)
    rng = np.random.default_rng(7)
    if kind == "celegans":
        return sparse.csr_array(rc.load(sys.argv[0].rsplit("/", 4)[0] + f"/examples/data/{CELEGANS}"))
    if kind == "connectome":
        return connectome(rng, n)
    rows, cols = np.repeat(np.arange(n), 10), rng.integers(0, n, 10 * n)
    entries = rng.standard_normal(10 * n) / np.sqrt(10)
    W = sparse.csr_array((entries, (rows, cols)), shape=(n, n))
    if kind == "outlier":
        u = rng.integers(0, n, (2, 40))
        W = W + sparse.csr_array((np.full(1600, 2.0 / 40), (np.repeat(u[0], 40), np.tile(u[0], 40))), shape=(n, n))
    if kind == "nilpotent":
        W = sparse.csr_array(sparse.triu(W, 1))
    if kind == "nonnegative":
        W = abs(W)
    if kind == "dale":
        W = sparse.csr_array(abs(W) * np.where(np.arange(n) % 5 == 0, -4.0, 1.0))
    if kind == "float":
        W = W.astype(np.float32)
    W.sum_duplicates()
    return W


def connectome(rng: np.random.Generator, n: int) -> sparse.csr_array:
    """108 synapses a neuron; few neurons have most of the partners, and 30 % inhibit."""
    hubs = np.minimum((n * rng.random((2, 108 * n)) ** 3).astype(np.int64), n - 1)
    pairs = np.unique(hubs[0] * n + hubs[1])
    target, source = np.divmod(pairs, n)
    sign = np.where(rng.random(n) < 0.3, -1.0, 1.0)
    W = sparse.csr_array((sign[source] * rng.geometric(0.25, len(pairs)), (target, source)), shape=(n, n))
    return W.astype(np.float64)


class KnownMatrix(rc.Matrix):
    """Of one process, with the array that it borrows."""

    def __init__(self, array: sparse.csr_array) -> None:
        super().__init__(array)
        self.array = array


def digest(values: npt.NDArray[Any]) -> str:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).hexdigest()


def whole(values: npt.NDArray[Any] | None, comm: Any) -> npt.NDArray[Any] | None:
    """A vector from its slices; a rank without rows may have none."""
    slices = [values] if comm is None else comm.allgather(values)
    given = [part for part in slices if part is not None]
    return np.concatenate(given) if given else None


def of_bracket(b: rc.Bracket, comm: Any) -> dict[str, Any]:
    bounds = [(x.value.hex(), str(x.grade), x.source) for x in (b.lower, b.upper)]
    vector = whole(b.vector, comm)
    return {
        "value": b.value.hex(),
        "bounds": bounds,
        "matvecs": b.matvecs,
        "status": str(b.status),
        "vector": None if vector is None else digest(vector),
    }


def own_slice(W: Any, comm: Any) -> slice:
    """The neurons of this process."""
    return slice(0, W.shape[0]) if comm is None else slice(W.first, W.first + W.length)


def leaks(n: int) -> npt.NDArray[Any]:
    """Of all neurons."""
    return np.random.default_rng(5).uniform(0.2, 1.0, n)


def of_growth(g: rc.WorstCaseGrowth, comm: Any) -> list[Any]:
    gains = [None if bound is None else bound.value.hex() for bound in (g.vanishes_below, g.explodes_above)]
    return [of_bracket(g, comm), gains, digest(g.slopes), digest(np.asarray(g.leak))]


def entries_of(W: Any, comm: Any) -> list[str]:
    """A matrix that `rescale` returned, entry by entry."""
    mine = W if comm is None else W.own_rows
    slices = [mine] if comm is None else comm.allgather(mine)
    return [
        digest(np.concatenate([getattr(part, name).astype(float) for part in slices])) for name in ("data", "indices")
    ]


def quantity(name: str, W: Any, comm: Any) -> Any:
    n = W.shape[0]
    mine = own_slice(W, comm)
    a = leaks(n)[mine]
    x = np.random.default_rng(3).standard_normal((n, 3))
    if name == "products":
        parts = [W @ x[mine, 0], W.rmatvec(x[mine, 0]), W @ x[mine], W.rmatmat(x[mine])]
        return [digest(whole(part, comm)) for part in parts]
    if name == "radius":
        return of_bracket(rc.spectral_radius(W), comm)
    if name == "start":
        return of_bracket(rc.spectral_radius(W, start=x[mine, 0], max_matvecs=400), comm)
    if name == "norm":
        return of_bracket(rc.spectral_norm(W, rtol=1e-2), comm)
    if name == "perron":
        return of_bracket(rc.perron_radius(W), comm)
    if name == "scaled":
        found = rc.scaled_norm(W, rtol=0.1, max_matvecs=2000)
        return [of_bracket(found, comm), found.attained.value.hex(), digest(whole(found.scaling, comm))]
    if name == "leaky radius":
        return of_bracket(rc.spectral_radius(W, leak=a, max_matvecs=150), comm)
    if name == "radius of one leak":
        return of_bracket(rc.spectral_radius(W, leak=0.5, max_matvecs=150), comm)
    if name == "leaky growth":
        return of_growth(rc.worst_case_growth(W, "tanh", leak=a, max_matvecs=150), comm)
    if name == "leaky linear growth":
        return of_growth(rc.worst_case_growth(W, "linear", leak=a, max_matvecs=150), comm)
    if name == "outer":
        found = rc.outer_eigenvalues(W, 3, rtol=1e-2, max_matvecs=150)
        return [digest(found.values), found.rest.value.hex(), [str(grade) for grade in found.grades], found.matvecs]
    if name == "of products":
        A: Any = LinearOperator((n, n), matvec=W.matvec, rmatvec=W.rmatvec, dtype=float)
        if comm is not None:
            A = rc.distributed.Operator(W.length, W.matvec, W.rmatvec, comm)
        report = rc.check(A, gain=leaks(n)[::-1][mine], leak=a, quick=True, max_matvecs=60)
        return [of_bracket(b, None) for b in (report.worst_case_growth, report.scaled_norm)]
    if name in ("rescaled", "rescaled with leaks"):
        given = W.array if comm is None else W
        if name == "rescaled":
            found, factor = rc.rescale(given, spectral_norm=0.9, conservative=True, rtol=0.1)
        else:
            found, factor = rc.rescale(given, spectral_radius=1.25, leak=a, rtol=1e-2)
        return [factor.hex(), *entries_of(found, comm)]
    if name == "components":
        found = rc.components(W)
        return [digest(whole(found.labels, comm)), found.count, found.cyclic]
    raise ValueError(name)


def each_case(arguments: list[str]) -> Iterator[list[str]]:
    """The arguments of each case, which slashes part: one start of the ranks serves them all."""
    told = arguments[:1] if arguments[0].startswith("--") else []
    rest = arguments[len(told) :]
    while rest:
        end = rest.index("/") if "/" in rest else len(rest)
        yield [*told, *rest[:end]]
        rest = rest[end + 1 :]


def shared_case(arguments: list[str]) -> tuple[Any, Any, list[str]]:
    """The communicator, or None in one process, the matrix that is named first, and the other arguments."""
    if arguments[0] not in ("--ranks", "--idle"):
        return None, KnownMatrix(case(arguments[0])), arguments[1:]
    from mpi4py import MPI

    comm, W = MPI.COMM_WORLD, case(arguments[1])
    idle = arguments[0] == "--idle" and comm.size > 1
    begin, end = own_rows(W.shape[0], comm, idle)
    return comm, rc.distributed.Matrix(W[begin:end], comm, keep_rows=idle), arguments[2:]


def own_rows(n: int, comm: Any, idle: bool) -> tuple[int, int]:
    """The first row of this rank and that behind its last one; slices begin at multiples of a piece."""
    if not idle:
        height = -(-n // comm.size)
        return min(n, comm.rank * height), min(n, (comm.rank + 1) * height)
    height = -(-n // 8192 // (comm.size - 1)) * 8192
    place = comm.rank - (comm.rank > 0)
    return min(n, place * height) if comm.rank != 1 else min(n, height), min(n, (place + 1) * height)


def main(arguments: list[str]) -> None:
    for one in each_case(arguments):
        comm, W, names = shared_case(one)
        results = {name: quantity(name, W, comm) for name in names}
        if comm is None or comm.rank == 0:
            print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
