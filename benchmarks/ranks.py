"""What ranks cost: the same matrix in one process and shared out to ranks, in turns, on as many cores.

    python benchmarks/ranks.py                                # 1M x 10 iid and a stand-in connectome of 139,000 x 108
    python benchmarks/ranks.py --neurons 200000 --entries 10  # one iid matrix
    python benchmarks/ranks.py --ranks 4 --rounds 5

Each round starts one process with as many threads as there are ranks, then the ranks with one thread each. All read the
matrix from one file; a rank reads its rows alone. The table has medians over the rounds of W x, W^T x, rho and sigma_1
(to 1e-3), the largest over the ranks, and their ratio; it says whether products, values, bounds and vectors have the
same bits. The second table has the messages of a product, sums and structure of an estimate included; the third the
memory of each rank: its resident set at the most, that before the matrix, and what is known of the rest. Needs Linux,
mpi4py and mpiexec, and as many idle cores as ranks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

import rhochain as rc

TIMES = {"W x, ms": 1e3, "W^T x, ms": 1e3, "rho, s": 1.0, "sigma_1, s": 1.0}
PRODUCTS = 31
RTOL = 1e-3


def iid(n: int, entries: int) -> sparse.csr_array:
    rng = np.random.default_rng([n, entries])
    columns = rng.integers(0, n, n * entries, dtype=np.int32)
    values = rng.standard_normal(n * entries) / np.sqrt(entries)
    W = sparse.csr_array((values, columns, np.arange(0, n * entries + 1, entries, dtype=np.int32)), shape=(n, n))
    W.sum_duplicates()
    return W


def connectome(n: int, entries: int) -> sparse.csr_array:
    """Few neurons have most of the partners; 30 % inhibit."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
    from stand_ins import distinct_pairs

    rng = np.random.default_rng([n, entries])
    source, target = np.divmod(distinct_pairs(rng, n, n * entries), n)
    sign = np.where(rng.random(n) < 0.3, -1.0, 1.0)
    return sparse.csr_array((sign[source] * rng.geometric(0.25, len(source)), (target, source)), shape=(n, n))


KINDS: dict[str, Callable[[int, int], sparse.csr_array]] = {"iid": iid, "connectome": connectome}
PARTS = {"indptr": np.int32, "indices": np.int32, "data": np.float64}


def read_rows(folder: Path, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries, columns and pointers of the rows."""
    pointers = np.fromfile(folder / "indptr", np.int32, last - first + 1, offset=4 * first)
    begin, count = int(pointers[0]), int(pointers[-1] - pointers[0])
    columns = np.fromfile(folder / "indices", np.int32, count, offset=4 * begin)
    values = np.fromfile(folder / "data", np.float64, count, offset=8 * begin)
    return values, columns, pointers - pointers[0]


def peak_bytes() -> int:
    with open("/proc/self/status") as lines:
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


class Process:
    """One process, or one rank of several: times, digests, and memory."""

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self.rank, self.size = (0, 1) if comm is None else (comm.rank, comm.size)
        self.times: dict[str, float] = {}
        self.messages: dict[str, list[float]] = {}
        self.last = [0, 0]
        self.digests: list[str] = []

    def whole(self, slice_of_rank: np.ndarray) -> np.ndarray:
        return slice_of_rank if self.comm is None else np.concatenate(self.comm.allgather(slice_of_rank))

    def timed(self, call: Callable[[], Any]) -> tuple[float, Any]:
        if self.comm is not None:
            self.comm.Barrier()
        sent = self.sent()
        began = time.perf_counter()
        result = call()
        seconds = time.perf_counter() - began
        self.last = [after - before for before, after in zip(sent, self.sent(), strict=True)]
        return seconds, result

    def sent(self) -> tuple[int, int]:
        """Messages so far, and the bytes that came by them."""
        return (0, 0) if self.comm is None else (self.comm.messages, self.comm.bytes)

    def product(self, name: str, multiply: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> None:
        seconds = []
        for _ in range(PRODUCTS):
            y = None  # its memory is free for the next: pages that nobody has touched cost more than the product
            taken, y = self.timed(lambda: multiply(x))
            seconds.append(taken)
        self.times[name] = statistics.median(seconds)
        self.messages[name] = [float(x) for x in self.last]
        self.digest(self.whole(y).tobytes())

    def estimate(self, name: str, call: Callable[[], rc.Bracket]) -> None:
        self.times[name], b = self.timed(call)
        assert b.vector is not None
        self.messages[name] = [x / b.matvecs for x in self.last]
        self.digest(*(x.hex().encode() for x in (b.value, b.lower.value, b.upper.value)), self.whole(b.vector))

    def digest(self, *parts: Any) -> None:
        self.digests.append(hashlib.blake2b(b"".join(map(bytes, parts)), digest_size=8).hexdigest())

    def measure(self, folder: Path) -> dict[str, Any]:
        n = (folder / "indptr").stat().st_size // 4 - 1
        before = peak_bytes()
        first, last = (n * r // self.size for r in (self.rank, self.rank + 1))
        rows = sparse.csr_array(read_rows(folder, first, last), shape=(last - first, n))
        if self.comm is None:
            W: Any = rc.Matrix(rows)
            own = slice(0, n)
        else:
            W = rc.distributed.Matrix(rows, self.comm)
            own = slice(W.first, W.first + W.length)
        own_bytes = rows.data.nbytes + rows.indices.nbytes + rows.indptr.nbytes
        del rows
        x = np.random.default_rng(0).standard_normal(n)[own]
        self.product("W x, ms", lambda v: W @ v, x)
        self.product("W^T x, ms", lambda v: W.rmatvec(v), x)
        self.estimate("rho, s", lambda: rc.spectral_radius(W, rtol=RTOL))
        self.estimate("sigma_1, s", lambda: rc.spectral_norm(W, rtol=RTOL))
        # W.nbytes: W^T of this rank, and the layouts of both.
        memory = {
            "peak": peak_bytes(),
            "before the matrix": before,
            "rows of W": own_bytes,
            "rows of W^T and layouts": W.nbytes,
            "a slice": x.nbytes,
            "a whole vector": 8 * n,
        }
        gather = None if self.comm is None else statistics.median(self.gather_seconds(x) for _ in range(PRODUCTS))
        return {
            "times": self.times,
            "digests": self.digests,
            "memory": memory,
            "messages": self.messages,
            "gather": gather,
        }

    def gather_seconds(self, x: np.ndarray) -> float:
        """Of all of x, as a product gathers it."""
        lengths = self.comm.allgather(len(x))
        whole = np.empty(sum(lengths))
        return self.timed(lambda: self.comm.Allgatherv(x, (whole, lengths)))[0]


def counted_world() -> Any:
    """All ranks, with a count of the messages that the core sends."""
    from mpi4py import MPI

    class Counted(MPI.Intracomm):
        messages = 0
        bytes = 0

        def Allgatherv(self, sendbuf: Any, recvbuf: Any) -> None:
            self.messages += 1
            self.bytes += memoryview(recvbuf[0]).nbytes
            super().Allgatherv(sendbuf, recvbuf)

    return Counted(MPI.COMM_WORLD)


def run_child(folder: Path, on_ranks: bool) -> None:
    comm = counted_world() if on_ranks else None
    result = Process(comm).measure(folder)
    results = [result] if comm is None else comm.gather(result)
    if results is not None:
        print(json.dumps(results))


def measured(folder: Path, ranks: int | None, threads: int) -> list[dict[str, Any]]:
    """What each rank has measured, or the one process where there are no ranks."""
    command = [sys.executable, __file__, "--child", str(folder)]
    if ranks is not None:
        beside = shutil.which("mpiexec", path=str(Path(sys.executable).parent))
        launcher = beside or shutil.which("mpiexec")
        if launcher is None:
            raise SystemExit("needs mpiexec: pip install mpi4py mpich")
        command = [launcher, "-n", str(ranks), *command, "--on-ranks"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return json.loads(done.stdout)


def compare(kind: str, n: int, entries: int, ranks: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        W = KINDS[kind](n, entries)
        for part, dtype in PARTS.items():
            getattr(W, part).astype(dtype).tofile(folder / part)
        del W
        turns = [(measured(folder, None, ranks), measured(folder, ranks, 1)) for _ in range(rounds)]
    print(f"\n{n} x {entries}, {kind}; the load of the machine was {os.getloadavg()[0]:.1f}\n")
    print(f"| | 1 process, {ranks} threads | {ranks} ranks, 1 thread each | ratio | the least and largest ratio |")
    print("|---|---:|---:|---:|---:|")
    for quantity, factor in TIMES.items():
        pairs = [(one[0]["times"][quantity], max(r["times"][quantity] for r in all_)) for one, all_ in turns]
        ratios = [b / a for a, b in pairs]
        medians = [statistics.median(side) * factor for side in zip(*pairs, strict=True)]
        print(
            f"| {quantity} | {medians[0]:.2f} | {medians[1]:.2f} | {statistics.median(ratios):.2f}"
            f" | {min(ratios):.2f} to {max(ratios):.2f} |"
        )
    expected = turns[0][0][0]["digests"]
    same = all(result["digests"] == expected for one, all_ in turns for result in one + all_)
    print(f"\nThe bits are {'the same' if same else 'DIFFERENT'}.\n")
    gather = max(result["gather"] for result in turns[-1][1])
    print(f"Gathering x, {8 * n / 1e6:.1f} MB, takes {1e3 * gather:.2f} ms.")
    print("\n| a product | messages | MB to each rank |\n|---|---:|---:|")
    for quantity, (messages, came) in turns[-1][1][0]["messages"].items():
        print(f"| {quantity.split(',')[0]} | {messages:.2f} | {came / 1e6:.2f} |")
    print()
    processes = [("one process", turns[-1][0][0]), *((f"rank {r}", each) for r, each in enumerate(turns[-1][1]))]
    fields = list(processes[0][1]["memory"])
    print(f"| MB | {' | '.join(fields)} |\n|---|{'---:|' * len(fields)}")
    for process, result in processes:
        cells = [f"{result['memory'][field] / 1e6:.0f}" for field in fields]
        print(f"| {process} | {' | '.join(cells)} |", flush=True)
    if not same:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=int)
    parser.add_argument("--entries", type=int, default=10)
    parser.add_argument("--kind", choices=KINDS, default="iid")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--on-ranks", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        return run_child(options.child, options.on_ranks)
    cases = [("iid", 1_000_000, 10), ("connectome", 139_000, 108)]
    if options.neurons is not None:
        cases = [(options.kind, options.neurons, options.entries)]
    for kind, n, entries in cases:
        compare(kind, n, entries, options.ranks, options.rounds)


if __name__ == "__main__":
    main()
