"""`rhochain chain` and `rhochain lyapunov`: the product of Jacobians along a rollout of x <- W sigma(x) + inputs."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import typer

import rhochain._core as _core
from rhochain.chains.jacobian import JacobianChain
from rhochain.chains.results import ChainInterrupted, ChainResult, LyapunovInterrupted, LyapunovSpectrum
from rhochain.checking.chain_checks import check_chain
from rhochain.commands.arrays import number_or_vector, read_matrix, read_rows, read_vector
from rhochain.commands.option_groups import ACTIVATION, Precision, Resources, given, grouped
from rhochain.commands.output import Output, paragraphs
from rhochain.commands.progress import SYMBOLS, shown_progress
from rhochain.commands.random_inputs import RandomInputs
from rhochain.commands.reading import FILE, Reading
from rhochain.commands.saving import Saving
from rhochain.commands.signals import signals
from rhochain.estimates.brackets import Interrupted
from rhochain.estimates.comparisons import outward
from rhochain.inputs.matrix import Matrix
from rhochain.reports.chain_report import ChainReport
from rhochain.reports.matrix_size import size_in_words
from rhochain.runs.checkpoints import CheckpointError

__all__ = ["chain", "lyapunov"]

_Facts = list[tuple[str, str]]
_CONVENTIONS = ("pre", "post")


@dataclass(frozen=True)
class Rollout:
    """The arguments of `JacobianChain.from_rollout`."""

    steps: Annotated[
        int | None, typer.Option("--steps", metavar="K", help="Steps; by default the number of rows of --inputs.")
    ] = None
    activation: Annotated[str, ACTIVATION] = "tanh"
    convention: Annotated[
        str,
        typer.Option(
            metavar="pre|post",
            help='"pre": x <- W sigma(x) + inputs; "post": h <- sigma(W h + inputs).',
            autocompletion=lambda incomplete: [name for name in _CONVENTIONS if name.startswith(incomplete)],
        ),
    ] = "pre"
    leak: Annotated[
        str, typer.Option(metavar="A|FILE", help="Of a leaky integrator: a number, or one a neuron in a .npy.")
    ] = "1"
    x0: Annotated[str | None, typer.Option("--x0", metavar="FILE", help="The first state, a .npy (default: 0).")] = None
    inputs: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Inputs, a row a step, .npy (default: normal random numbers of --seed)."),
    ] = None
    input_weights: Annotated[
        str | None, typer.Option(metavar="FILE", help="W_in, n x m (default: each neuron has an input of its own).")
    ] = None
    input_scale: Annotated[
        float, typer.Option(metavar="S", help="Standard deviation of random inputs; 0 for none.")
    ] = 1.0
    bias: Annotated[str | None, typer.Option(metavar="FILE", help="A constant input, a .npy.")] = None

    def chain(self, W: Matrix, seed: int) -> tuple[JacobianChain, _Facts]:
        """The chain, and what it was made of."""
        n = W.shape[0]
        W_in = None if self.input_weights is None else Matrix(read_matrix(self.input_weights))
        rows, words = self._inputs(n if W_in is None else W_in.shape[1], seed)
        leak = number_or_vector("--leak", self.leak)
        made = JacobianChain.from_rollout(
            W,
            np.zeros(n) if self.x0 is None else read_vector("--x0", self.x0),
            self.steps,
            inputs=rows,
            input_weights=None if rows is None else W_in,
            bias=None if self.bias is None else read_vector("--bias", self.bias),
            activation=self.activation,
            convention=self.convention,
            leak=leak,
            seed=seed,
        )
        rule = f"{self.activation}, {self.convention}" + ("" if self.leak == "1" else f", leak {self.leak}")
        start = "0" if self.x0 is None else self.x0
        facts = [("chain", f"{made.steps:,} Jacobians ({rule}), from x0 = {start}"), ("inputs", words)]
        if W.weights is None or W.weights.rows is None:
            facts.append(("rows", "as stored: row i of W holds what acts on neuron i; --rows source transposes"))
        return made, facts

    def _inputs(self, width: int, seed: int) -> tuple[Any, str]:
        if self.inputs is not None:
            recorded = read_rows(self.inputs)
            return recorded, f"{self.inputs}, {len(recorded):,} rows"
        if self.steps is None:
            raise ValueError("give --steps, or --inputs with a row for each step; got neither")
        if not 0.0 <= self.input_scale < np.inf:
            raise ValueError(f"--input-scale must be finite and at least 0; got {self.input_scale}")
        if self.input_scale == 0.0 or self.steps < 1:
            return None, "none"
        rows = RandomInputs(self.steps, width, scale=self.input_scale, seed=seed)
        return rows, f"independent normal numbers of standard deviation {self.input_scale:g} (seed {seed})"

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@grouped
def chain(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    rollout: Rollout,
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
    vanish_level: Annotated[float, typer.Option(metavar="V", help="||P|| below this has vanished.")] = 1e-3,
    explode_level: Annotated[float, typer.Option(metavar="E", help="||P|| above this has exploded.")] = 1e3,
) -> int:
    """The gradient along one trajectory, and a verdict.

    Rate and half-life of a random gradient, bounds of ln ||P||, and a verdict for these inputs alone.
    """
    output.require_writable()
    saving.begin()
    seed = resources.seed or 0
    levels: dict[str, Any] = {"vanish_level": vanish_level, "explode_level": explode_level}
    facts: _Facts = [("file", file)]
    version = _core.build_info()["version"]
    plain: dict[str, Any] = {"source": file, "rollout": rollout.to_dict(), "seed": seed, "version": version}
    stop: BaseException | None = None
    out_of_time = False
    with shown_progress(f"reading {file}", quiet=output.quiet) as line:
        W = Matrix(reading.matrix(file), threads=resources.threads)
        made, details = rollout.chain(W, seed)
        facts += [("matrix", size_in_words(W.shape, W.nnz, None)), *details]
        try:
            line.begin("gradient")
            start = np.random.Generator(np.random.Philox(seed)).standard_normal(W.shape[0])
            began = time.monotonic()
            of_gradient = _of_gradient_alone(saving)
            of_gradient.begin()
            with signals.time_limit(precision.max_seconds):
                carried = made.vjp(
                    start / np.linalg.norm(start),
                    line.steps,
                    record_every=max(1, made.steps // 1000),
                    **given(of_gradient),
                )
            facts += _of_gradient(carried)
            plain["gradient"] = carried.to_dict(log_norms=False)
            saving.begin()
            rest = _after(precision, time.monotonic() - began)
            line.begin(SYMBOLS["chain_norm"], rest.max_seconds)
            report = check_chain(made, callback=line.bracket, seed=seed, **levels, **given(rest, saving))
            out_of_time = report.computed is not None and report.computed.out_of_time
            facts += _of_product(report)
            plain |= report.to_dict()
        except ChainInterrupted as stopped:
            facts += _of_gradient(stopped.result)
            plain["gradient"] = stopped.result.to_dict(log_norms=False)
            stop = stopped
        except Interrupted as stopped:
            facts.append((SYMBOLS["chain_norm"], repr(stopped.bracket)))
            plain["norm"] = stopped.bracket.to_dict(history=False)
            stop = stopped
        except CheckpointError as failed:
            facts.append(("so far", repr(failed.result)))
            stop = failed
    output.show(paragraphs(facts), plain)
    return saving.end(stop, out_of_time=out_of_time)


@grouped
def lyapunov(
    file: Annotated[str, typer.Argument(metavar="FILE", help=FILE)],
    rollout: Rollout,
    reading: Reading,
    resources: Resources,
    saving: Saving,
    output: Output,
    k: Annotated[int, typer.Option("-k", "--k", metavar="K", help="How many exponents.")] = 1,
    discard: Annotated[
        int | None, typer.Option(metavar="N", help="First steps that are not counted (default: a tenth).")
    ] = None,
    atol: Annotated[
        float | None, typer.Option(metavar="E", help="Stop once every standard error is at most this.")
    ] = None,
    max_seconds: Annotated[float | None, typer.Option(metavar="S", help="Time budget (default: none).")] = None,
) -> int:
    """Lyapunov exponents along one trajectory.

    Estimates with standard errors, in natural logarithms a step.
    """
    output.require_writable()
    saving.begin()
    seed = resources.seed or 0
    stop: BaseException | None = None
    with shown_progress(f"reading {file}", quiet=output.quiet) as line:
        W = Matrix(reading.matrix(file), threads=resources.threads)
        made, details = rollout.chain(W, seed)
        line.begin("Lyapunov exponents")
        try:
            with signals.time_limit(max_seconds):
                spectrum = made.lyapunov(k, seed=seed, discard=discard, atol=atol, callback=line.steps, **given(saving))
        except LyapunovInterrupted as stopped:
            spectrum, stop = stopped.result, stopped
        except CheckpointError as failed:
            spectrum, stop = failed.result, failed
    facts = [("file", file), ("matrix", size_in_words(W.shape, W.nnz, None)), *details, *_of_spectrum(spectrum)]
    plain = {"source": file, "rollout": rollout.to_dict(), "seed": seed, **spectrum.to_dict(history=False)}
    output.show(paragraphs(facts), plain | {"version": _core.build_info()["version"]})
    return saving.end(stop, out_of_time=False)


def _of_gradient_alone(saving: Saving) -> Saving:
    """The gradient is a run of its own, with a file of its own."""
    path = saving.checkpoint
    return saving if path is None else dataclasses.replace(saving, checkpoint=f"{path}.gradient")


def _after(precision: Precision, seconds: float) -> Precision:
    """With the time that is left."""
    most = precision.max_seconds
    return precision if most is None else dataclasses.replace(precision, max_seconds=max(0.0, most - seconds))


def _of_gradient(carried: ChainResult) -> _Facts:
    def steps(number: float) -> str:
        return "never" if np.isinf(number) else f"{number:.4g} steps"

    if carried.done == 0:
        return [("gradient", f"none of {carried.steps:,} steps done")]
    done = "" if carried.done == carried.steps else f" ({carried.done:,} of {carried.steps:,} steps done)"
    return [
        (
            "gradient",
            f"a random one times {carried.rate:.7g} a step, {carried.late_rate:.7g} in the second half{done}",
        ),
        ("half-life", f"{steps(carried.half_life)}; float32 underflows after: {steps(carried.float32_underflow_step)}"),
    ]


def _of_product(report: ChainReport) -> _Facts:
    lower, upper = report.norm.lower, report.norm.upper
    return [
        ("ln ||P||", f"{report.norm.value:.7g}, the largest factor over all directions"),
        ("at least", f"{outward(lower.value, up=False)} {lower.label}"),
        ("at most", f"{outward(upper.value, up=True)} {upper.label}"),
        ("verdict", str(report.verdict)),
        ("", report.reason),
    ]


def _of_spectrum(spectrum: LyapunovSpectrum) -> _Facts:
    if spectrum.steps == 0:
        return [("exponents", f"none yet: {spectrum.done:,} steps done, the first {spectrum.discard:,} do not count")]
    facts = []
    for place, (exponent, error) in enumerate(zip(spectrum.exponents, spectrum.errors, strict=True)):
        doubt = "" if np.isnan(error) else f" +- {error:.2g}"
        facts.append((f"lambda_{place + 1}", f"{exponent:.6g}{doubt} a step"))
    dimension = spectrum.kaplan_yorke_dimension
    if not np.isnan(dimension):
        facts.append(("dimension", f"{dimension:.4g} (Kaplan-Yorke)"))
    facts.append(("grade", f"ESTIMATE, from {spectrum.steps:,} steps after {spectrum.discard:,}; natural logarithms"))
    return facts
