"""An include points downwards only, and the walls around OpenMP and Eigen hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_tree import ROOT, SOURCE_SUFFIXES, files, lines_of_code, write

CPP_ORDER = ["version", "storage", "kernels", "operators", "krylov", "spectra", "chains", "mpi", "rhochain"]
CPP_LAYERS = {name: rank for rank, name in enumerate(CPP_ORDER)}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OPENMP = re.compile(r"#\s*pragma\s+omp\b|<omp\.h>|\bomp_\w+\s*\(|\b_OPENMP\b|\bRHOCHAIN_HAS_OPENMP\b")
# Layers above the kernels take their threads from a space, and their operators as a linear_map.
ABOVE_KERNELS = {"operators", "krylov", "spectra", "chains"}
WITHOUT_THREADS = ABOVE_KERNELS - {"operators"}
INSTANTIATION = re.compile(r"^template\s+[^<]", re.MULTILINE)
VAGUE_NAMES = {"utils", "util", "common", "misc", "helpers", "helper"}


def cpp_layer(path: Path) -> str:
    return path.parts[0].removesuffix(".hpp").removesuffix(".cpp")


def core_files(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Each file of the core, its path from the root of the repository and its layer."""
    for tree in (root / "cpp/include/rhochain", root / "cpp/src"):
        for path in files(tree, SOURCE_SUFFIXES):
            yield path, path.relative_to(root).as_posix(), cpp_layer(path.relative_to(tree))


def included_layer(root: Path, path: Path, quoted: bool, target: str) -> str | None:
    """The layer that an include of `path` points into; None for what is not of the core."""
    if target.startswith("rhochain/"):
        return cpp_layer(Path(target).relative_to("rhochain"))
    if not quoted:
        return None
    if (path.parent / target).exists():
        beside = (path.parent / target).resolve()
        for tree in (root / "cpp/include/rhochain", root / "cpp/src"):
            if beside.is_relative_to(tree.resolve()):
                return cpp_layer(beside.relative_to(tree.resolve()))
    # A private header, by its path from cpp/src.
    there = cpp_layer(Path(target))
    return there if there in CPP_LAYERS else None


def cpp_violations(root: Path) -> list[str]:
    found = []
    for path, where, here in core_files(root):
        text = path.read_text(encoding="utf-8")
        if here not in CPP_LAYERS:
            found.append(f"{where}: {here} is no layer")
            continue
        for bracket, target in INCLUDE.findall(text):
            there = included_layer(root, path, bracket == '"', target)
            if there is not None and CPP_LAYERS.get(there, len(CPP_LAYERS)) > CPP_LAYERS[here]:
                found.append(f"{where}: includes {target}")
            if where.startswith("cpp/include/") and bracket == '"' and not target.startswith("rhochain/"):
                found.append(f"{where}: an installed header includes {target}, which is not installed")
            if target.startswith(("pybind11/", "Python.h")):
                found.append(f"{where}: the core includes {target}")
            if target.startswith(("Eigen/", "unsupported/Eigen/")) and where != "cpp/src/kernels/small_dense.cpp":
                found.append(f"{where}: Eigen outside small_dense.cpp")
        if OPENMP.search(text) and where != "cpp/src/kernels/space/parallel.cpp":
            found.append(f"{where}: OpenMP outside parallel.cpp")
    return found


def interface_violations(root: Path) -> list[str]:
    found = []
    for path, where, here in core_files(root):
        text = path.read_text(encoding="utf-8")
        if "operator_ref" in text:
            found.append(f"{where}: operator_ref")
        if here in WITHOUT_THREADS and path.suffix in {".hpp", ".h"} and re.search(r"\bint threads\b", text):
            found.append(f"{where}: a header above the kernels takes a number of threads")
        if here in ABOVE_KERNELS and INSTANTIATION.search(text):
            found.append(f"{where}: an explicit instantiation")
    return found


def shape_violations(root: Path) -> list[str]:
    found = []
    for folder in ("cpp", "python", "tests", "benchmarks", "examples"):
        for path in files(root / folder, SOURCE_SUFFIXES):
            where = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            lines = text.splitlines()
            length = lines_of_code(text) if path.suffix in {".py", ".pyi"} else len(lines)
            if length > 300 and path.suffix != ".pyi":  # a stub is a list of the functions of one module
                found.append(f"{where}: {length} lines")
            # clang-format breaks no word, and ruff no string.
            found += [f"{where}:{n}: {len(line)} columns" for n, line in enumerate(lines, 1) if len(line) > 120]
            if path.stem.strip("_") in VAGUE_NAMES:
                found.append(f"{where}: a file is named after its concept")
    return found


@pytest.mark.parametrize("violations", [cpp_violations, interface_violations, shape_violations])
def test_the_tree_has_no_violation(violations):
    assert (ROOT / "cpp/src/kernels/space/parallel.cpp").is_file()
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("cpp/src/storage/a.cpp", "#include <rhochain/kernels/spmv.hpp>\n", "includes rhochain/kernels/spmv.hpp"),
        ("cpp/src/krylov/a.cpp", '#  include "rhochain/chains/b.hpp"\n', "includes rhochain/chains/b.hpp"),
        ("cpp/include/rhochain/storage/a.hpp", "#include <rhochain/rhochain.hpp>\n", "includes rhochain/rhochain.hpp"),
        ("cpp/src/spectra/a.cpp", "#include <Eigen/Dense>\n", "Eigen outside"),
        ("cpp/src/kernels/a.cpp", "#pragma omp parallel for\n", "OpenMP outside"),
        ("cpp/src/kernels/a.cpp", "#include <omp.h>\n", "OpenMP outside"),
        ("cpp/src/kernels/a.cpp", "#include <pybind11/numpy.h>\n", "the core includes pybind11"),
        ("cpp/src/extras/a.cpp", "", "extras is no layer"),
        ("cpp/src/krylov/a.cpp", '#include "spectra/radius/b.hpp"\n', "includes spectra/radius/b.hpp"),
        ("cpp/src/kernels/a.hpp", '#include "krylov/b.hpp"\n', "includes krylov/b.hpp"),
        ("cpp/include/rhochain/spectra/a.hpp", '#include "spectra/b.hpp"\n', "includes spectra/b.hpp, which is not"),
    ],
)
def test_a_cpp_violation_is_found(tmp_path, path, text, complaint):
    find_one(cpp_violations, tmp_path, path, text, complaint)


def test_an_upward_include_relative_to_the_file_is_found(tmp_path):
    write(tmp_path / "cpp/src/chains/b.hpp", "")
    write(tmp_path / "cpp/src/storage/a.cpp", '#include "../chains/b.hpp"\n')
    assert cpp_violations(tmp_path) == ["cpp/src/storage/a.cpp: includes ../chains/b.hpp"]


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("cpp/src/storage/a.cpp", "// an operator_ref\n", "operator_ref"),
        ("cpp/include/rhochain/chains/a.hpp", "void f(int threads);\n", "takes a number of threads"),
        ("cpp/src/spectra/radius/a.hpp", "struct a {\n    int threads = 0;\n};\n", "takes a number of threads"),
        ("cpp/src/operators/a.cpp", "template class a<float>;\n", "an explicit instantiation"),
        ("cpp/src/chains/a.cpp", "int b;\ntemplate void f<double>(double);\n", "an explicit instantiation"),
    ],
)
def test_an_interface_of_before_is_found(tmp_path, path, text, complaint):
    find_one(interface_violations, tmp_path, path, text, complaint)


def test_threads_of_kernels_operators_and_sources_pass(tmp_path):
    write(tmp_path / "cpp/include/rhochain/kernels/a.hpp", "void f(int threads);\ntemplate class a<float>;\n")
    write(tmp_path / "cpp/include/rhochain/operators/a.hpp", "template <class A>\nvoid f(A, int threads);\n")
    write(tmp_path / "cpp/src/spectra/a.cpp", "const int threads = S.threads();\n    template <class A> void f(A);\n")
    write(tmp_path / "cpp/src/spectra/a.hpp", "void f(std::uint32_t int_threads);\n")
    assert interface_violations(tmp_path) == []


def test_downward_and_foreign_includes_pass(tmp_path):
    write(
        tmp_path / "cpp/src/spectra/b.cpp", '#include "spectra/b.hpp"\n#include "kernels/a.hpp"\n#include <version>\n'
    )
    write(tmp_path / "cpp/src/storage/b.cpp", "#include <chains/a.hpp>\n")
    write(tmp_path / "cpp/src/chains/a.cpp", "#include <rhochain/chains/a.hpp>\n#include <rhochain/storage/csr.hpp>\n")
    write(
        tmp_path / "cpp/src/kernels/space/parallel.cpp", "#include <omp.h>\n#include <vector>\n#pragma omp parallel\n"
    )
    write(tmp_path / "cpp/src/kernels/small_dense.cpp", "#include <Eigen/Dense>\n")
    assert cpp_violations(tmp_path) == []


def test_a_long_file_a_long_line_and_a_vague_name_are_found(tmp_path):
    write(tmp_path / "cpp/src/kernels/long.cpp", "\n" * 301)
    write(tmp_path / "cpp/src/kernels/wide.inl", "// " + "x" * 117 + "\n// " + "x" * 118 + "\n")
    write(tmp_path / "python/rhochain/_utils.py", "")
    write(tmp_path / "python/rhochain/long.py", "x = 1  # one\n" * 301)
    write(tmp_path / "python/rhochain/documented.py", '"""\n' + "\n" * 301 + '"""\n\n# x\n' + "x = 1\n" * 300)
    assert shape_violations(tmp_path) == [
        "cpp/src/kernels/long.cpp: 301 lines",
        "cpp/src/kernels/wide.inl:2: 121 columns",
        "python/rhochain/_utils.py: a file is named after its concept",
        "python/rhochain/long.py: 301 lines",
    ]


def find_one(violations, root, path, text, complaint):
    write(root / path, text)
    (found,) = violations(root)
    assert found.startswith(f"{path}: ")
    assert complaint in found
