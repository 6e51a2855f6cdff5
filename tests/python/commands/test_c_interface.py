"""`rhochain.h`: programs in C and Fortran have the bits of Python, and the library exports what the header declares."""

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rhochain as rc
from rhochain.commands.build_flags import c_flags, c_library, prefix

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples/embedding"
CELEGANS = ROOT / "examples/data/celegans_chemical.mtx"
HEADER = prefix() / "include/rhochain.h"
STRICT_C = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror"]
COMPILERS = [name for name in ("cc", "gcc", "clang", "clang-14") if shutil.which(name)]

pytestmark = pytest.mark.skipif(not HEADER.exists(), reason="rhochain.h is installed with the package")


def run(*command):
    return subprocess.run(
        [os.fspath(part) for part in command], check=True, capture_output=True, text=True, timeout=120
    ).stdout


def built(compiler, sources, folder, *options):
    program = folder / "program"
    run(compiler, *options, *sources, *shlex.split(c_flags()), "-o", program, "-lm")
    return program


def floats(text):
    return [float.fromhex(word) for word in text.split()]


def declared():
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)
    return sorted(set(re.findall(r"\b(rhochain_\w+)\(", text)))


@pytest.mark.skipif(not COMPILERS, reason="no C compiler")
@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_example_in_c_has_the_bits_of_python(compiler, tmp_path):
    out = run(built(compiler, [EXAMPLES / "radius.c"], tmp_path, *STRICT_C), CELEGANS)
    rho, sigma, log_norm = (floats(line.split(maxsplit=1)[1]) for line in out.splitlines() if line.startswith("bits"))
    W = rc.load(CELEGANS)
    for found, bracket in ((rho, rc.spectral_radius(W, rtol=1e-4)), (sigma, rc.spectral_norm(W, rtol=1e-4))):
        assert found == [bracket.value, bracket.lower.value, bracket.upper.value]
    n = W.shape[0]
    slopes = np.broadcast_to(1.0 / (1 + np.arange(n) % 7), (1000, n))
    assert log_norm == [rc.JacobianChain(W, slopes).vjp(np.ones(n)).log_norms[-1]]


@pytest.mark.skipif(shutil.which("gfortran") is None, reason="no Fortran compiler")
def test_the_example_in_fortran_has_the_bits_of_python(tmp_path):
    sources = [EXAMPLES / "rhochain.f90", EXAMPLES / "radius.f90"]
    options = ["-std=f2003", "-Wall", "-Wextra", "-Werror", "-J", tmp_path]
    out = run(built("gfortran", sources, tmp_path, *options))
    found = {line.split()[0]: [float(word) for word in line.split()[1:]] for line in out.splitlines()}
    W = np.zeros((4, 4))
    W[[0, 1, 1, 2, 3], [1, 0, 2, 3, 0]] = 0.9, -0.4, 1.1, 0.8, 1.2
    from scipy import sparse

    S = sparse.csr_array(W)
    for name, function in (("rho", rc.spectral_radius), ("sigma_1", rc.spectral_norm)):
        b = function(S, rtol=1e-4)
        assert found[name] == [b.value, b.lower.value, b.upper.value]
    assert found["chain"] == [rc.JacobianChain(S, np.full((1000, 4), 0.5)).vjp(np.ones(4)).log_norms[-1]]


def test_the_library_exports_the_functions_of_the_header_and_no_other():
    if shutil.which("nm") is None or sys.platform == "darwin":
        pytest.skip("needs nm of binutils")
    names = {line.split()[-1].partition("@")[0] for line in run("nm", "-D", "--defined-only", c_library()).splitlines()}
    assert sorted(names - {"RHOCHAIN_1"}) == declared() == EXPORTED


EXPORTED = [
    "rhochain_abi_version",
    "rhochain_chain_begin",
    "rhochain_chain_free",
    "rhochain_chain_log_norms",
    "rhochain_chain_step",
    "rhochain_chain_steps",
    "rhochain_chain_vectors",
    "rhochain_last_error",
    "rhochain_matrix_apply",
    "rhochain_matrix_cols",
    "rhochain_matrix_csr",
    "rhochain_matrix_dense",
    "rhochain_matrix_free",
    "rhochain_matrix_layout_memory",
    "rhochain_matrix_operator",
    "rhochain_matrix_rows",
    "rhochain_options_init",
    "rhochain_options_set",
    "rhochain_perron_radius",
    "rhochain_result_bracket",
    "rhochain_result_free",
    "rhochain_result_source",
    "rhochain_result_vector",
    "rhochain_result_vector_length",
    "rhochain_scaled_norm",
    "rhochain_spectral_norm",
    "rhochain_spectral_radius",
    "rhochain_version",
]


def c_declarations():
    """The header as cffi reads it: without the lines of the preprocessor."""
    text = HEADER.read_text(encoding="utf-8")
    text = re.sub(r"^#ifdef __cplusplus\n.*?^#endif\n", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_cffi_reads_the_header_and_calls_the_library():
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    ffi.cdef(c_declarations())
    c = ffi.dlopen(os.fspath(c_library()))
    rng = np.random.default_rng(5)
    W = rng.standard_normal((60, 60))
    matrix, result, bracket = ffi.new("rhochain_matrix**"), ffi.new("rhochain_result**"), ffi.new("rhochain_bracket*")
    bracket.size = ffi.sizeof("rhochain_bracket")
    assert c.rhochain_matrix_dense(60, 60, c.RHOCHAIN_F64, c.RHOCHAIN_ROW_MAJOR, ffi.from_buffer(W), matrix) == 0
    options = ffi.new("rhochain_options*")
    c.rhochain_options_init(options, ffi.sizeof("rhochain_options"))
    options.proved = 1
    assert c.rhochain_spectral_radius(matrix[0], options, result) == c.RHOCHAIN_OK
    assert c.rhochain_result_bracket(result[0], bracket) == c.RHOCHAIN_OK
    own = rc.spectral_radius(W, proved=True)
    assert (bracket.value, bracket.lower, bracket.upper) == (own.value, own.lower.value, own.upper.value)
    assert bracket.upper_grade == c.RHOCHAIN_PROVED
    assert bracket.lower <= np.abs(np.linalg.eigvals(W)).max() <= bracket.upper
    re_, im = np.empty(60), np.empty(60)
    assert c.rhochain_result_vector(result[0], 60, *(ffi.cast("double*", a.ctypes.data) for a in (re_, im))) == 0
    np.testing.assert_array_equal(re_ + 1j * im, own.vector)
    c.rhochain_result_free(result[0])
    c.rhochain_matrix_free(matrix[0])


def test_the_command_prints_the_flags():
    assert run(sys.executable, "-m", "rhochain", "--c-flags").strip() == c_flags()
    assert run(sys.executable, "-m", "rhochain", "--c-library").strip() == os.fspath(c_library())
    assert c_library().exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of Linux")
def test_both_names_of_the_library_load_and_state_the_abi():
    names = sorted(path.name for path in c_library().parent.glob("librhochain_c.so*"))
    assert names == ["librhochain_c.so", c_library().name]
    for name in names:
        assert ctypes.CDLL(os.fspath(c_library().parent / name)).rhochain_abi_version() == 1
    dynamic = run("readelf", "-d", c_library()) if shutil.which("readelf") else f"[{c_library().name}]"
    assert f"[{c_library().name}]" in dynamic
