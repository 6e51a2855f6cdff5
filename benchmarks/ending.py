"""How soon a command ends after a signal: from SIGTERM or SIGUSR1 to the end of the process, its state saved.

    python benchmarks/ending.py [--neurons 300000] [--entries 10] [--rounds 3] [--latest 4]

A matrix of independent normal entries. The signal comes at a random moment, 1.5 to `--latest` seconds after the start.
It ends with the product under way and writes its state, at most some hundred megabytes: `dd conv=fsync` tells what the
disk needs for as many bytes. A run that ends by itself before the signal does not count.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import sparse

import rhochain as rc

SAVED = 75  # the exit code of a command that goes on from its file
COMMANDS = {
    "radius": ["radius", "--rtol", "1e-7"],
    "perron": ["radius", "--perron", "--rtol", "1e-15"],
    "norm": ["norm", "--rtol", "1e-11"],
    "scale": ["scale", "--rtol", "1e-4"],
    "check": ["check", "--activation", "tanh"],
    "chain": ["chain", "--steps", "100000"],
    "lyapunov": ["lyapunov", "--steps", "100000", "-k", "2"],
}


def seconds_to_end(command: list[str], file: Path, state: Path, number: int, wait: float) -> tuple[float, int, int]:
    """From the signal to the end, the exit code, and the bytes of the state."""
    for path in state.parent.glob(f"{state.name}*"):
        path.unlink()
    arguments = [sys.executable, "-m", "rhochain", command[0], str(file), *command[1:], "--checkpoint", str(state)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(wait)
        began = time.perf_counter()
        process.send_signal(number)
        code = process.wait()
        took = time.perf_counter() - began
    return took, code, sum(path.stat().st_size for path in state.parent.glob(f"{state.name}*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=int, default=300_000)
    parser.add_argument("--entries", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latest", type=float, default=4.0)
    options = parser.parse_args()
    n, k = options.neurons, options.entries
    rng = np.random.default_rng()
    entries = rng.standard_normal(n * k) / np.sqrt(k)
    W = sparse.csr_array((entries, (np.repeat(np.arange(n), k), rng.integers(0, n, n * k))), shape=(n, n))
    x, A = rng.standard_normal(n), rc.Matrix(W)
    products = []
    for _ in range(7):
        began = time.perf_counter()
        x = A @ x
        products.append(time.perf_counter() - began)
    print("| run | ended by a signal | median, s | longest, s | state, MB |\n|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "W.npz")
        sparse.save_npz(file, W, compressed=False)
        for name, command in COMMANDS.items():
            ends = [
                seconds_to_end(command, file, Path(folder, "state"), number, rng.uniform(1.5, options.latest))
                for number in [signal.SIGTERM, signal.SIGUSR1] * options.rounds
            ]
            times = [took for took, code, _ in ends if code == SAVED] or [float("nan")]
            largest = max(size for *_, size in ends) / 1e6
            print(
                f"| {name} | {len(times)} | {statistics.median(times):.2f} | {max(times):.2f} | {largest:.0f} |",
                flush=True,
            )
    print(f"\nOne product: {1000 * statistics.median(products):.1f} ms.")


if __name__ == "__main__":
    main()
