"""examples/embedding/ranks.cpp, compiled against MPI: on any number of ranks the bits of Python in one process."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from launched_ranks import launched, launcher
from scipy import sparse
from source_tree import ROOT

import rhochain as rc
from rhochain.commands.build_flags import prefix

N = 20_000
OFFSETS = (1, 7, 60, 411, 1022, 2500, 5003, 9009)
STRICT = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LIBRARY = prefix() / "lib/librhochain.a"

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="the static library is installed with the package")


def compiler() -> str:
    """Of the MPI whose launcher is used; without its header there is none."""
    found = shutil.which("mpicxx", path=str(Path(launcher()).parent))
    if found is None:
        pytest.skip("no mpicxx beside mpiexec")
    header = [found, "-E", "-x", "c++", "-"]
    if subprocess.run(header, input="#include <mpi.h>", capture_output=True, text=True, check=False).returncode != 0:
        pytest.skip("mpicxx without a compiler or mpi.h")
    return found


def matrix() -> sparse.csr_array:
    """That of the example, in 64-bit integers that wrap."""
    i = np.repeat(np.arange(N, dtype=np.uint64), len(OFFSETS))
    j = (i + np.tile(np.array(OFFSETS, np.uint64), N)) % np.uint64(N)
    mixed = i * np.uint64(2654435761) + j * np.uint64(40503)
    entries = (mixed % np.uint64(65536)).astype(np.float64) / 32768 - 1
    return sparse.csr_array((entries, (i.astype(np.int64), j.astype(np.int64))), shape=(N, N))


def test_the_example_has_the_bits_of_one_process_of_python(tmp_path: Path) -> None:
    program = tmp_path / "ranks"
    flags = ["-I", prefix() / "include", "-L", prefix() / "lib", "-lrhochain", "-fopenmp", "-o", program]
    command = [compiler(), *STRICT, ROOT / "examples/embedding/ranks.cpp", *flags]
    built = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert built.returncode == 0, built.stderr
    b = rc.spectral_radius(matrix(), rtol=1e-2, delta=1e-9)  # the defaults of C++
    expected = [b.lower.value, b.value, b.upper.value]
    for ranks in (1, 2, 3):
        with launched(ranks, str(program), str(N)) as job:
            out, errors = job.communicate(timeout=120)
        assert job.returncode == 0, errors
        *numbers, count, _ = out.split()
        assert [float.fromhex(number) for number in numbers] == expected, ranks
        assert int(count) == ranks
