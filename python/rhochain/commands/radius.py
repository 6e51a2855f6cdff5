"""`rhochain radius`: rho(W), of a leaky integrator too, or rho(|W|)."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from rhochain.commands.arrays import number_or_vector, own_part
from rhochain.commands.bracket_answers import Question, VectorFile, answered
from rhochain.commands.option_groups import Precision, Resources, grouped
from rhochain.commands.output import Output
from rhochain.commands.reading import FILE, Reading
from rhochain.commands.saving import Saving
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.spectra import perron_radius, spectral_radius
from rhochain.inputs.matrix import Matrix

__all__ = ["radius"]

_LEAKY = "rho((1 - a) I + a W)"


@grouped
def radius(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
    vector: VectorFile = None,
    proved: Annotated[
        bool, typer.Option("--proved", help="PROVED bounds on both ends, for components of up to 1,000 neurons.")
    ] = False,
    condition: Annotated[
        bool, typer.Option("--condition", help="Compute the condition number of the eigenvalue.")
    ] = False,
    perron: Annotated[bool, typer.Option("--perron", help="rho(|W|) in place of rho(W).")] = False,
    leak: Annotated[
        str | None, typer.Option(metavar="A|FILE", help="Of a leaky integrator: a number, or one a neuron in a .npy.")
    ] = None,
    upper_rtol: Annotated[
        float | None, typer.Option(metavar="R", help="How far above the value the upper bound may stay.")
    ] = None,
) -> int:
    """The spectral radius rho(W) between graded bounds."""
    a = None if leak is None else number_or_vector("--leak", leak)
    options = {"proved": proved or None, "condition": condition or None, "upper_rtol": upper_rtol, "leak": a}
    asked: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if perron and asked.keys() - {"proved"}:
        wrong = ", ".join(f"--{name.replace('_', '-')}" for name in asked if name != "proved")
        raise ValueError(f"--perron goes without {wrong}")
    if perron:
        question = Question("perron_radius", "rho(|W|)", "the Perron radius of the absolute values", perron_radius)
    elif a is not None:
        words = f"the spectral radius with leak: {_LEAKY}"

        def of_leak(W: Matrix, **options: Any) -> Bracket:
            return spectral_radius(W, **asked | options | {"leak": own_part("leak", a, W)})

        question = Question("spectral_radius", "rho", words, of_leak, leak=a)
    else:
        question = Question("spectral_radius", "rho(W)", "the spectral radius", partial(spectral_radius, **asked))
    return answered(question, file, vector, reading, precision, resources, saving, output)
