"""The answer of `radius`, `norm` and `scale`: one bracket, in words and as JSON."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

import rhochain._core as _core
from rhochain.commands.matrix_files import written_whole
from rhochain.commands.option_groups import Precision, Resources, given
from rhochain.commands.output import Output, paragraphs, require_writable
from rhochain.commands.progress import shown_progress
from rhochain.commands.ranks import ranks
from rhochain.commands.reading import Reading
from rhochain.commands.saving import Saving
from rhochain.commands.signals import signals
from rhochain.estimates.brackets import Bracket, Interrupted, Progress, Status, json_number
from rhochain.estimates.comparisons import outward
from rhochain.estimates.scaling import ScaledNorm
from rhochain.inputs.matrix import Matrix
from rhochain.reports.matrix_size import size_in_words
from rhochain.runs.checkpoints import CheckpointError

__all__ = ["Question", "VectorFile", "answered", "bracket_facts"]

VectorFile = Annotated[
    str | None, typer.Option("--vector", metavar="FILE.npy", help="Write the vector behind the value.")
]

_STATUS = {
    Status.CONVERGED: "converged",
    Status.BRACKETED: "not narrower by this method; the bounds hold",
    Status.BUDGET_SPENT: "ended early; the bounds hold",
}


@dataclass(frozen=True)
class Question:
    """What a command asks of a matrix.

    Attributes
    ----------
    quantity : str
        The Python function: "spectral_radius".
    symbol : str
        As reports write it: "rho(W)".
    words : str
        Its name.
    estimator : callable
        Takes the matrix and the keyword arguments of every estimate.
    leak : float or ndarray of shape (n,)
        Of the leaky integrator whose radius it is.
    """

    quantity: str
    symbol: str
    words: str
    estimator: Callable[..., Bracket]
    leak: float | npt.NDArray[Any] = 1.0


def answered(
    question: Question,
    file: str,
    vector: str | None,
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
) -> int:
    """Read, estimate and show. Ctrl-C shows the bracket so far."""
    output.require_writable()
    saving.begin()
    if vector is not None:
        require_writable("--vector", vector)
        if not vector.lower().endswith(".npy"):
            raise ValueError(f"--vector must name a .npy file; got {vector}")
    with shown_progress(f"reading {file}", quiet=output.quiet) as line:
        W = reading.held(file)
        line.begin(question.symbol, precision.max_seconds)
        stop: BaseException | None = None

        def follow(record: Progress) -> bool:
            line.bracket(record)
            return ranks.several and signals.asked

        try:
            with signals.polled():
                found = question.estimator(W, callback=follow, **given(precision, resources, saving))
        except Interrupted as stopped:
            found, stop = stopped.bracket, stopped
        except CheckpointError as failed:
            found, stop = failed.result, failed
    signals.shared(ranks.any_of)
    facts = [("file", file), ("matrix", size_in_words(W.shape, W.nnz, None)), *bracket_facts(question, found)]
    entries = found.scaling if isinstance(found, ScaledNorm) else found.vector
    if vector is not None and entries is not None and stop is None:
        entries = W.peers.whole(entries)
        if ranks.leads:
            with written_whole(vector) as path:
                np.save(path, entries)
        what = "the scaling, natural logarithms of D" if isinstance(found, ScaledNorm) else "the vector"
        facts.append(("vector", f"{os.fspath(vector)}: {what}, {len(entries):,} numbers of {entries.dtype}"))
    output.show(paragraphs(facts), _plain(question, file, W, found))
    code = saving.end(stop, out_of_time=W.peers.first(found.out_of_time(precision.max_seconds)))
    if vector is not None and entries is None:
        raise ValueError(f"--vector: there is no vector: {found.no_vector}")
    return code


def bracket_facts(question: Question, found: Bracket) -> list[tuple[str, str]]:
    """The value, each bound with its grade and source, and what they took."""
    lower, upper = found.lower, found.upper
    facts = [
        (question.symbol, f"{found.value:.7g}, {question.words}"),
        ("at least", f"{outward(lower.value, up=False)} {lower.label} ({lower.source})"),
        ("at most", f"{outward(upper.value, up=True)} {upper.label} ({upper.source})"),
    ]
    for where, bound, shown, up in (
        ("at least", found.graded_lower, lower, False),
        ("at most", found.graded_upper, upper, True),
    ):
        if bound is not None and bound is not shown:
            facts.append(("", f"{where} {outward(bound.value, up=up)} {bound.label} ({bound.source})"))
    if isinstance(found, ScaledNorm):
        norm = f"{outward(found.attained.value, up=True)} {found.attained.label}"
        facts.append(("scaling", f"||D W D^-1||_2 <= {norm}; ln kappa(D) = {found.log_kappa:.4g}"))
    products = f"{found.matvecs:,} products in {found.seconds:.3g} s"
    facts.append(("status", f"{_STATUS[found.status]}; {products}"))
    return facts


def _plain(question: Question, file: str, W: Matrix, found: Bracket) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "quantity": question.quantity,
        "source": file,
        "shape": list(W.shape),
        "nnz": W.nnz,
        "leak": np.asarray(question.leak).tolist(),
        **found.to_dict(history=False),
    }
    if isinstance(found, ScaledNorm):
        plain |= {"attained": found.attained.to_dict(), "log_kappa": json_number(found.log_kappa)}
    return plain | {"version": _core.build_info()["version"]}
