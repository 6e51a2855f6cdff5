"""The files of the repository, for tests that read them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".py", ".pyi"}


def files(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.suffix in suffixes)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
