"""Where a command writes its answer: standard output, and the files that options name."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rhochain.commands.ranks import ranks
from rhochain.markup.blocks import printable

__all__ = ["Output", "columns", "one_line", "paragraphs", "require_writable", "tell", "warn"]

_WIDEST = 100
_LABEL = 12


@dataclass(frozen=True)
class Output:
    """The options of an answer: as text, as JSON in a file, or as JSON alone."""

    json: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the answer as JSON; - prints nothing else.")
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress on the terminal.")] = False

    def require_writable(self) -> None:
        """ValueError now rather than after hours."""
        if self.json not in (None, "-"):
            require_writable("--json", str(self.json))

    def show(self, text: Any, plain: Any) -> None:
        """Print `text`, or `plain` as JSON in place of it, and write the JSON where a file is named.

        Of ranks the first does so.

        What draws itself by rich is drawn so on a terminal.
        """
        if not ranks.leads:
            return
        if self.json == "-":
            print(as_json(plain))
            return
        if self.json is not None:
            Path(self.json).write_text(as_json(plain) + "\n", encoding="utf-8")
        if sys.stdout.isatty() and (hasattr(text, "__rich_console__") or hasattr(text, "__rich__")):
            from rich.console import Console

            Console().print(text)
        else:
            print(text)


def as_json(plain: Any) -> str:
    return json.dumps(plain, indent=2, allow_nan=False)


def require_writable(option: str, name: str) -> None:
    """ValueError where a file cannot be written. It stays as it is; a pipe's reader would see its end."""
    ranks.first(lambda: _try_to_write(option, name))


def _try_to_write(option: str, name: str) -> None:
    file = Path(name)
    try:
        new = not file.exists()
        if new or not file.is_fifo():
            with file.open("ab"):
                pass
        if new:
            file.resolve().unlink()
    except OSError as error:
        raise ValueError(f"{option} must name a file that can be written; got {name} ({error.strerror})") from error


def columns(without_terminal: int) -> int:
    """Of the terminal, where standard output is one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else without_terminal


def paragraphs(facts: Iterable[tuple[str, str]]) -> str:
    """Facts, each beside its label, in the width of the terminal; a text from outside cannot steer it."""
    width = max(min(columns(_WIDEST), _WIDEST), 2 * _LABEL)
    return "\n".join(
        textwrap.fill(
            printable(text),
            width,
            initial_indent=f"{label:<{_LABEL - 1}} ",
            subsequent_indent=" " * _LABEL,
            break_on_hyphens=False,
        )
        for label, text in facts
    )


def one_line(error: BaseException) -> str:
    """What an exception says, in one line."""
    return printable(" ".join(str(error).split())) or type(error).__name__


def warn(message: str) -> None:
    """A remark on standard error, in one line."""
    tell(f"warning: {printable(' '.join(message.split()))}")


def tell(message: str) -> None:
    """A line on standard error."""
    print(f"rhochain: {message}", file=sys.stderr)
