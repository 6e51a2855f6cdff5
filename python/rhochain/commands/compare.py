"""`rhochain compare`: quantities of two matrices, or of two reports in JSON, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

import rhochain._core as _core
from rhochain.commands.exits import OK
from rhochain.commands.option_groups import Precision, Resources, given, grouped
from rhochain.commands.output import Output, paragraphs
from rhochain.commands.progress import SYMBOLS, ProgressLine, shown_progress
from rhochain.commands.reading import FILE, STANDARD_INPUT, Reading
from rhochain.commands.two_sides import Ends, ends_of_json, relation
from rhochain.estimates.brackets import Interrupted, json_number
from rhochain.estimates.scaling import scaled_norm
from rhochain.estimates.spectra import perron_radius, spectral_norm, spectral_radius
from rhochain.inputs.matrix import Matrix
from rhochain.reports.matrix_size import size_in_words

__all__ = ["compare"]

_ESTIMATORS = {
    "spectral_radius": spectral_radius,
    "spectral_norm": spectral_norm,
    "perron_radius": perron_radius,
    "scaled_norm": scaled_norm,
}
_HEAD = ("value", "lower bound", "upper bound", "lower grade", "upper grade")
_WIDTHS = (12, 12, 12, 16, 15)  # 80 with what stands before them


@grouped
def compare(
    file: Annotated[str, typer.Argument(metavar="FILE", help=f"{FILE} Or JSON of check, radius, norm or scale.")],
    file2: Annotated[str, typer.Argument(metavar="FILE2", help="The same.")],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    output: Output,
) -> int:
    """Two matrices, or reports in JSON, side by side.

    Each quantity of both, and whether its brackets lie apart.
    """
    output.require_writable()
    if file == file2 == STANDARD_INPUT:
        raise ValueError("standard input can be read once; got - twice")
    names: list[str] = []
    sides: list[dict[str, Ends]] = []
    interrupted: Interrupted | None = None
    with shown_progress(f"reading {file}", quiet=output.quiet) as line:
        try:
            for each in (file, file2):
                name, ends = _side(each, reading, precision, resources, line)
                names.append(name)
                sides.append({})
                for quantity, bracket in ends:
                    sides[-1][quantity] = bracket
        except Interrupted as stopped:
            interrupted = stopped
    a, b = [*sides, {}, {}][:2]
    names += [file2] * (2 - len(names))
    shared = [quantity for quantity in SYMBOLS if quantity in a and quantity in b]
    if interrupted is not None and not shared:
        raise interrupted
    if not shared:
        raise ValueError(f"{file} and {file2} have no quantity in common; got {', '.join(a)} and {', '.join(b)}")
    relations = {quantity: relation(quantity, a[quantity], b[quantity]) for quantity in shared}
    lines = [paragraphs(zip("AB", names, strict=True)), "", _row("", "", _HEAD)]
    for quantity in shared:
        lines += [_row(SYMBOLS[quantity], "A", a[quantity].cells), _row("", "B", b[quantity].cells)]
        lines.append(_row("", "", (str(relations[quantity]),)))
    plain = {
        "A": file,
        "B": file2,
        "quantities": {
            quantity: {"A": _plain(a[quantity]), "B": _plain(b[quantity]), **relations[quantity].to_dict()}
            for quantity in shared
        },
        "version": _core.build_info()["version"],
    }
    output.show("\n".join(lines), plain)
    if interrupted is not None:
        raise KeyboardInterrupt from interrupted
    return OK


def _side(
    file: str, reading: Reading, precision: Precision, resources: Resources, line: ProgressLine
) -> tuple[str, Iterable[tuple[str, Ends]]]:
    """What a file is, and its quantities with their brackets; those of a matrix are computed as they are asked for."""
    if file.lower().endswith(".json"):
        source, ends = ends_of_json(file, SYMBOLS)
        return f"{file}: of {source}", ends.items()
    line.begin(f"reading {file}")
    W = Matrix(reading.matrix(file))
    options = given(precision, resources)
    square = W.shape[0] == W.shape[1]

    def computed() -> Iterator[tuple[str, Ends]]:
        for quantity, estimator in _ESTIMATORS.items():
            if square or quantity == "spectral_norm":
                line.begin(f"{SYMBOLS[quantity]} of {file}", precision.max_seconds)
                yield quantity, Ends.of(estimator(W, callback=line.bracket, **options))

    return f"{file}: {size_in_words(W.shape, W.nnz, None)}", computed()


def _row(symbol: str, side: str, cells: tuple[str, ...]) -> str:
    wide = "".join(f"{cell:<{width - 1}} " for cell, width in zip(cells, _WIDTHS[: len(cells)], strict=True))
    return f"{symbol:<11}{side:<2}{wide}".rstrip()


def _plain(ends: Ends) -> dict[str, object]:
    return {"value": json_number(ends.value), "lower": ends.lower.to_dict(), "upper": ends.upper.to_dict()}
