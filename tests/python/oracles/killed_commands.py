"""Commands that a signal, the clock or `kill -9` ends again and again, and what they give in the end.

Run `python tests/python/oracles/killed_commands.py [--kills 20] [--kind radius] [--seed S]` with rhochain installed: it
kills each kind of run at that many random moments and compares the JSON with that of an unbroken run. Its exit status
is 1 where they differ.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

# A run of seconds each on a matrix of (neurons, entries a row).
KINDS = {
    "radius": ((20_000, 10), ["radius", "--rtol", "1e-5"]),
    "perron": ((200_000, 10), ["radius", "--perron", "--rtol", "1e-12"]),
    "norm": ((200_000, 10), ["norm", "--rtol", "1e-7"]),
    "scale": ((20_000, 10), ["scale", "--rtol", "1e-3"]),
    "check": ((20_000, 10), ["check", "--activation", "tanh"]),
    "lyapunov": ((5_000, 10), ["lyapunov", "--steps", "20000", "-k", "2"]),
    "chain": ((3_000, 10), ["chain", "--steps", "3000"]),
}
_TIMES = {"seconds", "max_seconds", "out_of_time"}
_SECONDS = 300.0  # a run that hangs


def matrix_file(folder: Path, size: tuple[int, int]) -> Path:
    """Independent normal entries of radius 1, in a file."""
    n, degree = size
    file = folder / f"W{n}.npz"
    if not file.exists():
        rng = np.random.default_rng(8)
        rows = np.repeat(np.arange(n), degree)
        entries = rng.standard_normal(n * degree) / np.sqrt(degree)
        W = sparse.csr_array((entries, (rows, rng.integers(0, n, n * degree))), shape=(n, n))
        sparse.save_npz(file, W, compressed=False)
    return file


def without_times(plain: Any) -> Any:
    """What an unbroken run and one that goes on have in common: all but the wall time."""
    if isinstance(plain, dict):
        return {key: without_times(value) for key, value in plain.items() if key not in _TIMES}
    return [without_times(each) for each in plain] if isinstance(plain, list) else plain


class Command:
    """``rhochain KIND FILE --checkpoint PATH``, which a test ends."""

    def __init__(self, kind: str, folder: Path) -> None:
        size, (name, *options) = KINDS[kind]
        self.arguments = [name, str(matrix_file(folder, size)), *options]
        self.path = folder / f"{kind}.run"
        self._saving = ["--checkpoint", str(self.path), "--checkpoint-seconds", "0.05"]

    @property
    def files(self) -> list[Path]:
        """Those that the command keeps."""
        return [path for path in (self.path, Path(f"{self.path}.gradient")) if path.exists()]

    def ended(self, number: int, wait: float) -> tuple[int, str]:
        """Exit code and standard error with `number` sent `wait` seconds after it saved something."""
        before = self._saved()
        with self._started([]) as process:
            end = time.monotonic() + _SECONDS
            while self._saved() == before and process.poll() is None and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(wait)
            process.send_signal(number)
            _, errors = process.communicate(timeout=_SECONDS)
        return process.returncode, errors

    def answer(self, *more: str, saving: bool = True) -> tuple[int, Any]:
        """Exit code and JSON of one that nothing ends from outside."""
        with self._started([*more, "--json", "-"], saving=saving) as process:
            shown, errors = process.communicate(timeout=_SECONDS)
        if process.returncode not in (0, 75):
            raise RuntimeError(errors)
        # The clock may end a run before there is anything to show.
        return process.returncode, without_times(json.loads(shown)) if shown else None

    def _saved(self) -> list[int]:
        times = []
        for path in self.files:
            with contextlib.suppress(FileNotFoundError):  # a run that is done removes its files
                times.append(path.stat().st_mtime_ns)
        return times

    def _started(self, more: Sequence[str], *, saving: bool = True) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "rhochain", *self.arguments, *(self._saving if saving else []), *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_again_and_again(command: Command, kills: int, rng: np.random.Generator) -> tuple[int, int]:
    """Of the runs that came to their end: how many, and how many gave other bits than an unbroken one."""
    _, unbroken = command.answer(saving=False)
    done = ends = differing = 0
    while done < kills or ends == 0:
        if done < kills:
            code, _ = command.ended(signal.SIGKILL, float(rng.uniform(0.0, 0.5)))
            done += code == -signal.SIGKILL
            if code == -signal.SIGKILL and done < kills:
                continue
        code, found = command.answer()
        ends += 1
        differing += code != 0 or found != unbroken
        for path in command.files:
            path.unlink()
    return ends, differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kind or KINDS:
            began = time.perf_counter()
            ends, differing = kill_again_and_again(Command(kind, Path(folder)), options.kills, rng)
            wrong += differing
            seconds = time.perf_counter() - began
            print(
                f"{kind:<10}{options.kills} kills, {ends} ends, {differing} with other bits, {seconds:.0f} s",
                flush=True,
            )
    return int(wrong > 0)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
