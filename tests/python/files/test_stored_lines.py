"""Lines of a matrix read in parts: together they are what `load` gives."""

from itertools import pairwise

import numpy as np
import pytest
from rank_files import GOOD, damaged, triple
from scipy import sparse

import rhochain as rc
from rhochain.files.faults import FileFault
from rhochain.files.load_options import LoadOptions
from rhochain.files.loading import stored_lines

WHOLE = {"pairs", "text", "dense"}  # of which no part is read


def parts(lines, cuts):
    """Lengths, positions and values of the lines between cuts, read apart from each other."""
    begin = 0
    for first, last in pairwise(cuts):
        lengths, fit = lines.lengths(first, last)
        assert fit
        end = begin + int(lengths.sum())
        indices, data = lines.part(begin, end, rest=last == lines.count)
        lines.require_positions(indices, begin)
        yield lengths, indices, data
        begin = end


@pytest.mark.parametrize("kind", GOOD)
def test_parts_are_the_matrix(kind, tmp_path):
    if ".h" in GOOD[kind].name:
        pytest.importorskip("h5py")
    rng = np.random.default_rng()
    name, write, arguments = GOOD[kind]
    write(tmp_path / name, rng)
    lines = stored_lines(tmp_path / name, LoadOptions(**arguments))
    assert (lines is None) == (kind in WHOLE)
    if lines is None:
        return
    cuts = [0, *np.sort(rng.integers(0, lines.count + 1, 3)).tolist(), lines.count]
    lengths, indices, data = (np.concatenate(each) for each in zip(*parts(lines, cuts), strict=True))
    form = {"csr": sparse.csr_array, "csc": sparse.csc_array}[lines.kind]
    W = sparse.csr_array(form((data, indices.astype(np.int64), np.append(0, np.cumsum(lengths))), shape=lines.shape))
    if arguments.get("rows") == "source":
        W = sparse.csr_array(W.T)
    expected = rc.load(tmp_path / name, **arguments)
    assert type(lines.empty) is type(expected)
    expected = expected.to_scipy() if isinstance(expected, rc.Weights) else expected
    assert W.dtype == expected.dtype
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(W, name), getattr(expected, name))


@pytest.mark.parametrize("packed", [False, True])
def test_the_checksum_of_an_archive_is_that_of_all_of_it(packed, tmp_path):
    damaged(triple(packed=packed), 0.2)(tmp_path / "W.npz", np.random.default_rng())
    lines = stored_lines(tmp_path / "W.npz", LoadOptions())
    with pytest.raises(FileFault, match="array data: cut short or corrupt"):
        lines.read("data", lines.entries - 5, lines.entries, True)


def test_a_part_that_does_not_fit_is_refused_before_it_is_read(tmp_path):
    triple()(tmp_path / "W.npz", np.random.default_rng())
    lines = stored_lines(tmp_path / "W.npz", LoadOptions(memory=1000))
    assert len(lines.read("data", 7, 107, False)) == 100
    with pytest.raises(FileFault, match="array data: a part of 1600 bytes; expected at most 1000"):
        lines.read("data", 0, 200, False)
