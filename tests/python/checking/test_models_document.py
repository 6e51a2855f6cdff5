"""The examples of docs/models.md print what the document says."""

import re

import pytest
from source_tree import ROOT

DOCUMENT = (ROOT / "docs/models.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```python\n(import torch\n.*?)```\n\nprints\n\n```text\n(.*?)```", re.DOTALL)


def rounded(text):
    """Without the version of PyTorch, and with three digits, as the last ones depend on the machine."""
    text = re.sub(r"torch \S+,", "torch,", text)
    return re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.3g}", text)


@pytest.mark.parametrize(("code", "printed"), EXAMPLE.findall(DOCUMENT), ids=lambda text: text.splitlines()[-1][:30])
def test_an_example_prints_what_the_document_says(code, printed, capsys):
    pytest.importorskip("torch")
    exec(code, {})
    assert rounded(capsys.readouterr().out) == rounded(printed)
