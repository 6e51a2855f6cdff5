"""A paragraph for the methods of a paper, from what was run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket, Grade
from rhochain.reports.citations import in_text
from rhochain.reports.computation import Computation
from rhochain.reports.quantities import in_brackets

__all__ = ["methods"]

_GRADES = {
    Grade.PROVED: "a PROVED bound includes the rounding of its computation",
    Grade.PROBABLE: "a PROBABLE(delta) bound holds with probability at least 1 - delta over the random start",
    Grade.ESTIMATE: "an ESTIMATE carries no guarantee, and the verdict does not rest on it",
}


def methods(
    what: str,
    quantities: Sequence[tuple[str, str, Bracket]],
    computed: Computation | None,
    conclusion: str,
    sources: Iterable[str],
) -> str:
    """The paragraph. `what` was examined, `quantities` are names, meanings and brackets, `conclusion` a sentence."""
    version = _core.build_info()["version"]
    options = "" if computed is None else f" ({computed.options})"
    found = "; ".join(f"{meaning} {name}, {in_brackets(b)}" for name, meaning, b in quantities)
    grades = {bound.grade for _, _, b in quantities for bound in (b.lower, b.upper)}
    meanings = "; ".join(text for grade, text in _GRADES.items() if grade in grades)
    bounds = f" Each quantity lies between a lower and an upper bound: {found}." if found else ""
    claims = f" Grades: {meanings}." if meanings else ""
    return (
        f"{what} was examined with rhochain {version}{options}.{bounds}{claims} {conclusion} The bounds rest on "
        f"{in_text(sources)}, and on the theorems in the documentation of rhochain."
    )
