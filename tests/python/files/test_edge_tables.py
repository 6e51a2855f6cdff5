"""Edge tables in files of every kind: the same W, right against a loop over the rows."""

import numpy as np
import pytest
from edge_files import ENDINGS, FIRST_ID, entries_by_loop, entries_of, flywire_edges, write_table
from scipy import sparse

import rhochain as rc

pa = pytest.importorskip("pyarrow")
SIMPLE = {"pre": [1, 2, 2, 3], "post": [2, 3, 3, 1], "weight": [1.5, 2.0, 0.5, -1.0]}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seed", range(3))
def test_a_table_of_ids_above_two_to_53(ending, seed, tmp_path):
    columns = flywire_edges(seed)
    path = write_table(tmp_path / f"edges{ending}", columns)
    W = rc.load(path)
    expected = entries_by_loop(columns["pre_pt_root_id"], columns["post_pt_root_id"], columns["syn_count"])
    assert entries_of(W) == expected
    assert W.ids.dtype == np.int64
    assert W.ids.tolist() == sorted({*columns["pre_pt_root_id"], *columns["post_pt_root_id"]})
    assert (W.rows, W.origin) == ("target", str(path))
    assert W.counts == rc.Counts(rows=400, summed=400 - len(expected), neurons=len(W.ids))
    assert W.notes == ("pre_pt_root_id acts on post_pt_root_id, with weight syn_count",)
    assert rc.load(path, dry_run=True) == W.counts


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_w_for_every_function(ending, tmp_path):
    path = write_table(tmp_path / f"edges{ending}", SIMPLE)
    dense = np.array([[0, 0, -1.0], [1.5, 0, 0], [0, 2.5, 0]])
    np.testing.assert_array_equal(np.asarray(rc.load(path)), dense)
    assert rc.spectral_radius(path).value == rc.spectral_radius(sparse.csr_array(dense)).value


@pytest.mark.parametrize(
    "names",
    [
        ("pre", "post", "weight"),
        ("source", "target", "syn_count"),
        ("src", "dst", "n_syn"),
        ("from", "to", "count"),
        ("pre_root_id", "post_root_id", "syn_count"),
        ("bodyId_pre", "bodyId_post", "weight"),
        ("body_pre", "body_post", "w"),
        ("Presynaptic_ID", "Postsynaptic_ID", "Connectivity"),
        ("source_node_id", "target_node_id", "syn_weight"),
    ],
)
def test_names_of_the_field(names, tmp_path):
    path = write_table(tmp_path / "edges.csv", dict(zip(names, SIMPLE.values(), strict=True)))
    assert entries_of(rc.load(path)) == entries_by_loop(*SIMPLE.values())


def test_named_columns_and_a_weight_for_every_row(tmp_path):
    path = write_table(tmp_path / "edges.parquet", {"i": [1, 2, 1], "j": [2, 1, 2], "a": [5, 6, 7], "b": [0, 0, 1]})
    assert entries_of(rc.load(path, source="j", target="i", weight="a")) == {(1, 2): 12, (2, 1): 6}
    assert entries_of(rc.load(path, source="i", target="j", weight=1)) == {(2, 1): 2, (1, 2): 1}
    assert entries_of(rc.load(path, source="i", target="j", weight=0.25)) == {(2, 1): 0.5, (1, 2): 0.25}


@pytest.mark.parametrize("ending", [".csv", ".feather", ".parquet"])
def test_text_ids(ending, tmp_path):
    columns = {"pre": ["AVAL", "AVAR", "AVAL"], "post": ["AVAR", "7", "AVAR"], "weight": [1, 2, 3]}
    W = rc.load(write_table(tmp_path / f"edges{ending}", columns))
    assert W.ids.tolist() == ["7", "AVAL", "AVAR"]
    assert entries_of(W) == entries_by_loop(*columns.values())
    W = rc.load(tmp_path / f"edges{ending}", nodes=["AVAR", "DA1", "AVAL", "7"])
    assert W.ids.tolist() == ["AVAR", "DA1", "AVAL", "7"]
    assert entries_of(W) == entries_by_loop(*columns.values())


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint8(), pa.int32(), pa.uint64(), pa.float64(), pa.dictionary(pa.int8(), pa.int64())]
)
def test_types_of_ids(kind, tmp_path):
    path = write_table(tmp_path / "edges.feather", SIMPLE, pre=kind, post=pa.int64())
    assert entries_of(rc.load(path)) == entries_by_loop(*SIMPLE.values())


@pytest.mark.parametrize("kind", [pa.uint8(), pa.float32(), pa.float64(), pa.decimal128(9, 2), pa.bool_()])
def test_types_of_weights(kind, tmp_path):
    columns = {**SIMPLE, "weight": [1, 2, 3, 250]}
    if kind == pa.bool_():
        with pytest.raises(rc.FileError, match="column weight: entries of type bool; expected numbers"):
            rc.load(write_table(tmp_path / "edges.feather", {**SIMPLE, "weight": [True] * 4}))
        return
    W = rc.load(write_table(tmp_path / "edges.feather", columns, weight=kind))
    assert entries_of(W) == entries_by_loop(*columns.values())


@pytest.mark.parametrize("ending", [".csv", ".feather", ".parquet"])
@pytest.mark.parametrize("rows", [7, 50_000])
def test_batches_are_put_together(ending, rows, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    rng = np.random.default_rng(rows)
    ids = rng.integers(0, 2**62, 90)
    columns = {"pre": ids[rng.integers(0, 90, rows)], "post": ids[rng.integers(0, 90, rows)]}
    path = tmp_path / f"edges{ending}"
    table = pyarrow.table({**columns, "weight": rng.integers(0, 9, rows)})
    if ending == ".feather":
        from pyarrow.feather import write_feather

        write_feather(table, path, chunksize=1000, compression="zstd")
    elif ending == ".parquet":
        from pyarrow.parquet import write_table as write

        write(table, path, row_group_size=999)
    else:
        from pyarrow.csv import write_csv

        write_csv(table, path)
    expected = entries_by_loop(*(column.to_pylist() for column in table.columns))
    assert entries_of(rc.load(path)) == expected
    kept = np.unique(ids)[:60]
    W = rc.load(path, nodes=kept, unknown="drop")
    inside = set(kept.tolist())
    assert entries_of(W) == {pair: w for pair, w in expected.items() if inside.issuperset(pair)}
    assert W.counts.dropped == np.count_nonzero(~(np.isin(columns["pre"], kept) & np.isin(columns["post"], kept)))
    assert W.counts.rows == rows


@pytest.mark.parametrize("ending", [".npy", ".txt", ".csv", ".feather", ".parquet"])
def test_nodes_of_a_file(ending, tmp_path):
    ids = [FIRST_ID + 2, FIRST_ID, FIRST_ID + 9, FIRST_ID + 1]
    columns = {"pre": ids[:2], "post": [ids[3], ids[0]], "weight": [2, 3]}
    edges = write_table(tmp_path / "edges.feather", columns)
    path = tmp_path / f"nodes{ending}"
    if ending == ".npy":
        np.save(path, np.array(ids, np.uint64))
    elif ending == ".txt":
        path.write_text("\n".join(map(str, ids)))
    else:
        write_table(path, {"super_class": ["a", "b", "a", "c"], "root_id": ids, "other": [5, 6, 7, 8]})
        counts = rc.load(edges, nodes=(path, "other"), unknown="drop", dry_run=True)
        assert counts == rc.Counts(rows=2, dropped=2, neurons=4)
    W = rc.load(edges, nodes=path)
    assert W.ids.tolist() == ids
    assert entries_of(W) == entries_by_loop(*columns.values())


def test_the_index_column_of_pandas_names_nodes(tmp_path):
    edges = write_table(tmp_path / "edges.csv", SIMPLE)
    (tmp_path / "Completeness_783.csv").write_text(",Completed\n3,True\n1,True\n2,True\n9,True\n")
    assert rc.load(edges, nodes=tmp_path / "Completeness_783.csv").ids.tolist() == [3, 1, 2, 9]


def test_columns_that_are_not_needed_are_not_read(tmp_path):
    columns = {**SIMPLE, "note": [None, "x", None, "y" * 1000], "dates": [None] * 4}
    for ending in ENDINGS:
        path = write_table(tmp_path / f"edges{ending}", columns)
        assert entries_of(rc.load(path)) == entries_by_loop(*SIMPLE.values())


def test_a_matrix_file_with_rows_and_nodes(tmp_path):
    dense = np.array([[0, 1.0, 2.0], [0, 0, 3.0], [4.0, 0, 0]])
    sparse.save_npz(tmp_path / "W.npz", sparse.csr_array(dense))
    np.save(tmp_path / "W.npy", dense)
    for name in ("W.npz", "W.npy"):
        path = tmp_path / name
        assert not isinstance(rc.load(path), rc.Weights)
        W = rc.load(path, rows="source", nodes=[5, 6, FIRST_ID])
        np.testing.assert_array_equal(np.asarray(W), dense.T)
        assert (W.rows, W.ids.tolist()) == ("target", [5, 6, FIRST_ID])
        np.testing.assert_array_equal(np.asarray(rc.load(path, rows="target")), dense)
        signs = {5: 1, 6: -1, FIRST_ID: 1}
        signed = rc.load(path, rows="source", nodes=[5, 6, FIRST_ID], sign=signs)
        np.testing.assert_array_equal(np.asarray(signed), dense.T * [1, -1, 1])
        assert rc.load(path, dry_run=True).rows == (4 if name == "W.npz" else 9)
        with pytest.raises(ValueError, match=r"nodes must name each row and column of W once; got 2 names for shape"):
            rc.load(path, nodes=[1, 2])
        with pytest.raises(ValueError, match="sign needs the ids"):
            rc.load(path, rows="target", sign=signs)
        with pytest.raises(ValueError, match="sign needs to know which side acts"):
            rc.load(path, nodes=[5, 6, FIRST_ID], sign=signs)
        with pytest.raises(ValueError, match="sign must be by neuron for a matrix"):
            rc.load(path, nodes=[5, 6, FIRST_ID], rows="target", sign="drosophila")
