"""Markdown: relative links resolve, prose keeps to 120 columns, and the theory names pages and files that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_tree import ROOT, SOURCE_SUFFIXES, files, write

COLUMNS = 120
THEORY = ROOT / "docs" / "theory"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files(ROOT / "docs", {".md"})]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
SOURCE_FILE = re.compile(r"`(?:[\w/]+/)?(\w+\.(?:cpp|hpp|py))`")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines outside of code blocks, displayed formulas and tables."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = line.strip()[:3] if line.lstrip().startswith("```") else line.strip() if line.strip() == "$$" else None
        if mark:
            fence = mark if fence is None else None if fence == mark else fence
        elif fence is None and not line.startswith("|"):
            yield number, line


def broken_links(document: Path) -> list[str]:
    text = "\n".join(re.sub(r"\$[^$]*\$", "", line) for _, line in prose(document.read_text(encoding="utf-8")))
    return [link for link in LINK.findall(text) if not (document.parent / link).exists()]


def wide_lines(text: str) -> list[int]:
    return [number for number, line in prose(text) if len(line) > COLUMNS and "://" not in line]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve_and_lines_are_short(document):
    assert broken_links(document) == []
    assert wide_lines(document.read_text(encoding="utf-8")) == []


def test_a_page_of_the_theory_is_in_its_table_of_contents_and_says_what_uses_it():
    listed = LINK.findall((THEORY / "README.md").read_text(encoding="utf-8"))
    pages = [path for path in files(THEORY, {".md"}) if path.name != "README.md"]
    assert listed == [path.name for path in pages]
    sources = {p.name for folder in ("cpp", "python", "tests") for p in files(ROOT / folder, SOURCE_SUFFIXES)}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "\nUsed by: " in text, page.name
        assert set(SOURCE_FILE.findall(text)) <= sources, page.name


def test_these_checks_find_what_they_look_for(tmp_path):
    page = tmp_path / "page.md"
    write(page, "[a](page.md#part) [b](gone.md) $f[x](y)$ [c](https://example.org)\n```\n[d](code.md)\n```\n")
    assert broken_links(page) == ["gone.md"]
    long = "x" * (COLUMNS + 1)
    assert wide_lines(f"{long}\n| {long}\n$$\n{long}\n$$\n```python\n{long}\n```\nhttps://{long}\n{long}\n") == [1, 10]
