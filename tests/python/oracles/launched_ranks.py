"""Programs started by mpiexec, where there are mpi4py and a launcher; elsewhere their tests are skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["RESULTS", "alone", "launched", "launcher", "on_ranks", "parted"]

RESULTS = Path(__file__).with_name("rank_results.py")
_SECONDS = 300


def launcher() -> str:
    """mpiexec of this environment, or of the system."""
    pytest.importorskip("mpi4py")
    beside = shutil.which("mpiexec", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("mpiexec")
    if found is None:
        pytest.skip("no mpiexec")
    return found


def alone(program: Path, *arguments: str, seconds: float = _SECONDS) -> str:
    """What a program prints without ranks, where there are any to compare with."""
    launcher()
    return _run([sys.executable, str(program), *arguments], seconds)


def on_ranks(ranks: int, program: Path, *arguments: str, seconds: float = _SECONDS) -> str:
    """What it prints on so many ranks."""
    return _run([launcher(), "-n", str(ranks), sys.executable, str(program), *arguments], seconds)


def parted(cases: dict[str, list[str]]) -> list[str]:
    """The arguments of a program that takes several cases: each with its names, parted by slashes."""
    arguments = [word for case, names in cases.items() for word in ("/", case, *names)]
    return arguments[1:]


def launched(ranks: int, *command: str) -> "subprocess.Popen[str]":
    """A command on so many ranks, with its output in pipes."""
    return subprocess.Popen(
        [launcher(), "-n", str(ranks), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )


def _run(command: list[str], seconds: float) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=_environment(), check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def _environment() -> dict[str, str]:
    """Open MPI refuses root and more ranks than cores unless told."""
    told = {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    }
    return {**os.environ, "OMP_NUM_THREADS": "1", **told}
