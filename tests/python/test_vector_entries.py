"""Above the kernels, the places that CONTRIBUTING lists have access to the entries of vectors, and no others."""

import re
from pathlib import Path

import pytest
from test_layers import ABOVE_KERNELS, ROOT, core_files, write

# Headers that give access to the entries of vectors, with the names in them.
ENTRY_HEADERS = {
    "kernels/vectors/entries.hpp": re.compile(r"\b(?:entries_of|as_vector|as_block|entry_access)\b"),
    "kernels/vectors/caller_arrays.hpp": re.compile(r"\b(?:from_caller|for_caller|complex_for_caller)\b"),
}
BLOCKS_OF_ENTRIES = re.compile(r"\b(?:const_block|mutable_block|block_view)\b")


def listed_places(root: Path, header: str) -> set[str]:
    """The first column of the table that follows the name of a header in CONTRIBUTING."""
    _, _, rest = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").partition(f"`{header}`")
    table = rest[rest.index("\n|") :].split("\n\n")[0]
    return {place for row in table.strip().splitlines() for place in re.findall(r"`([^`]+)`", row.split("|")[1])}


def vector_violations(root: Path) -> list[str]:
    found = []
    places = {header: listed_places(root, header) for header in ENTRY_HEADERS}
    unused = {(header, place) for header in places for place in places[header]}
    for path, where, here in core_files(root):
        if here not in ABOVE_KERNELS:
            continue
        text = path.read_text(encoding="utf-8")
        name = re.sub(r"cpp/(?:include/rhochain|src)/(.*)\.\w+", r"\1", where)
        mine = {(h, p) for h in places for p in places[h] if name == p or name.startswith(f"{p}/")}
        for header, names in ENTRY_HEADERS.items():
            rows = {row for row in mine if row[0] == header}
            if header in text or names.search(text):
                unused -= rows
                if not rows:
                    found.append(f"{where}: not listed for {header}")
        if BLOCKS_OF_ENTRIES.search(text):
            unused -= mine
            if not mine:
                found.append(f"{where}: not listed for blocks of entries")
    return found + sorted(f"CONTRIBUTING.md: {place} has no use of {header}" for header, place in unused)


def test_the_lists_are_those_of_the_code():
    assert vector_violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "text", "complaints"),
    [
        ("spectra/b.cpp", "vector_block x(S);\nvector_in y = x;\n", []),
        ("spectra/a.cpp", "const auto x = entries_of(y);\n", []),
        ("chains/part/b.hpp", "void f(const_block);\n", []),
        ("spectra/b.cpp", "const auto x = entries_of(y);\n", ["kernels/vectors/entries.hpp"]),
        ("spectra/ab.cpp", "#include <rhochain/kernels/vectors/entries.hpp>\n", ["kernels/vectors/entries.hpp"]),
        ("krylov/b.hpp", "vector_in x = from_caller(y);\n", ["kernels/vectors/caller_arrays.hpp"]),
        ("krylov/a.hpp", "const auto x = entries_of(y);\n", ["kernels/vectors/entries.hpp"]),
        ("chains/b.hpp", "void f(mutable_block);\n", ["blocks of entries"]),
    ],
)
def test_listed_places_alone_have_access(tmp_path, path, text, complaints):
    write(
        tmp_path / "CONTRIBUTING.md",
        "`kernels/vectors/entries.hpp`:\n\n| place | why |\n|---|---|\n| `spectra/a`, `chains/part` | `b` |\n\n"
        "`kernels/vectors/caller_arrays.hpp`:\n\n| place |\n|---|\n| `krylov/a` |\n\n`chains/b` is no row.\n",
    )
    write(tmp_path / "cpp/src/kernels/a.cpp", "double x = entries_of(y)[0];\n")
    write(tmp_path / "cpp/src/spectra/a.cpp", "as_vector(x);\n")
    write(tmp_path / "cpp/src/krylov/a.cpp", "for_caller(x);\n")
    write(tmp_path / "cpp/src/chains/part/c.hpp", "block_view<double> x;\n")
    assert vector_violations(tmp_path) == []
    write(tmp_path / "cpp/src" / path, text)
    assert vector_violations(tmp_path) == [f"cpp/src/{path}: not listed for {c}" for c in complaints]


def test_a_listed_place_without_use_is_found(tmp_path):
    write(
        tmp_path / "CONTRIBUTING.md",
        "`kernels/vectors/entries.hpp`\n| `spectra/a` |\n\n`kernels/vectors/caller_arrays.hpp`\n| - |\n",
    )
    write(tmp_path / "cpp/src/spectra/a.cpp", "vector_block x(S);\n")
    assert vector_violations(tmp_path) == ["CONTRIBUTING.md: spectra/a has no use of kernels/vectors/entries.hpp"]
