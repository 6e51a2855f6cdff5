"""`rhochain norm`: sigma_1(W)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from rhochain.commands.bracket_answers import Question, VectorFile, answered
from rhochain.commands.option_groups import Precision, Resources, grouped
from rhochain.commands.output import Output
from rhochain.commands.reading import FILE, Reading
from rhochain.commands.saving import Saving
from rhochain.estimates.spectra import spectral_norm

__all__ = ["norm"]


@grouped
def norm(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
    vector: VectorFile = None,
    upper_rtol: Annotated[
        float | None, typer.Option(metavar="R", help="How far above the value the upper bound may stay.")
    ] = None,
) -> int:
    """The largest singular value sigma_1(W) between bounds."""
    estimator = spectral_norm if upper_rtol is None else partial(spectral_norm, upper_rtol=upper_rtol)
    question = Question("spectral_norm", "sigma_1(W)", "the largest singular value", estimator)
    return answered(question, file, vector, reading, precision, resources, saving, output)
