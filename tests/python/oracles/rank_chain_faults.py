"""What each rank sees of a chain that is misused or stopped on one of them: mpiexec -n 2 python rank_chain_faults.py.

Prints for each case the outcomes of the ranks, then whether a right call has the same bits as before all cases.
"""

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rank_chains import Fetched, Network, matrix, of_result

import rhochain as rc


class Failing(Fetched):
    """Rows of which some cannot be read."""

    def __getitem__(self, rows: slice) -> Any:
        if rows.stop > 5:
            raise OSError("no row 5")
        return super().__getitem__(rows)


def interrupt(_: object) -> bool:
    signal.raise_signal(signal.SIGINT)
    return False


def refuse(_: object) -> bool:
    raise LookupError("not now")


def stop(_: object) -> bool:
    return True


def cases(net: Network, last: bool) -> dict[str, Callable[[], Any]]:
    """Calls of all ranks, in which the last one is at fault."""
    rows, v = net.rows(4, net.steps), net.vector(5)
    chain = rc.JacobianChain(net.W, rows)
    long = rc.JacobianChain(net.W, np.broadcast_to(rows[0], (10**6, rows.shape[1])))
    bad = rows.copy()
    bad[7, -1] = np.nan
    wrong = rows[:, 1:]

    def at_fault(bad: Any, good: Any = None) -> Any:
        return bad if last else good

    def rollout(x0: Any = None, **options: Any) -> Any:
        return rc.JacobianChain.from_rollout(net.W, v if x0 is None else x0, 20, memory=10 * 8 * net.n, **options)

    def products(c: rc.JacobianChain, **options: Any) -> Any:
        return of_result(c.vjp(v, **options), net.comm)

    def bracket(b: rc.Bracket) -> Any:
        return [b.lower.value, b.upper.value, b.matvecs, str(b.status)]

    other = matrix(net.n, 3, 4, 1.0)
    n = net.n
    return {
        "nan": lambda: products(rc.JacobianChain(net.W, at_fault(bad, rows))),
        "width": lambda: rc.JacobianChain(net.W, at_fault(wrong, rows)),
        "count": lambda: rc.JacobianChain(net.W, at_fault(rows[1:], rows)),
        "vector": lambda: chain.jvp(at_fault(v[1:], v)),
        "columns": lambda: chain.jvp(at_fault(np.stack([v, v], 1), v)),
        "every": lambda: chain.jvp(v, record_every=at_fault(2, 1)),
        "convention": lambda: rc.JacobianChain(net.W, rows, at_fault("pre", "post")),
        "leak": lambda: rc.JacobianChain(net.W, rows, leak=at_fault(1.5, 0.5)),
        "threads": lambda: rc.JacobianChain(net.W, rows, threads=at_fault(-1)),
        "checkpoint": lambda: chain.vjp(v, checkpoint=at_fault(3, "/no/such/folder/x")),
        "activation": lambda: rollout(activation=at_fault("no such", "tanh")),
        "start": lambda: rollout(at_fault(v[1:], v)),
        "bias": lambda: products(rollout(bias=at_fault(v))),
        "diverges": lambda: products(rollout(inputs=at_fault(bad, rows)[:20])),
        "rows fail": lambda: products(rc.JacobianChain(net.W, at_fault(Failing(rows), Fetched(rows)), memory=2**21)),
        "rows fail alone": lambda: products(rc.JacobianChain(net.W, at_fault(Failing(rows), rows), memory=2**21)),
        "callback": lambda: chain.vjp(v, at_fault(refuse)),
        "callback type": lambda: chain.vjp(v, at_fault(3)),
        "k": lambda: chain.lyapunov(at_fault(0, 2)),
        "delta": lambda: chain.norm(delta=at_fault(2.0, 0.1)),
        "norm start": lambda: chain.norm(start=at_fault(v[1:], v)),
        "whole linear": lambda: rc.JacobianChain(net.W, rows, linear=rc.Matrix(other)),
        "other rows": lambda: rc.JacobianChain(
            net.W,
            rows,
            linear=rc.distributed.Matrix(other[at_fault(slice(10, n), slice(0, 10))], net.comm, keep_rows=True),
        ),
        "no rows of linear": lambda: rc.JacobianChain(net.W, rows, linear=at_fault(other, other[net.lead])),
        "gated": lambda: rc.GRUChain.from_rollout(net.W, np.zeros((2, n))),
        "matrices": lambda: rc.MatrixChain([net.W, net.W]),
        "another W": lambda: rc.JacobianChain(other, np.ones((2, n)), linear=net.W),
        "stop": lambda: products(long, callback=at_fault(stop), record_every=10**6),
        "stop of a spectrum": lambda: int(long.lyapunov(2, callback=at_fault(stop)).done > 0),
        "stop of a norm": lambda: bracket(long.norm(callback=at_fault(stop))),
        "seconds of a norm": lambda: bracket(long.norm(max_seconds=at_fault(0.2))),
        "interrupt": lambda: products(long, callback=at_fault(interrupt), record_every=10**6),
        "interrupt of a spectrum": lambda: long.lyapunov(2, callback=at_fault(interrupt)),
        "interrupt of a norm": lambda: long.norm(callback=at_fault(interrupt)),
    }


def outcome(call: Callable[[], Any]) -> list[Any]:
    try:
        found = call()
    except (KeyboardInterrupt, Exception) as raised:
        return [type(raised).__name__, str(raised)]
    return ["returned", found if isinstance(found, (int, list)) else repr(found)]


def main() -> None:
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    signal.signal(signal.SIGINT, signal.default_int_handler)
    net = Network(17_000, 30, comm)
    chain = rc.JacobianChain(net.W, net.rows(4, net.steps))
    right = of_result(chain.vjp(net.vector(5)), comm)
    results = {}
    for name, call in cases(net, comm.rank == comm.size - 1).items():
        begin = time.perf_counter()
        results[name] = comm.gather(outcome(call))
        again = of_result(chain.vjp(net.vector(5)), comm) == right
        if comm.rank == 0:
            results[name] += [again, time.perf_counter() - begin]
    if comm.rank == 0:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
