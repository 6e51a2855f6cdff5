"""The files of the repository, for tests that read them."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
ORACLES = Path(__file__).parent
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".inl", ".py", ".pyi"}


def files(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.suffix in suffixes)


def lines_of_code(text: str) -> int:
    """Lines of a Python file that are neither blank nor part of a comment or docstring."""
    documented = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documented |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
