"""The examples of docs/inputs.md on objects in memory run."""

import doctest

import pytest
from source_tree import ROOT


def test_the_examples_of_objects_in_memory_run():
    pytest.importorskip("networkx")
    pytest.importorskip("reservoirpy")
    text = (ROOT / "docs/inputs.md").read_text(encoding="utf-8")
    section = text.partition("## Objects in memory\n")[2].partition("\n## ")[0]
    examples = doctest.DocTestParser().get_doctest(section, {}, "docs/inputs.md", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(examples)
    assert (runner.summarize(verbose=False).failed, len(examples.examples) > 10) == (0, True)
