"""Columns that a caller holds give the same W as the file of them."""

import numpy as np
import pytest
from edge_files import entries_of, flywire_edges, write_table

import rhochain as rc
from rhochain.files.array_tables import ArrayTable
from rhochain.files.edge_tables import edges_of_table
from rhochain.files.load_options import LoadOptions


@pytest.mark.parametrize("options", [{}, {"sign": "drosophila"}, {"weight": 1}])
@pytest.mark.parametrize("kind", ["arrays", "lists", "pandas", "nullable", "polars"])
def test_arrays_and_frames(kind, options, tmp_path):
    pytest.importorskip("pyarrow")
    columns = flywire_edges(3)
    expected = rc.load(write_table(tmp_path / "edges.feather", columns), **options)
    if kind == "arrays":
        columns = {name: np.array(values) for name, values in columns.items()}
    elif kind == "pandas":
        columns = dict(pytest.importorskip("pandas").DataFrame(columns).items())
    elif kind == "nullable":
        columns = dict(pytest.importorskip("pandas").DataFrame(columns).convert_dtypes().items())
    elif kind == "polars":
        frame = pytest.importorskip("polars").DataFrame(columns)
        columns = {name: frame[name] for name in frame.columns}
    W = edges_of_table(ArrayTable(columns), LoadOptions(**options), "a frame")
    np.testing.assert_array_equal(W.ids, expected.ids)
    assert entries_of(W) == entries_of(expected)
    assert (W.counts, W.notes, W.origin) == (expected.counts, expected.notes, "a frame")


def test_names_and_what_is_missing():
    columns = {"pre": ["a", "b", "c"], "post": ["b", "c", "a"], "weight": [1, 2, 3], "nt_type": ["GABA", None, np.nan]}
    W = edges_of_table(ArrayTable(columns), LoadOptions(sign="drosophila", unknown_sign=1), "")
    assert entries_of(W) == {("b", "a"): -1, ("c", "b"): 2, ("a", "c"): 3}
    assert W.counts.unknown_sign == 2
    pandas = pytest.importorskip("pandas")
    nullable = pandas.array([*columns["nt_type"][:2], pandas.NA], dtype="string")
    again = edges_of_table(
        ArrayTable({**columns, "nt_type": nullable}), LoadOptions(sign="drosophila", unknown_sign=1), ""
    )
    assert entries_of(again) == entries_of(W)
    by_weight = {
        "pre": ["a", "a"],
        "post": ["b", "b"],
        "weight": [1, 2],
        "nt_type": pandas.array(["GABA", None], "string"),
    }
    assert entries_of(edges_of_table(ArrayTable(by_weight), LoadOptions(sign="drosophila"), "")) == {("b", "a"): -3}
    for missing in (None, np.nan):
        given = {**columns, "weight": np.array([1, missing, 3], object)}
        with pytest.raises(ValueError, match="weight"):
            edges_of_table(ArrayTable(given), LoadOptions(), "")
        given = {**columns, "pre": np.array(["a", missing, "b"], object)}
        with pytest.raises(ValueError, match="column pre: ids of the types"):
            edges_of_table(ArrayTable(given), LoadOptions(), "")
    with pytest.raises(ValueError, match="nodes"):
        edges_of_table(ArrayTable(columns), LoadOptions(nodes=["a", "b"]), "")
