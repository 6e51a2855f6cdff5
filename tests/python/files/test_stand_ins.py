"""The stand-ins of `examples/stand_ins.py` have the layout and the traps of the files that they stand for."""

import subprocess
import sys

import numpy as np
import pytest
from source_tree import ROOT
from stand_in_files import stand_ins

SIZES = [(2, 1), (3, 3), (60, 500), (1000, 20_000)]


@pytest.mark.parametrize(("neurons", "edges"), SIZES)
def test_flywire_like_edges(neurons, edges, tmp_path):
    feather = pytest.importorskip("pyarrow.feather")
    path = tmp_path / "edges.feather"
    stand_ins.write_stand_in("flywire", path, neurons=neurons, edges=edges)
    table = feather.read_table(path)
    assert table.num_rows == edges
    ids = np.load(tmp_path / "edges_root_ids.npy")
    assert ids.dtype == np.uint64
    assert len(np.unique(ids)) == neurons
    assert ids.min() > 2**53
    source, target = (table[f"{side}_pt_root_id"].to_numpy() for side in ("pre", "post"))
    assert source.dtype == target.dtype == np.int64
    assert set(source) | set(target) <= set(ids.astype(np.int64))
    pairs = list(zip(source, target, strict=True))
    assert len(set(zip(pairs, table["neuropil"].to_pylist(), strict=True))) == edges  # a row for each neuropil
    _, rows = np.unique(np.array(pairs), axis=0, return_counts=True)
    if edges > 100:
        assert 0.09 < np.mean(rows > 1) < 0.11
    averages = np.array([table[f"{name}_avg"].to_numpy() for name in stand_ins.TRANSMITTERS])
    np.testing.assert_allclose(averages.sum(axis=0), 1, rtol=1e-12)
    assert table["syn_count"].to_numpy().min() >= 1


def test_the_same_seed_gives_the_same_content(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        stand_ins.write_stand_in("safetensors", tmp_path / name, neurons=20, edges=60, seed=seed)
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


def test_more_pairs_than_there_are_and_the_command(tmp_path):
    script = [sys.executable, ROOT / "examples/stand_ins.py", "--kind", "safetensors", "--neurons", "4"]
    crowded = subprocess.run([*script, "--edges", "7", tmp_path / "a"], capture_output=True, text=True)
    assert crowded.returncode == 1
    assert crowded.stderr == "7 pairs do not fit 4 neurons; take fewer edges\n"
    subprocess.run([*script, "--edges", "6", tmp_path / "a"], check=True)
    assert (tmp_path / "a").stat().st_size > 64
