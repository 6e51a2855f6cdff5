"""`rhochain rescale`: W times the factor that gives its radius or a norm a target value, in a file."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from rhochain.commands.arrays import number_or_vector
from rhochain.commands.exits import OK
from rhochain.commands.matrix_files import STANDARD_OUTPUT, require_matrix_file, write_matrix
from rhochain.commands.option_groups import Precision, Resources, given, grouped
from rhochain.commands.output import paragraphs
from rhochain.commands.progress import SYMBOLS, shown_progress
from rhochain.commands.reading import FILE, Reading
from rhochain.estimates.rescaling import rescale
from rhochain.weights.weights import Weights

__all__ = ["rescale_file"]

_OUT = "Where W goes: .npz (sparse), .npy (dense) or .mtx; - for Matrix Market on standard output."


@grouped
def rescale_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    out: Annotated[str, typer.Argument(metavar="OUT", help=_OUT)],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    radius: Annotated[float | None, typer.Option(metavar="R", help="Target of rho(W).")] = None,
    norm: Annotated[float | None, typer.Option(metavar="S", help="Target of sigma_1(W).")] = None,
    perron: Annotated[float | None, typer.Option(metavar="P", help="Target of rho(|W|).")] = None,
    scaled: Annotated[float | None, typer.Option(metavar="M", help="Target of mu_D(W).")] = None,
    leak: Annotated[
        str | None,
        typer.Option(metavar="A|FILE", help="With --radius: that of (1 - a) I + a W; a number, or one a neuron."),
    ] = None,
    conservative: Annotated[
        bool, typer.Option("--conservative", help="Bring the upper bound to the target, not the value.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress on the terminal.")] = False,
) -> int:
    """Give W a target radius or norm, and write it."""
    targets = {"spectral_radius": radius, "spectral_norm": norm, "perron_radius": perron, "scaled_norm": scaled}
    asked = {name: value for name, value in targets.items() if value is not None}
    if len(asked) != 1:
        raise ValueError(f"give exactly one of --radius, --norm, --perron, --scaled; got {len(asked) or 'none'}")
    require_matrix_file(out)
    options: dict[str, Any] = asked | {"conservative": conservative, **given(precision, resources)}
    if leak is not None:
        options["leak"] = number_or_vector("--leak", leak)
    ((quantity, target),) = asked.items()
    with shown_progress(f"reading {file}", quiet=quiet) as line:
        W = reading.matrix(file)
        line.begin(SYMBOLS[quantity], precision.max_seconds)
        multiplied, factor = rescale(W, **options, callback=line.bracket)
        line.begin(f"writing {out}")
        named = multiplied if isinstance(multiplied, Weights) else Weights(multiplied)
        written = write_matrix(out, named.matrix, named.ids)
    at = "at most " if conservative else ""
    facts = [
        ("file", file),
        ("factor", f"{factor!r}, which gives {SYMBOLS[quantity]} = {at}{target:g}"),
        ("written", ", ".join(written) or "standard output"),
    ]
    print(paragraphs(facts), file=sys.stderr if out == STANDARD_OUTPUT else sys.stdout)
    return OK
