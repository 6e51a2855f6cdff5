"""The example of docs/models.md prints what the document says."""

import re

import pytest
from source_tree import ROOT

DOCUMENT = (ROOT / "docs/models.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```python\n(import torch\n.*?)```\n\nprints\n\n```text\n(.*?)```", re.DOTALL)


def rounded(text):
    """Without the version of PyTorch, and with three digits, as the last ones depend on the machine."""
    text = re.sub(r"torch \S+,", "torch,", text)
    return re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.3g}", text)


def test_the_example_prints_what_the_document_says(capsys):
    pytest.importorskip("torch")
    ((code, printed),) = EXAMPLE.findall(DOCUMENT)
    exec(code, {})
    assert rounded(capsys.readouterr().out) == rounded(printed)
