"""What a type checker sees of the installed package: no error, and the types that a user relies on."""

import sys
from pathlib import Path

import pytest
from source_tree import ORACLES, write

pytestmark = pytest.mark.slow


def checked(script: Path, cache: Path) -> tuple[str, int]:
    api = pytest.importorskip("mypy.api")
    options = ["--strict", "--config-file=", f"--python-executable={sys.executable}", f"--cache-dir={cache}"]
    output, errors, status = api.run([*options, str(script)])
    return output + errors, status


def test_a_typed_script_passes_and_a_wrong_one_does_not(tmp_path):
    output, status = checked(ORACLES / "typed_script.py", tmp_path / "cache")
    assert status == 0, output

    wrong = tmp_path / "wrong.py"
    write(
        wrong,
        "import rhochain as rc\n"
        "reveal_type(rc.spectral_radius([[0.5]]).lower.value)\n"
        "rc.check([[0.5]], 'tanh', rtoll=1e-3)\n"
        "rc.load('W.npz', rows=1)\n"
        "rc.spectral_radius_many([[[0.5]]]).values\n",
    )
    output, status = checked(wrong, tmp_path / "cache")
    assert status == 1
    assert 'wrong.py:2: note: Revealed type is "float"' in output.replace("builtins.", "")
    assert [f"wrong.py:{line}: error" in output for line in (3, 4, 5)] == [True] * 3, output
