"""A small file costs little, whatever it states: a second of processor time and 200 MB, then one line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_files import FILES

pytest.importorskip("resource")
for library in ("h5py", "pandas", "pyarrow", "safetensors", "torch"):
    pytest.importorskip(library)

CHILD = Path(__file__).parents[1] / "oracles/refusal_child.py"
MOST_SECONDS, MOST_BYTES = 1.0, 200_000_000


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for kind, (name, write, _, _) in FILES.items():
        (folder / kind).mkdir()
        write(folder / kind / name)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", CHILD, folder], capture_output=True, text=True, timeout=500, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "unpickled").exists()
    return {kind: answer for kind, *answer in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("kind", FILES)
def test_a_refusal(kind, answers):
    assert kind in answers, "its process died"
    message, seconds, taken = answers[kind]
    assert not message.startswith("accepted"), message
    assert message.startswith(("FileError: ", "BadArgument: ")), message
    assert message.isprintable()
    assert re.search(FILES[kind].words, message), message
    assert seconds < MOST_SECONDS
    assert taken < MOST_BYTES


def test_there_are_forty():
    assert len(FILES) >= 40
