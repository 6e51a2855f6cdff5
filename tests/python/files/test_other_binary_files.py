"""Archives that people made by hand, and PETSc's binary files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc


def random_matrix(n, m=None):
    return sparse.random(n, m or n, density=0.3, format="csr", random_state=np.random.default_rng())


def parts(W, prefix="", index=np.int32):
    arrays = {"data": W.data, "indices": W.indices.astype(index), "indptr": W.indptr.astype(np.int64)}
    return {f"{prefix}{name}": each for name, each in (arrays | {"shape": np.array(W.shape)}).items()}


@pytest.mark.parametrize("prefix", ["", "W_", "layers.0.W."])
@pytest.mark.parametrize("index", [np.int32, np.int64, np.uint64])
def test_the_arrays_of_a_sparse_matrix(prefix, index, tmp_path):
    W = random_matrix(9, 7)
    np.savez(tmp_path / "W.npz", **parts(W, prefix, index), comment="by hand")
    found = rc.load(tmp_path / "W.npz")
    assert isinstance(found, sparse.csr_array)
    np.testing.assert_array_equal(found.toarray(), W.toarray())


def test_small_integers_listed_twice(tmp_path):
    arrays = {"data": np.array([200, 200], np.uint8), "indices": np.array([1, 1]), "indptr": np.array([0, 2, 2])}
    np.savez(tmp_path / "W.npz", **arrays, shape=(2, 2))
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz").toarray(), [[0, 400], [0, 0]])


@pytest.mark.parametrize("name", ["node_ids", "ids"])
@pytest.mark.parametrize("dtype", [np.int64, np.uint64, str, bytes])
def test_names_of_neurons(name, dtype, tmp_path):
    W = random_matrix(5)
    ids = 720575940596125868 + np.arange(5)
    given = {str: ids.astype(str), bytes: ids.astype("S")}.get(
        dtype, ids.astype(dtype) if dtype in (np.int64, np.uint64) else None
    )
    np.savez(tmp_path / "W.npz", **parts(W, "W_"), **{name: given}, pre_signs=np.ones(5))
    found = rc.load(tmp_path / "W.npz")
    assert isinstance(found, rc.Weights)
    np.testing.assert_array_equal(found.matrix.toarray(), W.toarray())
    assert found.ids.tolist() == (ids.tolist() if dtype in (np.int64, np.uint64) else ids.astype(str).tolist())
    assert found.rows is None
    assert found.notes == ("pre_signs was not applied: it is for sign=",)
    assert found.origin == str(tmp_path / "W.npz")


def test_one_of_several_matrices(tmp_path):
    A, B = random_matrix(4), np.eye(6)
    np.savez(tmp_path / "W.npz", **parts(A, "A_"), B=B, steps=np.arange(3), wide=np.ones((2, 3)))
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz", name="A").toarray(), A.toarray())
    np.testing.assert_array_equal(rc.load(tmp_path / "W.npz", name="B"), B)
    assert rc.load(tmp_path / "W.npz", name="wide").shape == (2, 3)
    with pytest.raises(rc.FileError, match=r"2 of 3 matrices are square; expected one by name=, of A \(4 x 4\), B"):
        rc.load(tmp_path / "W.npz")
    with pytest.raises(
        rc.FileError, match=r"no 'C' among the matrices; expected name= one of A \(4 x 4\), B \(6 x 6\)"
    ):
        rc.load(tmp_path / "W.npz", name="C")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"node_ids": np.arange(4)}, r"array node_ids: shape \(4,\); expected 5 names"),
        ({"node_ids": np.array([1, 2, 3, 2, 5])}, "W.npz: array node_ids: 1 of 5 ids come again, such as 2"),
        ({"node_ids": 2.0**60 * np.arange(5)}, "array node_ids: .* floating-point numbers of 2.53 or more"),
        ({"node_ids": np.arange(5) + 0.5}, "array node_ids: .* no whole numbers"),
        ({"W_indices": np.full(7, 5)}, "array W_indices, entry 0: 5; expected 0 to 4"),
        ({"W_indptr": np.zeros(4, int)}, "array W_indptr: 4 numbers; expected 6"),
        ({"W_shape": np.array([5])}, "array W_shape: 1 numbers; expected rows and columns"),
        ({"W_shape": np.array([2**60, 5])}, "array W_shape: 1152921504606846976 rows and 5 columns with 7 entries"),
        ({"W_data": np.array([None] * 7)}, "array W_data: an array of objects"),
    ],
)
def test_wrong_arrays(changed, words, tmp_path):
    W = sparse.csr_array((np.ones(7), ([0, 0, 1, 2, 3, 4, 4], [1, 2, 0, 0, 0, 1, 3])), shape=(5, 5))
    np.savez(tmp_path / "W.npz", **(parts(W, "W_") | changed))
    with pytest.raises(rc.FileError, match=words):
        rc.load(tmp_path / "W.npz")


def test_a_cap_on_memory(tmp_path):
    np.savez(tmp_path / "W.npz", W=np.eye(100))
    with pytest.raises(rc.FileError, match="array W: an array of 80000 bytes; expected at most 1000, as memory= says"):
        rc.load(tmp_path / "W.npz", memory=1000)


def petsc(W, integers=">i4", numbers=">f8", header=None):
    head = [1211216, *W.shape, W.nnz] if header is None else header
    lines = [np.asarray(part).astype(integers).tobytes() for part in (head, np.diff(W.indptr), W.indices)]
    return b"".join(lines) + W.data.astype(numbers).tobytes()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from([">i4", ">i8"]), st.sampled_from([">f8", ">f4"]), st.data()
)
def test_petsc(tmp_path_factory, rows, cols, integers, numbers, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    W = sparse.random(rows, cols, density=rng.random(), format="csr", random_state=rng).astype(numbers[1:])
    path = tmp_path_factory.mktemp("petsc") / f"W{data.draw(st.sampled_from(['.petsc', '.dat', '.bin']))}"
    path.write_bytes(petsc(W, integers, numbers))
    found = rc.load(path)
    assert isinstance(found, sparse.csr_array)
    np.testing.assert_array_equal(found.toarray(), W.toarray())


TWO = sparse.csr_array(np.array([[0.0, 2.0], [3.0, 0.0]]))
BAD_PETSC = {
    "text": (b"0 1 2.5", "header: first bytes '0 1 2.5'; expected a matrix of PETSc"),
    "nothing": (b"", "header: first bytes ''"),
    "cut short": (petsc(TWO)[:-1], "header: a file of 47 bytes; expected 48 or 40 or 64"),
    "with more": (petsc(TWO) + b"\0", "header: a file of 49 bytes"),
    "the class alone": (petsc(TWO)[:4], "header: a file of 4 bytes; expected a header of class"),
    "complex": (petsc(TWO, numbers=">c16"), "array values: entries of type .*c.*; expected real numbers"),
    "a column outside": (
        petsc(sparse.csr_array((TWO.data, [1, 2], [0, 1, 2]), shape=(2, 3)), header=[1211216, 2, 2, 2]),
        "array indices, entry 1: 2; expected 0 to 1",
    ),
    "other lengths of rows": (
        petsc(TWO)[:16] + bytes([0, 0, 0, 2] * 2) + petsc(TWO)[24:],
        "array rows: lengths of rows that sum to 4; expected 2",
    ),
    "huge": (
        petsc(TWO, header=[1211216, 2**31 - 1, 2**31 - 1, 2**31 - 1]),
        "header: a file of 48 bytes; expected 34359",
    ),
}


@pytest.mark.parametrize("kind", BAD_PETSC)
def test_bad_petsc(kind, tmp_path):
    content, words = BAD_PETSC[kind]
    (tmp_path / "W.dat").write_bytes(content)
    with pytest.raises(rc.FileError, match=words):
        rc.load(tmp_path / "W.dat")
