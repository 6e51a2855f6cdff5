"""Results of chains as text, bit for bit: of one process, or of the ranks that mpiexec starts.

python rank_chains.py N STEPS CASE ...
mpiexec -n 3 python rank_chains.py --ranks N STEPS CASE ...
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from rank_results import digest, of_bracket, whole
from scipy import sparse

import rhochain as rc

_Rows = npt.NDArray[Any]


class Fetched:
    """Rows behind slices, as of a file."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: slice) -> _Rows:
        return self._rows[rows].copy()


def matrix(n: int, seed: int, entries: int, gain: float) -> sparse.csr_array:
    """`entries` in a row, the same in every process."""
    rng = np.random.default_rng(seed)
    cols = rng.integers(0, n, entries * n)
    values = gain * rng.standard_normal(entries * n) / np.sqrt(entries)
    W = sparse.csr_array((values, (np.repeat(np.arange(n), entries), cols)), shape=(n, n))
    W.sum_duplicates()
    return W


class Network:
    """The arguments of chains, each the slice of this rank."""

    def __init__(self, n: int, steps: int, comm: Any) -> None:
        self.n, self.steps, self.comm = n, steps, comm
        W = matrix(n, 1, 6, 1.4)
        self.lead = slice(0, n)
        if comm is None:
            self.W: Any = rc.Matrix(W)
        else:
            height = -(-n // comm.size)
            self.W = rc.distributed.Matrix(W[comm.rank * height : (comm.rank + 1) * height], comm)
            self.lead = slice(self.W.first, self.W.first + self.W.length)

    def vector(self, seed: int, *shape: int) -> _Rows:
        """Of standard normal numbers."""
        return np.random.default_rng(seed).standard_normal((self.n, *shape))[self.lead]

    def rows(self, seed: int, count: int) -> _Rows:
        """Slopes between 0 and 1."""
        return np.random.default_rng(seed).random((count, self.n))[:, self.lead]

    def beside(self, W: Any) -> Any:
        """Another matrix, or the rows of this rank."""
        return W if self.comm is None else W[self.lead]

    @property
    def leaks(self) -> _Rows:
        return np.random.default_rng(8).uniform(0.2, 1.0, self.n)[self.lead]

    def rollout(self, steps: int | None = None, **options: Any) -> rc.JacobianChain:
        """Of tanh, with a leak, a bias, noise and a few inputs."""
        weights = sparse.csr_array(np.random.default_rng(9).standard_normal((self.n, 3)))
        K = self.steps if steps is None else steps
        given: dict[str, Any] = {
            "inputs": np.random.default_rng(10).standard_normal((K, 3)),
            "input_weights": self.beside(weights),
            "bias": 0.1 * self.vector(11),
            "leak": 0.6,
            "noise": 0.01,
            "seed": 3,
            "activation": "tanh",
            "memory": 12 * 8 * self.n,
        }
        return rc.JacobianChain.from_rollout(self.W, self.vector(12), steps, **{**given, **options})


def of_result(r: rc.ChainResult, comm: Any) -> Any:
    mantissas, exponents = r.vectors
    return [digest(whole(mantissas, comm)), digest(np.asarray(exponents)), digest(r.log_norms), np.max(r.log_norms)]


def of_products(chain: rc.JacobianChain, net: Network) -> Any:
    block = net.vector(5, 3)
    results = [chain.vjp(block, record_every=10), chain.jvp(block[:, 0])]
    return [*(of_result(r, net.comm) for r in results), chain.gain.hex()]


def of_spectrum(s: rc.LyapunovSpectrum) -> Any:
    return [digest(s.exponents), digest(s.errors), digest(s.history), s.cancellation.hex(), s.factorizations]


def slopes(net: Network) -> Any:
    """Rows in memory, in both types, and rows that are fetched."""
    rows = net.rows(4, net.steps)
    found = []
    for given in (rows, np.asfortranarray(rows), rows.astype(np.float32), Fetched(rows)):
        found.append(of_products(rc.JacobianChain(net.W, given, memory=2**22), net))
    return found


def leaky_slopes(net: Network) -> Any:
    """A leak of each neuron and a linear part."""
    linear = net.beside(matrix(net.n, 2, 3, 1.0))
    chain = rc.JacobianChain(net.W, net.rows(4, net.steps), "post", net.leaks, linear=linear, linear_weight=0.4)
    return of_products(chain, net)


def states(net: Network) -> Any:
    X = net.rows(6, net.steps) - 0.5
    pre = rc.JacobianChain.from_states(net.W, X, "tanh", "pre")
    post = rc.JacobianChain.from_states(net.W, 0.2 * X, "tanh", "post", leak=net.leaks / 2 + 0.5)
    return [of_products(chain, net) for chain in (pre, post)]


def rollout(net: Network) -> Any:
    drive = 0.1 * net.rows(13, net.steps)
    short = {"inputs": drive, "input_weights": None}
    fetched = Fetched(np.random.default_rng(10).standard_normal((net.steps, 3)))
    return [
        of_products(net.rollout(convention="pre"), net),
        of_products(net.rollout(convention="post", leak=net.leaks), net),
        *(of_products(net.rollout(**short, convention=c, bias=None), net) for c in ("pre", "post")),
        of_products(net.rollout(inputs=Fetched(drive), input_weights=None), net),
        of_products(net.rollout(inputs=fetched), net),
        of_products(net.rollout(linear=net.beside(matrix(net.n, 2, 3, 1.0)), noise=0.0), net),
    ]


def norm(net: Network) -> Any:
    chain = rc.JacobianChain(net.W, net.rows(4, 6))
    start = net.vector(7)
    if net.comm is not None and net.comm.rank > 0:
        start = 0.0 * start
    else:
        start[8000:] = 0.0
    return [
        of_bracket(chain.norm(rtol=0.05), net.comm),
        of_bracket(chain.norm(rtol=0.05, start=start, max_matvecs=100), net.comm),
        of_bracket(net.rollout(6).norm(rtol=0.1), net.comm),
    ]


def lyapunov(net: Network) -> Any:
    return [
        of_spectrum(net.rollout().lyapunov(4)),
        of_spectrum(rc.JacobianChain(net.W, net.rows(4, 50)).lyapunov(2, seed=5, atol=0.02)),
    ]


def directions(net: Network) -> Any:
    chain = rc.JacobianChain(net.W, net.rows(4, net.steps))
    growth = chain.typical(5, record_every=10)
    found = chain.covariant_vectors(3)
    envelope = chain.envelope(3.0)
    return [
        digest(growth.log_quantiles),
        growth.log_frobenius.hex(),
        [digest(found.cosines), digest(found.spread), digest(whole(found.vectors, net.comm))],
        [digest(envelope.forward), digest(envelope.paper)],
    ]


CASES: dict[str, Callable[[Network], Any]] = {
    f.__name__: f for f in (slopes, leaky_slopes, states, rollout, norm, lyapunov, directions)
}


def main(arguments: list[str]) -> None:
    comm = None
    if arguments[0] == "--ranks":
        from mpi4py import MPI

        comm, arguments = MPI.COMM_WORLD, arguments[1:]
    net = Network(int(arguments[0]), int(arguments[1]), comm)
    results = {name: CASES[name](net) for name in arguments[2:]}
    if comm is None or comm.rank == 0:
        print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
