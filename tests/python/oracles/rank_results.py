"""Results of one matrix as text, bit for bit: of one process, or of the ranks that mpiexec starts.

python rank_results.py CASE QUANTITY ... [/ CASE QUANTITY ...]
mpiexec -n 3 python rank_results.py --ranks CASE QUANTITY ... [/ CASE QUANTITY ...]
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

import rhochain as rc

CELEGANS = "celegans_chemical.mtx"


def case(name: str) -> sparse.csr_array:
    """A matrix by its name; the same in every process."""
    kind, _, size = name.partition("-")
    n = int(size or 20_000)
    rng = np.random.default_rng(7)
    if kind == "celegans":
        return sparse.csr_array(rc.load(sys.argv[0].rsplit("/", 4)[0] + f"/examples/data/{CELEGANS}"))
    rows, cols = np.repeat(np.arange(n), 10), rng.integers(0, n, 10 * n)
    entries = rng.standard_normal(10 * n) / np.sqrt(10)
    W = sparse.csr_array((entries, (rows, cols)), shape=(n, n))
    if kind == "outlier":
        u = rng.integers(0, n, (2, 40))
        W = W + sparse.csr_array((np.full(1600, 2.0 / 40), (np.repeat(u[0], 40), np.tile(u[0], 40))), shape=(n, n))
    if kind == "nilpotent":
        W = sparse.csr_array(sparse.triu(W, 1))
    if kind == "dale":
        W = sparse.csr_array(abs(W) * np.where(np.arange(n) % 5 == 0, -4.0, 1.0))
    if kind == "float":
        W = W.astype(np.float32)
    W.sum_duplicates()
    return W


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


def quantity(name: str, W: Any, comm: Any) -> Any:
    n = W.shape[0]
    mine = slice(0, n) if comm is None else slice(W.first, W.first + W.length)
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
    if name == "components":
        found = rc.components(W)
        return [digest(whole(found.labels, comm)), found.count, found.cyclic]
    raise ValueError(name)


def each_case(arguments: list[str]) -> Iterator[list[str]]:
    """The arguments of each case, which slashes part: one start of the ranks serves them all."""
    told = arguments[:1] if arguments[0] == "--ranks" else []
    rest = arguments[len(told) :]
    while rest:
        end = rest.index("/") if "/" in rest else len(rest)
        yield [*told, *rest[:end]]
        rest = rest[end + 1 :]


def shared_case(arguments: list[str]) -> tuple[Any, Any, list[str]]:
    """The communicator, or None in one process, the matrix that is named first, and the other arguments."""
    if arguments[0] != "--ranks":
        return None, rc.Matrix(case(arguments[0])), arguments[1:]
    from mpi4py import MPI

    comm, W = MPI.COMM_WORLD, case(arguments[1])
    height = -(-W.shape[0] // comm.size)
    return comm, rc.distributed.Matrix(W[comm.rank * height : (comm.rank + 1) * height], comm), arguments[2:]


def main(arguments: list[str]) -> None:
    for one in each_case(arguments):
        comm, W, names = shared_case(one)
        results = {name: quantity(name, W, comm) for name in names}
        if comm is None or comm.rank == 0:
            print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
