"""`rhochain convert`: a matrix or edge table in another kind of file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rhochain.commands.exits import OK
from rhochain.commands.matrix_files import STANDARD_OUTPUT, require_matrix_file, write_matrix
from rhochain.commands.option_groups import grouped
from rhochain.commands.output import paragraphs
from rhochain.commands.progress import shown_progress
from rhochain.commands.reading import FILE, Reading
from rhochain.inputs.matrix import Matrix
from rhochain.reports.matrix_size import size_in_words
from rhochain.weights.weights import Weights

__all__ = ["convert"]

_OUT = "Where W goes: .npz (sparse, ids inside), .npy (dense) or .mtx; - for Matrix Market on standard output."


@grouped
def convert(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    reading: Reading,
    out: Annotated[str | None, typer.Argument(metavar="OUT", help=_OUT)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress on the terminal.")] = False,
) -> int:
    """Write W as .npz, .npy or .mtx.

    The ids of its neurons go with it, and what reading counted is printed.
    """
    if out is None and not reading.dry_run:
        raise ValueError("OUT is required: a file that ends in .npz, .npy or .mtx, or -")
    if out is not None:
        require_matrix_file(out)
    with shown_progress(f"reading {file}", quiet=quiet) as line:
        found = reading.matrix(file)
        line.begin(f"writing {out}")
        W, ids = (found.matrix, found.ids) if isinstance(found, Weights) else (found, None)
        written = write_matrix(str(out), W, ids)
    shown = Matrix(W)
    facts = [("file", file), ("matrix", size_in_words(shown.shape, shown.nnz, None))]
    if isinstance(found, Weights):
        facts.append(("counts", str(found.counts)))
        facts += [("note", note) for note in found.notes]
        if ids is not None:
            facts.append(("ids", f"{len(ids):,} of {ids.dtype}"))
        if found.rows == "target":
            facts.append(("rows", "W[i, j] acts from neuron j on neuron i; read it again with --rows target"))
    facts.append(("written", ", ".join(written) or "standard output"))
    print(paragraphs(facts), file=sys.stderr if out == STANDARD_OUTPUT else sys.stdout)
    return OK
