"""What a command reads: a file as `rhochain.load` takes it, or standard input, with the options of reading."""

from __future__ import annotations

import shutil
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rhochain.commands.option_groups import given
from rhochain.commands.ranks import ranks
from rhochain.files.loading import load
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.agreement import Communicator
from rhochain.ranks.loading import load as load_on_ranks

__all__ = ["FILE", "STANDARD_INPUT", "DryRun", "Reading", "holds_layers", "kind_of", "read"]

STANDARD_INPUT = "-"
FILE = "A matrix or edge table, as rhochain.load reads it; - for standard input."
_NAME = "standard input"
_START = 512  # bytes that tell the kind of a file
_KINDS = {b"\x93NUMPY": ".npy", b"PK\x03\x04": ".npz"}
_GZIP = b"\x1f\x8b"
_BANNER = b"%%matrixmarket"
_OF_STATE_DICTS = (".safetensors", ".pt", ".pth", ".ckpt")
_ROWS = ("target", "source")


class DryRun(typer.Exit):
    """The end of a command that reads and counts. `said` is for standard output, once no progress is shown there."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


@dataclass(frozen=True)
class Reading:
    """The arguments of `rhochain.load`. None leaves the default to it."""

    source: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Edge tables: the column of sending neurons.")
    ] = None
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Edge tables: the column of receiving neurons.")
    ] = None
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN|W", help="Edge tables: the column of weights, or one number for all.")
    ] = None
    nodes: Annotated[str | None, typer.Option(metavar="FILE", help="Edge tables: the neurons and their order.")] = None
    unknown: Annotated[
        str | None, typer.Option(metavar="error|drop", help="Edges with a neuron that --nodes lacks (default: error).")
    ] = None
    sign: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Signs of neurons: drosophila, GABA=-1,GLUT=-1,ACH=1, or a table of signs."),
    ] = None
    transmitter: Annotated[
        str | None, typer.Option(metavar="COLUMN|FILE", help="Where the transmitters of --sign are.")
    ] = None
    unknown_sign: Annotated[
        int | None, typer.Option(metavar="1|-1", help="Sign of neurons without a known one (default: refused).")
    ] = None
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="SIDE",
            help='What a row of a matrix is: "target" (it receives) or "source" (then W is transposed).',
            autocompletion=lambda incomplete: [side for side in _ROWS if side.startswith(incomplete)],
        ),
    ] = None
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The array of a file that holds several.")] = None
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help='Most memory for reading, such as "2GB".')] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what reading would count, and nothing else.")] = (
        False
    )

    def matrix(self, file: str) -> Any:
        """The matrix of `file`. A dry run ends the command with its counts."""
        found = read(file, **self._options())
        if self.dry_run:
            raise DryRun(f"{file}: {found}")
        return found

    def held(self, file: str) -> Matrix:
        """The same, prepared for estimates. Ranks share it."""
        return Matrix(self.matrix(file)) if ranks.comm is None else self.of_ranks(file, ranks.comm)

    def of_ranks(self, file: str, comm: Communicator) -> Matrix:
        """The matrix of `file`, of which each rank has rows."""
        if file == STANDARD_INPUT:
            raise ValueError(f"{_NAME} is for one process; got {comm.size} ranks: name a file")
        if self.memory is not None:
            raise ValueError(f"--memory is for one process; got {comm.size} ranks")
        if self.dry_run:
            raise DryRun(ranks.first(lambda: f"{file}: {load(file, **self._options())}"))
        return load_on_ranks(file, comm, **self._options())

    def _options(self) -> dict[str, Any]:
        options = given(self)
        options["weight"] = _number_or_name(self.weight)
        options["sign"] = _rule(self.sign)
        options["dry_run"] = self.dry_run or None
        return {name: value for name, value in options.items() if value is not None}


def read(file: str, **options: Any) -> Any:
    """`load` of a file; standard input goes to a temporary file first, which ends as its first bytes say."""
    if file != STANDARD_INPUT:
        return load(file, **options)
    with tempfile.TemporaryDirectory(prefix="rhochain-") as folder:
        try:
            spooled = _spooled(Path(folder))
        except OSError as error:
            raise ValueError(f"{_NAME}: cannot be kept in {folder} ({error.strerror or error})") from error
        try:
            return load(spooled, **options)
        except (ValueError, ImportError) as error:
            raise ValueError(str(error).replace(str(spooled), _NAME)) from error


def _spooled(folder: Path) -> Path:
    stream = sys.stdin.buffer
    start = stream.read(_START)
    file = folder / f"input{kind_of(start)}"
    with file.open("wb") as copy:
        copy.write(start)
        shutil.copyfileobj(stream, copy)
    return file


def kind_of(start: bytes) -> str:
    """The ending of a file that begins so: text without a banner is a table.

    Examples
    --------
    >>> kind_of(b"%%MatrixMarket matrix coordinate real general"), kind_of(b"pre,post,weight")
    ('.mtx', '.csv')
    """
    if not start:
        raise ValueError(f"{_NAME}: empty; expected Matrix Market, .npy, .npz or a table")
    if start.startswith(_GZIP):
        return f"{kind_of(_unpacked(start))}.gz"
    if start.lstrip().lower().startswith(_BANNER):
        return ".mtx"
    known = next((ending for magic, ending in _KINDS.items() if start.startswith(magic)), None)
    if known is None and b"\0" in start:
        raise ValueError(f"{_NAME}: first bytes {start[:10]!r}; expected Matrix Market, .npy, .npz or a table")
    return known or ".csv"


def _unpacked(start: bytes) -> bytes:
    """The first bytes of text that gzip packed."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, _START) or b" "
    except zlib.error as error:
        raise ValueError(f"{_NAME}: gzip data corrupt ({error})") from error


def holds_layers(file: str) -> bool:
    """Whether a file may be the state dict of a model, by its ending."""
    return file.lower().endswith(_OF_STATE_DICTS)


def _rule(sign: str | None) -> str | dict[str, int] | None:
    """NAME=SIGN,.. as a mapping; anything else is the name of a rule or a file.

    Examples
    --------
    >>> _rule("GABA=-1, ACH=1"), _rule("drosophila")
    ({'GABA': -1, 'ACH': 1}, 'drosophila')
    """
    if sign is None or "=" not in sign:
        return sign
    pairs = [part.partition("=") for part in sign.split(",")]
    try:
        return {name.strip(): int(number) for name, _, number in pairs}
    except ValueError:
        raise ValueError(f"--sign must be a rule such as GABA=-1,ACH=1; got {sign!r}") from None


def _number_or_name(weight: str | None) -> float | str | None:
    try:
        return None if weight is None else float(weight)
    except ValueError:
        return weight
