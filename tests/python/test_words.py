"""Texts use the words of the field: no metaphor where numerical analysis or computing has a term."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_tree import ROOT, SOURCE_SUFFIXES, files, write

# The word, in any of these forms, and the better one.
BETTER = {
    r"rooms?": "buffer, capacity or space",
    r"(?<!Van )loans?": "lease",  # Van Loan has books on matrix computations
    r"lends?|lent": "lease, scratch or view",
    r"told|untold": "reported, given or known",
    r"journals?": "log",
    r"put off": "deferred",
    r"bites?": "takes effect",
    r"swallows?": "loses to rounding",
    r"whoever|somebody|nobody|everybody": "the caller, the owner or the thread",
}
# Whole words, and those between the underscores of a name.
PATTERNS = {
    re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", re.IGNORECASE): better for words, better in BETTER.items()
}


def texts(root: Path) -> Iterator[Path]:
    for tree in ("cpp/include", "cpp/src", "python/rhochain"):
        yield from files(root / tree, SOURCE_SUFFIXES)
    yield from files(root / "docs", {".md"})
    yield from (path for path in (root / "README.md", root / "CONTRIBUTING.md") if path.is_file())


def word_violations(root: Path) -> list[str]:
    found = []
    for path in texts(root):
        where = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for pattern, better in PATTERNS.items():
                found += [f"{where}:{number}: {word}, better: {better}" for word in pattern.findall(line)]
    return found


def test_the_tree_has_none_of_these_words():
    assert len(list(texts(ROOT))) > 300
    assert word_violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "line", "complaint"),
    [
        ("cpp/src/a.cpp", "kept_rooms pool;", "rooms, better: buffer, capacity or space"),
        ("cpp/include/b/a.hpp", "// Lent by the thread.", "Lent, better: lease, scratch or view"),
        ("python/rhochain/a.py", "told = 1", "told, better: reported, given or known"),
        ("docs/a/b.md", "The block is put off.", "put off, better: deferred"),
        ("README.md", "A loan ends.", "loan, better: lease"),
    ],
)
def test_a_word_is_found_with_its_place(tmp_path, path, line, complaint):
    write(tmp_path / path, f"first\n{line}\n")
    assert word_violations(tmp_path) == [f"{path}:2: {complaint}"]


def test_longer_words_and_names_of_authors_pass(tmp_path):
    write(
        tmp_path / "CONTRIBUTING.md", "Golub & Van Loan 2013: a Lanczos step with roomy_vectors, talented, bitesize.\n"
    )
    write(tmp_path / "tests/python/a.py", "room = 1\n")
    assert word_violations(tmp_path) == []
