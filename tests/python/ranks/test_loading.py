"""Files whose rows ranks share: products and names are those of one process, and so are the words of a refusal."""

import json
from pathlib import Path

import numpy as np
import pytest
import rank_loads
from launched_ranks import alone, launcher, on_ranks
from rank_files import BAD, GOOD, RankFile

PROGRAM = Path(rank_loads.__file__)


def written(files: dict[str, RankFile], folder: Path) -> Path:
    rng = np.random.default_rng()
    cases = []
    for file in files.values():
        file.write(folder / file.name, rng)
        cases.append((str(folder / file.name), file.arguments))
    listed = folder / "cases.json"
    listed.write_text(json.dumps(cases))
    return listed


@pytest.mark.parametrize("files", [GOOD, BAD], ids=["good", "bad"])
def test_ranks_load_what_one_process_loads(files: dict[str, RankFile], tmp_path: Path) -> None:
    launcher()
    pytest.importorskip("h5py")
    listed = written(files, tmp_path)
    expected = dict(zip(files, json.loads(alone(PROGRAM, str(listed))), strict=True))
    assert {name for name, found in expected.items() if "error" in found} == (set(BAD) if files is BAD else set())
    for ranks in (1, 2, 3):
        assert dict(zip(files, json.loads(on_ranks(ranks, PROGRAM, "--ranks", str(listed))), strict=True)) == expected
