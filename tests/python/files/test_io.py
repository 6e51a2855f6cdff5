"""Reading W from files: each format gives the matrix that was written."""

import gzip
import os

import numpy as np
import pytest
import scipy.io
from scipy import sparse

import rhochain as rc

DENSE = np.array([[0.0, 2.5, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1e-300]])


def write_mtx(path, banner, lines):
    text = f"%%MatrixMarket matrix {banner}\n% comment\n" + "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix.lower() == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["W.mtx", "W.mtx.gz", "W.MTX", "W.MTX.GZ", "W.mtx.Gz"])
def test_matrix_market_general(name, tmp_path):
    lines = ["3 3 3", "1 2 2.5", "2 1 -1", "3 3 1e-300"]
    W = rc.load(write_mtx(tmp_path / name, "coordinate real general", lines))
    assert isinstance(W, sparse.csr_array)
    np.testing.assert_array_equal(W.toarray(), DENSE)


def test_matrix_market_symmetric(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate integer symmetric", ["2 2 2", "1 1 3", "2 1 -4"]))
    np.testing.assert_array_equal(W.toarray(), [[3, -4], [-4, 0]])


def test_matrix_market_skew_symmetric(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate real skew-symmetric", ["2 2 1", "2 1 4"]))
    np.testing.assert_array_equal(W.toarray(), [[0, -4], [4, 0]])


@pytest.mark.parametrize("banner", ["COORDINATE REAL GENERAL", "Coordinate Double General"])
def test_matrix_market_words_in_any_case(banner, tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", banner, ["3 3 3", "1 2 2.5", "2 1 -1", "3 3 1e-300"]))
    np.testing.assert_array_equal(W.toarray(), DENSE)


def test_matrix_market_of_an_unsigned_skew_matrix(tmp_path):
    lines = ["2 2 1", "2 1 18446744073709551615"]
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate unsigned-integer skew-symmetric", lines))
    np.testing.assert_array_equal(W.toarray(), [[0, -(2.0**64)], [2.0**64, 0]])


@pytest.mark.parametrize("symmetry", ["general", "symmetric", "skew-symmetric", "hermitian"])
@pytest.mark.parametrize("layout", ["coordinate", "array"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n \n"])
def test_matrix_market_as_scipy_writes_it(symmetry, layout, ends, tmp_path):
    rng = np.random.default_rng()
    W = rng.standard_normal((7, 7)) * (rng.random((7, 7)) < 0.6)
    W = {"general": W, "skew-symmetric": W - W.T}.get(symmetry, W + W.T)
    given = W if layout == "array" else sparse.coo_array(W)
    scipy.io.mmwrite(tmp_path / "S.mtx", given, precision=17, symmetry=symmetry)
    path = tmp_path / "W.mtx"
    path.write_bytes((tmp_path / "S.mtx").read_bytes().replace(b"\n", ends.encode()))
    found = rc.load(path)
    np.testing.assert_array_equal(found if layout == "array" else found.toarray(), W)


def test_matrix_market_of_several_blocks(tmp_path):
    rng = np.random.default_rng()
    n, entries = 5_000, 60_000  # more than a megabyte
    given = sparse.coo_array((rng.standard_normal(entries), rng.integers(n, size=(2, entries))), shape=(n, n))
    scipy.io.mmwrite(tmp_path / "W.mtx", given, precision=17)
    assert (tmp_path / "W.mtx").stat().st_size > 2**20
    difference = rc.load(tmp_path / "W.mtx") - given.tocsr()
    assert abs(difference).max() <= 1e-15


def test_matrix_market_of_the_longest_diagonal(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate real general", ["10000100 2 1", "10000100 2 5"]))
    assert W.shape == (10_000_100, 2)
    assert W[10_000_099, 1] == 5


def test_matrix_market_pattern_counts_as_ones(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate pattern general", ["2 3 2", "1 3", "2 1"]))
    np.testing.assert_array_equal(W.toarray(), [[0, 0, 1], [1, 0, 0]])


def test_matrix_market_sums_duplicates(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate real general", ["2 2 3", "1 2 1.5", "1 2 2", "2 2 1"]))
    assert W.nnz == 2
    np.testing.assert_array_equal(W.toarray(), [[0, 3.5], [0, 1]])


def test_matrix_market_sums_integers_as_floats(tmp_path):
    lines = ["2 2 3", "1 1 9223372036854775807", "1 1 9223372036854775807", "2 2 1"]
    W = rc.load(write_mtx(tmp_path / "W.mtx", "coordinate integer general", lines))
    assert W.dtype == np.float64
    np.testing.assert_array_equal(W.toarray(), [[2.0**64, 0], [0, 1]])


def test_npz_sums_small_integers_as_floats(tmp_path):
    W = sparse.coo_array((np.array([200, 200], dtype=np.uint8), ([0, 0], [1, 1])), shape=(2, 2))
    sparse.save_npz(tmp_path / "W.npz", W)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), [[0, 400], [0, 0]])


def test_matrix_market_array_is_dense(tmp_path):
    W = rc.load(write_mtx(tmp_path / "W.mtx", "array real general", ["2 2", "1", "2", "3", "4"]))
    assert isinstance(W, np.ndarray)
    np.testing.assert_array_equal(W, [[1, 3], [2, 4]])


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compressed", [True, False])
def test_scipy_npz(kind, dtype, compressed, tmp_path):
    sparse.save_npz(tmp_path / "W.npz", sparse.coo_matrix(DENSE.astype(dtype)).asformat(kind), compressed)
    W = rc.load(tmp_path / "W.npz")
    assert isinstance(W, sparse.csr_array)
    assert W.dtype == dtype
    np.testing.assert_array_equal(W.toarray(), DENSE.astype(dtype))


def test_scipy_npz_keeps_int64_indices(tmp_path):
    given = sparse.csr_matrix(DENSE)
    given.indices, given.indptr = given.indices.astype(np.int64), given.indptr.astype(np.int64)
    sparse.save_npz(tmp_path / "W.npz", given)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), DENSE)


def test_npz_of_coordinates_in_one_array(tmp_path):
    W = sparse.coo_array(DENSE)
    np.savez(tmp_path / "W.npz", format="coo", shape=W.shape, data=W.data, coords=np.array([W.row, W.col]))
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), DENSE)


def test_npz_drops_diagonals_outside_the_matrix(tmp_path):
    offsets = np.array([1, 3, -(2**62)])
    np.savez(tmp_path / "W.npz", format=b"dia", shape=(3, 3), data=np.arange(9.0).reshape(3, 3), offsets=offsets)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), np.diag([1.0, 2.0], 1))


@pytest.mark.parametrize("dtype", [">f8", ">i4", "<f4"])
def test_numbers_in_any_byte_order(dtype, tmp_path):
    W = np.arange(6, dtype=dtype).reshape(2, 3)
    np.save(tmp_path / "W.npy", W)
    sparse_parts = {"indices": np.array([0, 1, 2, 0, 1, 2], ">i4"), "indptr": np.array([0, 3, 6], ">i8")}
    np.savez(tmp_path / "W.npz", format=b"csr", shape=np.array([2, 3], ">i8"), data=W.ravel(), **sparse_parts)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npy"), W)
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), W)


def test_numpy_files(tmp_path):
    np.save(tmp_path / "W.npy", np.asfortranarray(DENSE))
    np.savez(tmp_path / "W.npz", anything=DENSE)
    for name in ("W.npy", "W.npz"):
        np.testing.assert_array_equal(rc.load(tmp_path / name), DENSE)


def test_integers_and_booleans_pass(tmp_path):
    np.save(tmp_path / "W.npy", np.eye(2, dtype=bool))
    assert rc.Matrix(rc.load(tmp_path / "W.npy")).dtype == np.float64


def test_path_may_be_text(tmp_path):
    np.save(tmp_path / "W.npy", DENSE)
    np.testing.assert_array_equal(rc.load(os.fspath(tmp_path / "W.npy")), DENSE)


def test_error_is_a_value_error_in_one_line(tmp_path):
    with pytest.raises(ValueError, match="no such file") as caught:
        rc.load(tmp_path / "W.mtx")
    assert isinstance(caught.value, rc.FileError)


def test_pickles_are_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (os.fspath(tmp_path / "sprung"),)

    np.save(tmp_path / "W.npy", np.array([[Trap()]], dtype=object), allow_pickle=True)
    with pytest.raises(rc.FileError):
        rc.load(tmp_path / "W.npy")
    assert not (tmp_path / "sprung").exists()
