"""Edges of SONATA against a loop over them."""

import numpy as np
import pytest
from stand_in_files import stand_ins

import rhochain as rc

h5py = pytest.importorskip("h5py")


def by_loop(path, population, weights_of_types=None):
    """W of the edges, one after the other, as the developer guide reads."""
    with h5py.File(path) as file:
        group = file[f"edges/{population}"]
        parts = {name: group[name][()] for name in group if isinstance(group[name], h5py.Dataset)}
        n = int(max(parts["source_node_id"].max(), parts["target_node_id"].max())) + 1
        W = np.zeros((n, n))
        for k in range(len(parts["source_node_id"])):
            inside = group[str(parts["edge_group_id"][k])]
            at = parts["edge_group_index"][k]
            has_weight = "syn_weight" in inside
            weight = inside["syn_weight"][at] if has_weight else weights_of_types[int(parts["edge_type_id"][k])]
            times = inside["nsyns"][at] if "nsyns" in inside else 1
            W[parts["target_node_id"][k], parts["source_node_id"][k]] += weight * times
    return W


def write_edges(path, *, populations=("a_to_a",), groups=(0,), edges=60, neurons=9, nsyns=False, among=("a", "a")):
    rng = np.random.default_rng()
    with h5py.File(path, "w") as file:
        for name in populations:
            group = file.create_group(f"edges/{name}")
            for side, population in zip(("source", "target"), among, strict=True):
                group[f"{side}_node_id"] = rng.integers(neurons, size=edges, dtype=np.uint64)
                group[f"{side}_node_id"].attrs["node_population"] = population
            group["edge_type_id"] = rng.integers(100, 103, size=edges)
            of_groups = rng.choice(groups, size=edges)
            group["edge_group_id"] = of_groups
            within = np.zeros(edges, dtype=np.uint64)
            for number in groups:
                rows = np.flatnonzero(of_groups == number)
                within[rows] = rng.permutation(len(rows))
                group[f"{number}/syn_weight"] = rng.standard_normal(len(rows))
                if nsyns:
                    group[f"{number}/nsyns"] = rng.integers(1, 9, size=len(rows))
            group["edge_group_index"] = within


@pytest.mark.parametrize("groups", [(0,), (0, 3, 12)])
@pytest.mark.parametrize("nsyns", [False, True])
def test_edges_are_summed_in_the_order_of_their_groups(groups, nsyns, tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path, groups=groups, nsyns=nsyns)
    W = rc.load(path)
    expected = by_loop(path, "a_to_a")
    np.testing.assert_allclose(W.matrix.toarray(), expected, rtol=1e-14, atol=1e-14)
    assert W.rows == "target"
    assert W.ids.tolist() == list(range(len(expected)))
    assert W.counts.rows == 60
    assert W.counts.summed == 60 - np.count_nonzero(expected)
    assert any("nsyns" in note for note in W.notes) == nsyns


def test_weights_by_type_from_the_file_beside_it(tmp_path):
    path = tmp_path / "net_edges.h5"
    stand_ins.write_stand_in("sonata", path, neurons=40, edges=300)
    W = rc.load(path)
    of_types = {100: 0.5, 101: 0.5, 102: 0.002, 103: -0.008}
    np.testing.assert_allclose(W.matrix.toarray(), by_loop(path, "cortex_to_cortex", of_types), rtol=1e-14, atol=0)
    assert W.counts.summed > 0
    types = tmp_path / "net_edges_edge_types.csv"
    for place in (tmp_path / "net_edge_types.csv", tmp_path / "other_edge_types.csv", tmp_path / "far" / "t.csv"):
        place.parent.mkdir(exist_ok=True)
        types = types.rename(place)
        again = rc.load(path, weight=str(types) if place.name == "t.csv" else None)
        np.testing.assert_array_equal(again.matrix.toarray(), W.matrix.toarray())
    with pytest.raises(rc.FileError, match=r"edges without syn_weight; expected weight= the CSV file of edge types"):
        rc.load(path)
    np.testing.assert_array_equal(rc.load(path, weight=1).matrix.sum(), 300)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("edge_type_id model\n100 a\n", "line 1: the columns edge_type_id model; expected edge_type_id and syn_weight"),
        ("edge_type_id syn_weight\n100\n", "line 2: 1 columns; expected 2"),
        ("edge_type_id syn_weight\n100 heavy\n", "line 2: '100 heavy'; expected an integer and a number"),
        ("edge_type_id syn_weight\n102 1\n103 NULL\n", "no weight for type 103; expected a weight for each type"),
        ("edge_type_id syn_weight\n102 1\n103 inf\n", "weight inf .*; expected a finite number"),
        ("", "line 1: the columns ; expected"),
    ],
)
def test_wrong_types(text, words, tmp_path):
    path = tmp_path / "edges.h5"
    stand_ins.write_stand_in("sonata", path, neurons=40, edges=300)
    (tmp_path / "edges_edge_types.csv").write_text(text)
    with pytest.raises(rc.FileError, match=words):
        rc.load(path)


def test_names_in_quotes_and_columns_in_any_order(tmp_path):
    path = tmp_path / "edges.h5"
    stand_ins.write_stand_in("sonata", path, neurons=40, edges=300)
    rows = ["syn_weight  query edge_type_id", "1 'a' 100", '2 "a b" 101', "3 NULL 102", "4 NULL 103"]
    (tmp_path / "edges_edge_types.csv").write_text("\n".join(rows))
    expected = by_loop(path, "cortex_to_cortex", {102: 3, 103: 4})
    np.testing.assert_allclose(rc.load(path).matrix.toarray(), expected, rtol=1e-14)


def test_populations(tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path, populations=("a_to_a", "more"))
    with pytest.raises(rc.FileError, match=r"expected one by name=, of a_to_a \(60\), more \(60\)"):
        rc.load(path)
    np.testing.assert_allclose(rc.load(path, name="more").matrix.toarray(), by_loop(path, "more"), atol=1e-14)
    write_edges(path, among=("a", "b"))
    with pytest.raises(rc.FileError, match=r"edges from 'a' to 'b'; expected edges within one population"):
        rc.load(path)


def test_neurons_of_the_index_without_edges_are_kept(tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path)
    with h5py.File(path, "a") as file:
        file["edges/a_to_a/indicies/source_to_target/node_id_to_range"] = np.zeros((14, 2), dtype=np.int64)
    assert rc.load(path).shape == (14, 14)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("source_node_id", np.full(60, 2**62), "4611686018427387905 rows and .* with 60 entries"),
        ("source_node_id", np.full(60, 2**64 - 1, np.uint64), "entry 0: 18446744073709551615; expected 0 to 2"),
        ("target_node_id", np.full(60, -1), "entry 0: -1; expected 0"),
        ("target_node_id", np.zeros(60), "entries of type float64; expected integers"),
        ("target_node_id", np.zeros(59, int), "datasets of 59 and 60 edges"),
        ("edge_group_index", np.full(60, 60), "60 weights and an edge with number 60"),
        ("edge_group_id", np.arange(60) % 2, "edges without syn_weight"),
        ("edge_group_id", np.arange(5), "datasets of 5 and 60 edges"),
        ("0/syn_weight", np.full(60, np.nan), "row 1: weight nan"),
        ("0/syn_weight", np.ones((60, 2)), r"shape \(60, 2\); expected 1 dimension$"),
    ],
)
def test_wrong_edges(name, value, words, tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path)
    with h5py.File(path, "a") as file:
        del file[f"edges/a_to_a/{name}"]
        file[f"edges/a_to_a/{name}"] = value
    with pytest.raises(rc.FileError, match=words):
        rc.load(path)


def test_a_number_of_any_type_is_the_weight_of_each_edge(tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path)
    expected = rc.load(path, weight=2).matrix.toarray()
    assert expected.sum() == 120
    for weight in (2.0, np.int64(2), np.float32(2)):
        np.testing.assert_array_equal(rc.load(path, weight=weight).matrix.toarray(), expected)
    with pytest.raises(ValueError, match=r"^weight must be a number or the CSV file of edge types; got \[2\]"):
        rc.load(path, weight=[2])


def test_signs_by_neuron_and_what_the_file_says_already(tmp_path):
    path = tmp_path / "edges.h5"
    write_edges(path)
    unsigned = rc.load(path, weight=1)
    signs = {neuron: -1 if neuron % 2 else 1 for neuron in unsigned.ids.tolist()}
    signed = rc.load(path, weight=1, sign=signs)
    np.testing.assert_array_equal(signed.matrix.toarray(), unsigned.matrix.toarray() * list(signs.values()))
    np.testing.assert_array_equal(rc.load(path, weight=1, rows="target").matrix.toarray(), unsigned.matrix.toarray())
    for arguments, words in (({"rows": "source"}, "rows must be"), ({"nodes": list(signs)}, "nodes must be left out")):
        for dry_run in (False, True):
            with pytest.raises(ValueError, match=f"^{words}"):
                rc.load(path, dry_run=dry_run, **arguments)
