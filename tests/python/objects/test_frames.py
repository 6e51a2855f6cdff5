"""Square tables serve as W by their labels; an edge table is no matrix, and says how it becomes one."""

import numpy as np
import pytest

import rhochain as rc

W = np.array([[0.0, 2.0, 0.5], [-1.0, 0.0, 0.25], [0.0, 3.0, 0.0]])
LABELS = ["a", "b", "c"]


def weights(given):
    return rc.Matrix(given).weights


def test_a_frame_is_matched_by_label_and_stays_as_stored():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(W, LABELS, LABELS)
    shuffled = weights(frame[["c", "a", "b"]])
    np.testing.assert_array_equal(np.asarray(shuffled), W)
    assert shuffled.ids.tolist() == LABELS
    assert shuffled.rows is None
    assert "matched by label" in shuffled.notes[0]
    assert "as stored" in str(rc.check(frame, "tanh"))
    with pytest.raises(ValueError, match="which side of an entry receives, for a chain; pandas DataFrame does not"):
        rc.JacobianChain(frame, np.ones((3, 3)))


@pytest.mark.parametrize(("down", "across"), [("pre", "post"), ("source", "target"), ("from", "to")])
def test_named_axes_say_the_orientation(down, across):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(W, LABELS, LABELS)
    sources = weights(frame.rename_axis(index=down, columns=across))
    targets = weights(frame.rename_axis(index=across, columns=down))
    assert (sources.rows, targets.rows) == ("target", "target")
    np.testing.assert_array_equal(np.asarray(sources), W.T)
    np.testing.assert_array_equal(np.asarray(targets), W)


def test_ids_keep_their_digits_and_default_labels_are_none():
    pandas = pytest.importorskip("pandas")
    ids = np.array([720575940596125868, 3, 720575940596125869])
    np.testing.assert_array_equal(weights(pandas.DataFrame(W, ids, ids)).ids, ids)
    assert weights(pandas.DataFrame(W)).ids is None
    sparse = pandas.DataFrame(W).astype(pandas.SparseDtype(float, 0.0))
    np.testing.assert_array_equal(weights(sparse).to_scipy().toarray(), W)


def test_other_libraries():
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = dict(zip(LABELS, W.T, strict=True))
    for table in (polars.DataFrame(columns), pyarrow.table(columns)):
        found = weights(table)
        np.testing.assert_array_equal(np.asarray(found), W)
        assert found.ids.tolist() == LABELS
    named = {"id": ["c", "a", "b"]} | {name: column[[2, 0, 1]] for name, column in columns.items()}
    for table in (polars.DataFrame(named), pyarrow.table(named)):
        found = weights(table)
        assert found.ids.tolist() == ["c", "a", "b"]
        np.testing.assert_array_equal(np.asarray(found), W[np.ix_([2, 0, 1], [2, 0, 1])])


def test_xarray():
    xarray = pytest.importorskip("xarray")
    found = weights(xarray.DataArray(W, dims=("pre", "post"), coords={"pre": LABELS, "post": LABELS}))
    np.testing.assert_array_equal(np.asarray(found), W.T)
    assert found.ids.tolist() == LABELS
    plain = weights(xarray.DataArray(W))
    assert (plain.ids, plain.rows) == (None, None)
    with pytest.raises(ValueError, match="two dimensions; got a DataArray of x, y, z"):
        weights(xarray.DataArray(np.ones((2, 2, 2)), dims=("x", "y", "z")))
    with pytest.raises(TypeError, match="got a Dataset of w: choose by name"):
        weights(xarray.Dataset({"w": (("x", "y"), W)}))


@pytest.mark.parametrize(
    "names", [("pre", "post", "weight"), ("body_pre", "body_post", "syn_count"), ("source", "target", "w")]
)
def test_an_edge_table_says_how_it_becomes_w(names):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = dict(zip(names, ([1, 2, 3], [2, 3, 1], [0.5, 1.0, 2.0]), strict=True))  # as many rows as columns
    call = ", ".join(rf"df\['{name}'\]" for name in names)
    for library in (pandas.DataFrame, polars.DataFrame, pyarrow.table):
        with pytest.raises(TypeError, match=rf"table of edges .*rc\.weights_of_pairs\({call}\)"):
            rc.check(library(columns), "tanh")


def test_what_is_no_square_table_of_numbers_is_refused():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    for table, words in (
        (pandas.DataFrame(W[:2]), r"square; got a pandas DataFrame of shape \(2, 3\)"),
        (polars.DataFrame(W[:2]), "square; got a polars table of 2 rows and 3 columns"),
        (pandas.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}), "columns of the type str|object"),
        (polars.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}), "columns of the type object"),
        (pandas.DataFrame(W, LABELS, ["a", "b", "d"]), "labels: "),
        (pandas.DataFrame, "the class .*DataFrame: give an instance"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            rc.spectral_radius(table)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize(
    "ids", [["b", "c", "a"], [720575940596125868, 720575940596125869, 3]], ids=["text", "integers"]
)
def test_columns_of_any_library_are_pairs(library, ids):
    module = pytest.importorskip(library)
    make = module.table if library == "pyarrow" else module.DataFrame
    table = make({"pre": ids, "post": ids[1:] + ids[:1], "weight": [1, 2, 3]})
    found = rc.weights_of_pairs(table["pre"], table["post"], table["weight"])
    assert found.ids.tolist() == sorted(ids)
    for source, target, weight in zip(ids, ids[1:] + ids[:1], (1, 2, 3), strict=True):
        assert np.asarray(found)[found.index(target), found.index(source)] == weight
    assert found.rows == "target"


@pytest.mark.parametrize("library", ["pandas", "pyarrow", "polars"])
def test_load_reads_a_table_of_edges_as_that_of_a_file(library, tmp_path):
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    feather = pytest.importorskip("pyarrow.feather")
    pytest.importorskip(library)
    rng = np.random.default_rng()
    ids = np.int64(2) ** 60 + rng.permutation(50)[:9]
    columns = {
        "pre": rng.choice(ids, 60),
        "post": rng.choice(ids, 60),
        "syn_count": rng.integers(1, 9, 60),
        "nt_type": rng.choice(["GABA", "ACH"], 60),
    }
    frame = pandas.DataFrame(columns)
    feather.write_feather(pyarrow.Table.from_pandas(frame), tmp_path / "edges.feather")
    table = {"pandas": lambda: frame, "pyarrow": lambda: pyarrow.table(columns)}.get(library)
    given = table() if table is not None else pytest.importorskip("polars").DataFrame(columns)
    for options in ({}, {"sign": {"GABA": -1, "ACH": 1}}, {"nodes": np.sort(ids)[:5], "unknown": "drop"}):
        ours, theirs = (rc.load(source, unknown_sign=None, **options) for source in (given, tmp_path / "edges.feather"))
        np.testing.assert_array_equal(ours.ids, theirs.ids)
        assert (ours.to_scipy() != theirs.to_scipy()).nnz == 0
        assert ours.counts == theirs.counts
    assert rc.load(given, dry_run=True).rows == 60
    with pytest.raises(ValueError, match="rows is for matrices"):
        rc.load(given, rows="source")
    with pytest.raises(ValueError, match="source"):
        rc.load(given, source="nowhere", target="post")
