"""AnnData and plain HDF5: the matrix that was stored, with the names of its neurons."""

import numpy as np
import pytest
from scipy import sparse
from stand_in_files import stand_ins

import rhochain as rc

h5py = pytest.importorskip("h5py")
TEXT = h5py.string_dtype()


def random_matrix(n, kind="csr", dtype=float):
    rng = np.random.default_rng()
    W = sparse.random(n, n, density=0.3, format=kind, random_state=rng, data_rvs=lambda k: rng.integers(1, 200, k))
    return W.astype(dtype)


def store_sparse(file, path, W, *, index=np.int32, attribute="shape", encoding="encoding-type", **options):
    group = file.create_group(path)
    group.attrs[encoding] = f"{W.format}_matrix" if encoding == "encoding-type" else W.format
    group.attrs[attribute] = np.array(W.shape)
    group.create_dataset("data", data=W.data, **options)
    group.create_dataset("indices", data=W.indices.astype(index), **options)
    group.create_dataset("indptr", data=W.indptr.astype(np.int64), **options)
    return group


def names(n, width=0):
    return [f"cell {k:0{width}d} ä" for k in range(n)]


def store_names(file, given, **options):
    file.require_group("obs").attrs["_index"] = "who"
    return file.create_dataset("obs/who", data=given, **options)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "W.h5ad"


@pytest.fixture
def annotated(path):
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        yield file


def load(file, **options):
    path = file.filename
    file.flush()
    file.close()
    return rc.load(path, **options)


@pytest.mark.parametrize("kind", ["csr", "csc"])
@pytest.mark.parametrize("index", [np.int32, np.int64, np.uint32])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, bool])
def test_a_graph_of_obsp(annotated, kind, index, dtype):
    given = random_matrix(12, kind, dtype)
    store_sparse(annotated, "obsp/connectome", given, index=index, compression="gzip", shuffle=True, fletcher32=True)
    store_names(annotated, names(12), dtype=TEXT)
    annotated["X"] = np.ones((12, 3))
    W = load(annotated)
    assert isinstance(W, rc.Weights)
    np.testing.assert_array_equal(W.matrix.toarray(), given.toarray())
    assert W.ids.tolist() == names(12)
    assert W.rows is None
    assert W.counts.rows == given.nnz


def test_rows_given_by_the_caller_turn_the_matrix(annotated):
    given = random_matrix(9)
    store_sparse(annotated, "obsp/a", given)
    store_names(annotated, names(9), dtype=TEXT)
    W = load(annotated, rows="source")
    np.testing.assert_array_equal(W.matrix.toarray(), given.toarray().T)
    assert W.rows == "target"


def test_small_integers_listed_twice_do_not_overflow(annotated):
    group = annotated.create_group("obsp/a")
    group.attrs["encoding-type"] = "csr_matrix"
    group.attrs["shape"] = [2, 2]
    group["data"], group["indices"] = np.array([200, 200, 7], np.uint8), np.array([1, 1, 0])
    group["indptr"] = np.array([0, 2, 3])
    store_names(annotated, names(2), dtype=TEXT)
    W = load(annotated)
    np.testing.assert_array_equal(W.matrix.toarray(), [[0, 400], [7, 0]])


@pytest.mark.parametrize("entries", [0, 1])
def test_few_entries(annotated, entries):
    given = sparse.csr_array(([2.5] * entries, ([1] * entries, [2] * entries)), shape=(3, 3))
    store_sparse(annotated, "obsp/a", given)
    store_names(annotated, names(3), dtype=TEXT)
    np.testing.assert_array_equal(load(annotated).matrix.toarray(), given.toarray())


def test_several_graphs_are_listed(annotated, path):
    for name in ("chemical", "electrical"):
        store_sparse(annotated, f"obsp/{name}", random_matrix(4))
    annotated.flush()
    with pytest.raises(rc.FileError, match=r"2 of 2 .* name=, of obsp/chemical \(4 x 4\), obsp/electrical \(4 x 4\)"):
        rc.load(path)
    assert rc.load(path, name="electrical").shape == (4, 4)


def test_a_dense_graph_and_names_of_fixed_width(annotated):
    given = np.random.default_rng().standard_normal((5, 5)).astype(">f4")
    annotated["obsp/a"] = given
    store_names(annotated, np.array([f"n{k}" for k in range(5)], dtype="S"))
    W = load(annotated)
    np.testing.assert_array_equal(W.matrix, given)
    assert W.ids.tolist() == ["n0", "n1", "n2", "n3", "n4"]


@pytest.mark.parametrize("packed", [{}, {"compression": "gzip", "chunks": (700,)}])
def test_many_names(annotated, packed):
    given = sparse.eye_array(3000, format="csr")
    store_sparse(annotated, "obsp/a", given)
    store_names(annotated, names(3000), dtype=TEXT, **packed)
    assert load(annotated).ids.tolist() == names(3000)


def test_names_as_categories_integers_and_with_a_mask(annotated, path):
    store_sparse(annotated, "obsp/a", random_matrix(4))
    annotated.create_group("obs").attrs["_index"] = "who"
    for given, expected in (
        ({"categories": ["b", "a", "d", "c"], "codes": np.array([3, 0, 1, 2], np.int8)}, ["c", "b", "a", "d"]),
        ({"values": ["x", "y", "z", "w"], "mask": np.zeros(4, bool)}, ["x", "y", "z", "w"]),
    ):
        for name, data in given.items():
            annotated[f"obs/who/{name}"] = data
        annotated.flush()
        assert rc.load(path).ids.tolist() == expected
        del annotated["obs/who"]
    annotated["obs/who"] = 2**60 + np.arange(4)
    assert load(annotated).ids.tolist() == [2**60 + k for k in range(4)]


def test_no_names(annotated):
    store_sparse(annotated, "obsp/a", random_matrix(4))
    W = load(annotated)
    assert W.ids is None
    assert W.notes == ("obs has no names that could be read",)


def test_a_square_X_serves_without_a_graph(annotated, path):
    annotated["X"] = np.eye(3)
    annotated.flush()
    assert rc.load(path).shape == (3, 3)
    del annotated["X"]
    annotated["X"] = np.ones((3, 4))
    annotated.flush()
    with pytest.raises(rc.FileError, match=r"nothing in obsp, and X \(3 x 4\); expected a square"):
        rc.load(path)
    assert rc.load(path, name="X").shape == (3, 4)


def test_the_layout_before_version_0_7(tmp_path):
    given = random_matrix(5, "csc")
    with h5py.File(tmp_path / "W.h5", "w") as file:
        store_sparse(file, "graph", given, attribute="h5sparse_shape", encoding="h5sparse_format")
        np.testing.assert_array_equal(load(file).toarray(), given.toarray())


@pytest.mark.parametrize("place", ["attribute", "dataset"])
def test_a_plain_triple(place, tmp_path):
    given = random_matrix(6)
    with h5py.File(tmp_path / "W.hdf5", "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"net/W/{name}"] = getattr(given, name)
        if place == "attribute":
            file["net/W"].attrs["shape"] = given.shape
        else:
            file["net/W/shape"] = given.shape
        W = load(file)
    assert isinstance(W, sparse.csr_array)
    np.testing.assert_array_equal(W.toarray(), given.toarray())


def test_plain_arrays_are_chosen_by_name(tmp_path):
    with h5py.File(tmp_path / "W.h5", "w") as file:
        file["a/W"], file["b/W"], file["b/V"] = np.eye(2), 2 * np.eye(2), np.ones((2, 3))
        file["steps"] = np.arange(3)
        file["alias"] = h5py.SoftLink("/b/V")
    for name, expected in (
        ("a/W", np.eye(2)),
        ("/b/W", 2 * np.eye(2)),
        ("V", np.ones((2, 3))),
        ("alias", np.ones((2, 3))),
    ):
        np.testing.assert_array_equal(rc.load(tmp_path / "W.h5", name=name), expected)
    with pytest.raises(rc.FileError, match="2 of 3 matrices are square"):
        rc.load(tmp_path / "W.h5")
    with pytest.raises(rc.FileError, match="2 matrices called 'W'"):
        rc.load(tmp_path / "W.h5", name="W")
    with pytest.raises(rc.FileError, match=r"no 'Q' among the matrices; expected name= one of /a/W \(2 x 2\), "):
        rc.load(tmp_path / "W.h5", name="Q")


def test_the_stand_in(tmp_path):
    stand_ins.write_stand_in("anndata", tmp_path / "W.h5ad", neurons=50, edges=300)
    W = rc.load(tmp_path / "W.h5ad")
    assert W.shape == (50, 50)
    assert W.matrix.nnz == 300
    assert W.ids[7] == "cell_7"
    assert W.origin.endswith("W.h5ad: obsp/connectome")


@pytest.mark.filterwarnings("ignore")  # of the library, about its own future
def test_what_anndata_writes(tmp_path):
    anndata = pytest.importorskip("anndata")
    pandas = pytest.importorskip("pandas")
    given = random_matrix(20, "csc", np.float32)
    for index in (names(20), pandas.CategoricalIndex(names(20, 3))):
        data = anndata.AnnData(np.ones((20, 2), np.float32), obs=pandas.DataFrame(index=index))
        data.obsp["connectome"] = sparse.csc_matrix(given)
        data.write_h5ad(tmp_path / "W.h5ad", compression="gzip")
        W = rc.load(tmp_path / "W.h5ad")
        np.testing.assert_array_equal(W.matrix.toarray(), given.toarray())
        assert W.ids.tolist() == list(index)


def test_arguments_that_a_matrix_cannot_use(annotated, path):
    given = random_matrix(4)
    store_sparse(annotated, "obsp/a", given)
    store_names(annotated, names(4), dtype=TEXT)
    annotated.flush()
    for arguments, words in (
        ({"weight": 3.0}, "weight is for edges"),
        ({"nodes": names(4)}, "nodes must be left out"),
        ({"unknown_sign": 1}, "unknown_sign goes with sign"),
        ({"sign": dict.fromkeys(names(4), 1)}, "sign needs to know which side acts"),
    ):
        with pytest.raises(ValueError, match=f"^{words}"):
            rc.load(path, **arguments)
    signs = dict(zip(names(4), [1, -1, -1, 1], strict=True))
    W = load(annotated, rows="source", sign=signs)
    np.testing.assert_array_equal(W.matrix.toarray(), given.toarray().T * list(signs.values()))
