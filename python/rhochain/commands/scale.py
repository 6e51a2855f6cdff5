"""`rhochain scale`: mu_D(W), the least norm that a diagonal scaling gives, and the scaling."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from rhochain.commands.bracket_answers import Question, answered
from rhochain.commands.option_groups import Precision, Resources, grouped
from rhochain.commands.output import Output
from rhochain.commands.reading import FILE, Reading
from rhochain.commands.saving import Saving
from rhochain.estimates.scaling import scaled_norm

__all__ = ["scale"]


@grouped
def scale(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
    vector: Annotated[
        str | None, typer.Option("--vector", metavar="FILE.npy", help="Write the scaling, natural logarithms of D.")
    ] = None,
    max_kappa: Annotated[
        float | None, typer.Option(metavar="K", help="Largest max D / min D of a scaling (default: no limit).")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(metavar="T", help="Stop once mu_D(W) is known to be below T, or not below it.")
    ] = None,
) -> int:
    """The least norm of a diagonal scaling, mu_D(W).

    mu_D(W) is the infimum of ||D W D^-1||_2 over diagonal D > 0, between two graded bounds.
    """
    asked: dict[str, Any] = {"max_kappa": max_kappa, "threshold": threshold}
    estimator = partial(scaled_norm, **{name: value for name, value in asked.items() if value is not None})
    question = Question("scaled_norm", "mu_D(W)", "the least 2-norm under a diagonal scaling", estimator)
    return answered(question, file, vector, reading, precision, resources, saving, output)
