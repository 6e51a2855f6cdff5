"""MATLAB files: the matrix that SciPy (version 5) or HDF5 as MATLAB lays it out (version 7.3) holds."""

import zlib

import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from stand_in_files import stand_ins

import rhochain as rc


def random_sparse(n, m=None, **options):
    return sparse.random(n, m or n, density=0.3, format="csc", random_state=np.random.default_rng(), **options)


def dense(W):
    return W.toarray() if sparse.issparse(W) else W


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "?"])
def test_dense_matrices_of_every_class(dtype, packed, tmp_path):
    W = np.random.default_rng().integers(0, 100, size=(4, 6)).astype(dtype)
    scipy.io.savemat(tmp_path / "W.mat", {"text": "abc", "W": W}, do_compression=packed)
    found = rc.load(tmp_path / "W.mat")
    np.testing.assert_array_equal(found, W)
    assert found.dtype == W.dtype


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("values", [np.float64, np.bool_])
def test_sparse_matrices(values, packed, tmp_path):
    W = random_sparse(30, 20).astype(values)
    scipy.io.savemat(tmp_path / "W.mat", {"W": W, "cell": np.array(["a", 1.5], dtype=object)}, do_compression=packed)
    found = rc.load(tmp_path / "W.mat")
    assert isinstance(found, sparse.csr_array)
    np.testing.assert_array_equal(found.toarray(), W.toarray())
    np.testing.assert_array_equal(found.toarray(), scipy.io.loadmat(tmp_path / "W.mat")["W"].toarray())


@pytest.mark.parametrize("entries", [0, 1])
def test_few_entries(entries, tmp_path):
    W = sparse.csc_array(([2.5] * entries, ([1] * entries, [2] * entries)), shape=(3, 3))
    scipy.io.savemat(tmp_path / "W.mat", {"W": W})
    np.testing.assert_array_equal(rc.load(tmp_path / "W.mat").toarray(), W.toarray())


@pytest.mark.parametrize("packed", [False, True])
def test_a_problem_of_suitesparse(packed, tmp_path):
    A = random_sparse(25)
    problem = {"name": "HB/x", "title": "t", "A": A, "b": np.ones((25, 1)), "aux": {"coord": np.ones((25, 2))}}
    scipy.io.savemat(tmp_path / "W.mat", {"Problem": problem}, do_compression=packed)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.mat").toarray(), A.toarray())
    for name in ("Problem.A", "A"):
        np.testing.assert_array_equal(rc.load(tmp_path / "W.mat", name=name).toarray(), A.toarray())
    assert rc.load(tmp_path / "W.mat", name="aux.coord").shape == (25, 2)
    with pytest.raises(rc.FileError, match=r"no 'C' .* Problem.A \(25 x 25\), Problem.b \(25 x 1\), Problem.aux.coord"):
        rc.load(tmp_path / "W.mat", name="C")


def test_numbers_that_matlab_stores_in_fewer_bytes_and_the_other_byte_order(tmp_path):
    """A double matrix of whole numbers, stored as bytes: SciPy never writes it, MATLAB does."""
    for order, mark in (("<", b"IM"), (">", b"MI")):
        integer = np.dtype(f"{order}u4")

        def tag(kind, nbytes, integer=integer):
            return np.array([kind, nbytes], integer).tobytes()

        def small(kind, data, order=order, integer=integer):
            """An element whose four bytes of data lie in its tag."""
            return np.array([len(data) << 16 | kind], integer).tobytes() + data.ljust(4, b"\0")

        entries = bytes([1, 2, 3, 4, 5, 6])
        parts = tag(6, 8) + np.array([6, 0], integer).tobytes()
        parts += tag(5, 8) + np.array([2, 3], f"{order}i4").tobytes() + small(1, b"W")
        parts += tag(2, 6) + entries + b"\0\0"
        content = tag(14, len(parts)) + parts
        packed = zlib.compress(content)
        version = np.array([0x0100], f"{order}u2").tobytes()
        for body in (content, tag(15, len(packed)) + packed):
            path = tmp_path / "W.mat"
            path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + version + mark + body)
            found = rc.load(path)
            np.testing.assert_array_equal(found, [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
            assert found.dtype == np.float64
            np.testing.assert_array_equal(found, scipy.io.loadmat(path)["W"])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_shape_and_place_among_variables(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("mat") / "W.mat"
    rows, cols = (data.draw(st.integers(1, 12)) for _ in range(2))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    W = rng.standard_normal((rows, cols)) * (rng.random((rows, cols)) < 0.5)
    W = sparse.csc_array(W) if data.draw(st.booleans()) else W
    variables = {"name" * data.draw(st.integers(1, 7)): W}
    if data.draw(st.booleans()):
        variables = {"aaaa": np.zeros((0, 3)), "c": {"s": "t"}, **variables, "z": np.ones((2, 2, 2))}
    scipy.io.savemat(path, variables, do_compression=data.draw(st.booleans()))
    np.testing.assert_array_equal(dense(rc.load(path)), dense(W))


def write_73(path, fill):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        fill(file)
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return path


def store_73(file, name, W, dtype=np.float64):
    group = file.create_group(name)
    group.attrs["MATLAB_sparse"] = np.uint64(W.shape[0])
    group.attrs["MATLAB_class"] = np.bytes_("logical" if dtype == np.uint8 else "double")
    group["jc"] = W.indptr.astype(np.uint64)
    if W.nnz:
        group["data"], group["ir"] = W.data.astype(dtype), W.indices.astype(np.uint64)


@pytest.mark.parametrize("density", [0, 0.01, 0.4])
def test_sparse_of_version_7_3(density, tmp_path):
    W = sparse.random(10, 10, density=density, format="csc", random_state=np.random.default_rng())
    path = write_73(tmp_path / "W.mat", lambda file: store_73(file, "W", W))
    np.testing.assert_array_equal(rc.load(path).toarray(), W.toarray())


def test_sparse_logical_of_version_7_3(tmp_path):
    W = random_sparse(10) != 0
    path = write_73(tmp_path / "W.mat", lambda file: store_73(file, "W", W.tocsc(), np.uint8))
    np.testing.assert_array_equal(rc.load(path).toarray(), W.toarray())


def test_dense_and_structures_of_version_7_3(tmp_path):
    W = np.arange(6.0).reshape(2, 3)
    A = random_sparse(7, 7)

    def fill(file):
        file["W"] = W.T  # column after column
        file["empty"] = np.array([0, 0], np.uint64)
        file["empty"].attrs["MATLAB_empty"] = np.uint8(1)
        store_73(file, "Problem/A", A)
        file["#refs#/a"] = np.eye(3)

    path = write_73(tmp_path / "W.mat", fill)
    np.testing.assert_array_equal(rc.load(path, name="W"), W)
    np.testing.assert_array_equal(rc.load(path).toarray(), A.toarray())
    np.testing.assert_array_equal(rc.load(path, name="Problem.A").toarray(), A.toarray())
    with pytest.raises(
        rc.FileError, match=r"expected name= one of Problem.A \(7 x 7\), W \(2 x 3\)|W \(2 x 3\), Problem"
    ):
        rc.load(path, name="a")


def test_the_stand_in_of_version_7_3(tmp_path):
    pytest.importorskip("h5py")
    path = tmp_path / "W.mat"
    stand_ins.write_stand_in("mat73", path, neurons=50, edges=300)
    W = rc.load(path)
    assert W.shape == (50, 50)
    assert W.nnz == 300
    mat73 = pytest.importorskip("mat73")
    np.testing.assert_array_equal(W.toarray(), mat73.loadmat(str(path))["W"].toarray())


def element(kind, data, order="<"):
    return np.array([kind, len(data)], f"{order}u4").tobytes() + data + bytes(-len(data) % 8)


def variable(flags, shape, *parts, name=b"W"):
    head = element(6, np.array([flags, 0], "<u4").tobytes()) + element(5, np.array(shape, "<i4").tobytes())
    return element(14, head + element(1, name) + b"".join(parts))


def file_5(*content):
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(content)


def doubles(*values):
    return element(9, np.array(values, "<f8").tobytes())


def integers(*values):
    return element(5, np.array(values, "<i4").tobytes())


def compressed(content):
    packed = zlib.compress(content, 9)
    return np.array([15, len(packed)], "<u4").tobytes() + packed


FEW_ROWS = variable(5, [3, 3], integers(0, 1), integers(0, 1, 2, 3), doubles(1, 2, 3))
BAD_5 = {
    "version 4": (np.array([0, 3, 3, 0, 2], "<i4").tobytes() + b"W\0" + bytes(72 + 100), r"header: the version '\\x00"),
    "no bytes": (b"", "header: the version ''; expected a .mat of version 5 or 7.3"),
    "no variable": (file_5(), "file: no matrices; expected a matrix of real numbers"),
    "text alone": (file_5(variable(4, [1, 3], element(4, b"a\0b\0c\0"))), "file: no matrices"),
    "cut short": (
        file_5(variable(6, [2, 2], doubles(1, 2, 3, 4)))[:-8],
        "file: an element of [0-9]+ bytes; expected at",
    ),
    "few entries": (file_5(variable(6, [2, 2], doubles(1, 2, 3))), "variable W: 3 entries; expected 4 for shape"),
    "4 TB": (file_5(variable(6, [2**20, 2**19], doubles(1))), "variable W: an array of 4398046511104 bytes; expected"),
    "complex": (file_5(variable(6 | 1 << 11, [1, 1], doubles(1), doubles(1))), "variable W: complex entries; expected"),
    "negative extents": (file_5(variable(6, [-1, 2], doubles(1))), "file: a matrix without flags, extents or name"),
    "nan": (file_5(variable(6, [1, 2], doubles(1, np.nan))), "row 1, column 2: NaN or Inf among the entries"),
    "few rows": (file_5(FEW_ROWS), "variable W: 3 entries and 2 rows; expected 3, as its columns state"),
    "a row outside": (
        file_5(variable(5, [2, 2], integers(0, 2), integers(0, 1, 2), doubles(1, 2))),
        "variable W, rows, entry 1: 2; expected 0 to 1",
    ),
    "falling columns": (
        file_5(variable(5, [2, 2], integers(0, 1), integers(0, 5, 2), doubles(1, 2))),
        "variable W, columns: a sequence that is no row pointer",
    ),
    "negative columns": (
        file_5(variable(5, [2, 2], integers(0, 1), integers(0, 1, -2), doubles(1, 2))),
        "variable W, columns: a sequence that is no row pointer",
    ),
    "many rows": (
        file_5(variable(5, [2**30, 1], integers(0), integers(0, 1), doubles(1))),
        "variable W: 1073741824 rows and 1 columns with 1 entries",
    ),
    "a bomb": (
        file_5(compressed(np.array([14, 2**31], "<u4").tobytes() + bytes(10**7))),
        "file: 2147483648 bytes stated, packed into [0-9]+; expected at most",
    ),
    "packed and cut short": (
        file_5(compressed(variable(6, [9, 9], doubles(*np.random.default_rng(0).random(81))))[:-100]),
        "file: an element of [0-9]+ bytes; expected at most",
    ),
    "packed noise": (
        file_5(np.array([15, 64], "<u4").tobytes() + bytes(range(64))),
        "file: a compressed element, cut short or corrupt",
    ),
    "nested": (
        file_5(compressed(variable(2, [1, 1], integers(2), element(1, b"a\0")) * 50_000)),
        "file: no matrices",
    ),
}


@pytest.mark.parametrize("kind", BAD_5)
def test_bad_files_of_version_5(kind, tmp_path):
    content, words = BAD_5[kind]
    (tmp_path / "W.mat").write_bytes(content)
    with pytest.raises(rc.FileError, match=words):
        rc.load(tmp_path / "W.mat")


def test_structures_within_structures_end_in_a_line(tmp_path):
    inner = variable(6, [1, 1], doubles(1), name=b"")
    for _ in range(5000):
        inner = variable(2, [1, 1], element(5, np.array([2], "<i4").tobytes()), element(1, b"a\0"), inner, name=b"s")
    (tmp_path / "W.mat").write_bytes(file_5(inner))
    with pytest.raises(rc.FileError, match="no matrices"):
        rc.load(tmp_path / "W.mat")
