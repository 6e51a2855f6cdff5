"""`examples/stand_ins.py`, which no path of the tests holds, as a module."""

import importlib.util

from source_tree import ROOT

_spec = importlib.util.spec_from_file_location("stand_ins", ROOT / "examples/stand_ins.py")
assert _spec is not None
stand_ins = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(stand_ins)  # type: ignore[union-attr]
