"""Signs of edge tables: by transmitter of a row, by FlyWire's shares, by neuron; against a loop over the rows."""

from collections import defaultdict

import numpy as np
import pytest
from edge_files import ENDINGS, entries_by_loop, entries_of, flywire_edges, write_table

import rhochain as rc

pytest.importorskip("pyarrow")
FLY = {"ACH": 1, "GABA": -1, "GLUT": -1, "DA": 1, "SER": 1, "OCT": 1}
SHARES = {"gaba_avg": "GABA", "ach_avg": "ACH", "glut_avg": "GLUT", "oct_avg": "OCT", "ser_avg": "SER", "da_avg": "DA"}


def signed(columns, source, target, weight, sign_of):
    weights = [w * sign_of[s] for s, w in zip(columns[source], columns[weight], strict=True)]
    return entries_by_loop(columns[source], columns[target], weights)


def top_by_loop(columns, source, said, weight):
    """The transmitter of each neuron: `said` gives {name: share} of row k."""
    sums = defaultdict(lambda: defaultdict(float))
    for k, neuron in enumerate(columns[source]):
        for name, share in said(k).items():
            sums[neuron][name] += share * columns[weight][k]
    return {neuron: max(sorted(amounts), key=lambda name: amounts[name]) for neuron, amounts in sums.items()}


@pytest.mark.parametrize("ending", [".csv", ".feather", ".parquet"])
@pytest.mark.parametrize("seed", range(4))
def test_flywire_shares_are_weighted_by_synapses_of_the_source(ending, seed, tmp_path):
    columns = flywire_edges(seed)
    path = write_table(tmp_path / f"edges{ending}", columns)

    def said(k):
        return {name: columns[column][k] for column, name in SHARES.items()}

    top = top_by_loop(columns, "pre_pt_root_id", said, "syn_count")
    sign_of = {neuron: FLY[name] for neuron, name in top.items()}
    assert set(sign_of.values()) == {1, -1}
    expected = signed(columns, "pre_pt_root_id", "post_pt_root_id", "syn_count", sign_of)
    assert entries_of(rc.load(path, sign="drosophila")) == expected
    assert entries_of(rc.load(path, sign=FLY)) == expected
    W = rc.load(path, sign={"GABA": -1, "glutamate": -1}, unknown_sign=1)
    assert entries_of(W) == expected
    excited = sum(name not in ("GABA", "GLUT") for name in top.values())
    assert W.counts.unknown_sign == excited
    assert f"neurons without a known sign, taken as +1: {excited}" in W.notes
    assert rc.load(path, sign={"GABA": -1, "GLUT": -1}, dry_run=True).unknown_sign == excited


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seed", range(3))
def test_a_transmitter_for_each_row(ending, seed, tmp_path):
    rng = np.random.default_rng(seed)
    columns = flywire_edges(seed, n=40, rows=150)
    names = rng.choice(["ACH", "GABA", "GLUT", "DA", ""], 150).tolist()
    columns = {name: columns[name] for name in ("pre_pt_root_id", "post_pt_root_id", "syn_count")} | {"nt_type": names}
    path = write_table(tmp_path / f"edges{ending}", columns)
    top = top_by_loop(columns, "pre_pt_root_id", lambda k: {names[k]: 1.0} if names[k] else {"~none": 0.0}, "syn_count")
    sign_of = {neuron: FLY.get(name, -1) for neuron, name in top.items()}
    W = rc.load(path, sign="drosophila", unknown_sign=-1)
    assert entries_of(W) == signed(columns, "pre_pt_root_id", "post_pt_root_id", "syn_count", sign_of)
    unknown = sum(name == "~none" for name in top.values())
    assert W.counts.unknown_sign == unknown
    several = len({neuron for neuron, name in zip(columns["pre_pt_root_id"], names, strict=True) if name}) - len(
        {
            neuron
            for neuron in columns["pre_pt_root_id"]
            if len({n for s, n in zip(columns["pre_pt_root_id"], names, strict=True) if s == neuron and n}) == 1
        }
    )
    assert f"neurons with several transmitters, of which that with the most weight counts: {several}" in W.notes
    if unknown:
        with pytest.raises(rc.FileError, match=f"signs: {unknown} of .* neurons that act on others have none"):
            rc.load(path, sign="drosophila")


def test_a_transmitter_without_a_rule_is_named(tmp_path):
    columns = {"pre": [1, 2, 3], "post": [2, 3, 1], "weight": [1, 1, 1], "kind": ["gaba", "histamine", "unclear"]}
    path = write_table(tmp_path / "edges.csv", columns)
    with pytest.raises(
        rc.FileError,
        match=r"2 of 3 neurons .* have none, such as 2 \(transmitters without a sign: HIST 1\); .*unknown_sign=1",
    ):
        rc.load(path, sign="drosophila", transmitter="kind")
    W = rc.load(path, sign={"GABA": -1, "HIST": -1, "unclear": 1}, transmitter="kind")
    assert "signs by transmitter: UNCLEAR 1; GABA, HIST -1" in W.notes
    assert entries_of(W) == {(2, 1): -1, (3, 2): -1, (1, 3): 1}
    assert W.counts.unknown_sign == 0


def test_transmitters_in_a_table_of_neurons(tmp_path):
    edges = write_table(tmp_path / "edges.feather", {"pre": [1, 2, 3], "post": [2, 3, 1], "weight": [4, 5, 6]})
    table = {"root_id": [3, 2, 1, 8], "nt_type": ["GLUT", "ACH", "GABA", "XX"], "group": ["a", "b", "c", "d"]}
    for ending in ENDINGS:
        neurons = write_table(tmp_path / f"neurons{ending}", table)
        W = rc.load(edges, sign="drosophila", transmitter=neurons)
        assert entries_of(W) == {(2, 1): -4, (3, 2): 5, (1, 3): -6}


def test_signs_by_neuron(tmp_path):
    pandas = pytest.importorskip("pandas")
    edges = write_table(tmp_path / "edges.csv", {"pre": [1, 2, 2**62 + 1], "post": [2, 1, 1], "weight": [4, 5, 6]})
    signs = {2**62 + 1: -1, 1: -1, 2: 1, 77: 1}
    expected = {(2, 1): -4, (1, 2): 5, (1, 2**62 + 1): -6}
    assert entries_of(rc.load(edges, sign=signs)) == expected
    assert entries_of(rc.load(edges, sign=pandas.Series(signs))) == expected
    assert entries_of(rc.load(edges, sign={np.int64(k): np.int8(s) for k, s in signs.items()})) == expected
    for ending in (".csv", ".parquet"):
        table = write_table(tmp_path / f"signs{ending}", {"root_id": list(signs), "sign": list(signs.values())})
        assert entries_of(rc.load(edges, sign=table)) == expected
        assert entries_of(rc.load(edges, sign=str(table))) == expected
    named = write_table(tmp_path / "named.csv", {"pre": ["a", "b"], "post": ["b", "a"], "weight": [4, 5]})
    assert entries_of(rc.load(named, sign={"a": -1, "b": 1})) == {("b", "a"): -4, ("a", "b"): 5}


def test_neurons_that_act_on_none_need_no_sign(tmp_path):
    edges = write_table(tmp_path / "edges.csv", {"pre": [1, 1], "post": [2, 3], "weight": [4, 5]})
    W = rc.load(edges, sign={1: -1}, nodes=[3, 2, 1, 9])
    assert entries_of(W) == {(2, 1): -4, (3, 1): -5}
    assert W.counts.unknown_sign == 0


def test_unsigned_counts_do_not_wrap(tmp_path):
    pa = pytest.importorskip("pyarrow")
    columns = {"pre": [1, 1], "post": [2, 2], "weight": [200, 100]}
    edges = write_table(tmp_path / "edges.feather", columns, weight=pa.uint8())
    assert entries_of(rc.load(edges, sign={1: -1})) == {(2, 1): -300}


EDGES = {"pre": [1, 2], "post": [2, 1], "weight": [4, 5]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sign": "mouse"}, r"sign must be a preset \('drosophila'\), .*; got 'mouse'"),
        ({"sign": 3}, "sign must be a preset .*; got 3"),
        ({"sign": {}}, "sign: no ids"),
        ({"sign": {1: 2, 2: 1}}, "sign: the sign 2; expected 1 or -1 for each neuron"),
        ({"sign": {1: "x"}}, "sign: the sign 'x'"),
        ({"sign": {1: 1.0, 2: np.nan}}, "sign: the sign nan"),
        ({"sign": {1.5: 1}}, "sign: ids of the types float"),
        ({"sign": {"GABA": -1}}, "transmitter must name a column, or a table"),
        ({"sign": "drosophila"}, "transmitter must name a column, or a table"),
        (
            {"sign": "drosophila", "transmitter": "post"},
            "column post: entries of type int64; expected names of transmitters",
        ),
        ({"sign": {"GABA": 0}, "transmitter": "post"}, "sign must give 1 or -1 for each transmitter; got 0 for 'GABA'"),
        ({"sign": {"GLUT": 1, "glutamate": -1}, "transmitter": "post"}, "got two for 'GLUT'"),
        ({"sign": "drosophila", "transmitter": "nt"}, "transmitter must name a column; got 'nt'"),
        ({"sign": {1: 1}, "transmitter": "post"}, "transmitter goes with a sign= for transmitters"),
        ({"transmitter": "post"}, "transmitter goes with sign"),
        ({"unknown_sign": 1}, "unknown_sign goes with sign"),
        ({"sign": {1: 1}, "unknown_sign": 0}, "unknown_sign must be 1 or -1; got 0"),
        ({"sign": {1: 1}}, "1 of 2 neurons that act on others have none, such as 2; expected a sign for each"),
        ({"sign": {"a": 1}, "nodes": [1, 2]}, "transmitter must name a column"),
        ({"sign": "missing.csv"}, r"sign must name a file that can be read; got 'missing\.csv' \(No such file"),
        ({"sign": "drosophila", "transmitter": "missing.csv"}, "transmitter must name a file that can be read"),
    ],
)
def test_refused(arguments, words, tmp_path):
    path = write_table(tmp_path / "edges.parquet", EDGES)
    with pytest.raises(ValueError, match=words):
        rc.load(path, **arguments)


def test_tables_of_signs_that_are_refused(tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    for columns, words in [
        ({"id": [1, 2], "value": [1, -1]}, "columns: id, value; expected one named sign"),
        ({"id": [1, 1], "sign": [1, -1]}, "1 of 2 ids come again, such as 1"),
        ({"id": [1, 2], "sign": [1, 3]}, "the sign 3.0; expected 1 or -1"),
        ({"a": [1, 2], "b": [1, 2], "sign": [1, 3]}, "columns: a, b, sign; expected one of ids"),
        ({"id": [1, None], "sign": [1, 1]}, "column id: rows without a value: 1, the first row 2"),
    ]:
        signs = write_table(tmp_path / "signs.csv", columns)
        with pytest.raises(ValueError, match=f"sign of {signs}: .*{words}"):
            rc.load(path, sign=signs)


def test_weights_that_are_signed_already(tmp_path):
    path = write_table(tmp_path / "edges.csv", {**EDGES, "weight": [-1, 2]})
    with pytest.raises(ValueError, match="sign is for weights without signs; got 1 entries below 0"):
        rc.load(path, sign={1: 1, 2: 1})


def test_more_transmitters_than_there_are(tmp_path):
    ids = list(range(100))
    path = write_table(
        tmp_path / "edges.csv", {"pre": ids, "post": ids, "weight": ids, "nt_type": [f"x{k}" for k in ids]}
    )
    with pytest.raises(rc.FileError, match="transmitters: more than 64 names, such as 'X6"):
        rc.load(path, sign="drosophila", unknown_sign=1)


def test_evidence_of_many_batches_is_put_together(tmp_path, monkeypatch):
    from pyarrow import table
    from pyarrow.feather import write_feather

    monkeypatch.setattr("rhochain.weights.transmitters._PENDING", 20)
    columns = flywire_edges(7)
    path = write_table(tmp_path / "edges.parquet", columns)
    expected = entries_of(rc.load(path, sign="drosophila"))
    write_feather(table(columns), tmp_path / "edges.feather", chunksize=11)
    assert entries_of(rc.load(tmp_path / "edges.feather", sign="drosophila")) == expected


def test_tables_of_transmitters_that_are_refused(tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    neurons = tmp_path / "neurons.csv"
    for text, words in [
        ("root_id,nt_type\n", "transmitters: no rows; expected a row for each neuron"),
        ("p\x1b,b\n1,2\n", r"columns: 'p\\x1b', b; expected one of transmitters"),
    ]:
        neurons.write_text(text)
        with pytest.raises(ValueError, match=f"^transmitter: {neurons}: {words}"):
            rc.load(path, sign="drosophila", transmitter=neurons)


def test_an_empty_series_of_signs(tmp_path):
    pandas = pytest.importorskip("pandas")
    path = write_table(tmp_path / "edges.csv", EDGES)
    with pytest.raises(ValueError, match=r"^sign: no ids; expected at least one"):
        rc.load(path, sign=pandas.Series(dtype=object))
