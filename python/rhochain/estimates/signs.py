"""The signs of W, as Dale's principle has them: neurons that excite or inhibit all their targets."""

from __future__ import annotations

from dataclasses import dataclass

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.comparisons import outward
from rhochain.inputs.matrix import Matrix

__all__ = ["SignStructure", "sign_structure"]

_NEARLY = 0.05  # share of columns with both signs, up to which W is near Dale's principle


@dataclass(frozen=True)
class SignStructure:
    """Whether ``W = S1 |W| S2`` with diagonal signs S1 and S2, and which columns have both signs."""

    factorizes: bool
    mixed_columns: int
    minority_entries: int  # entries of the rarer sign in these columns
    columns: int

    def notes(self, gain: float, rho: Bracket | None, perron: Bracket | None) -> tuple[str, ...]:
        """What does not depend on the signs; nothing where signs are no matter, or no structure is near."""
        if self.factorizes:
            if rho is not None and perron is not None and rho.value >= 0.999 * perron.value:
                return ()
            below = "" if perron is None else f", nor does vanishing below g = {_below(gain, perron.upper.value)}"
            return (
                "W = S1 |W| S2 with signs S1 and S2 (Dale's principle): sigma_1(W), rho(|W|) and mu_D(W) = rho(|W|) do "
                f"not depend on which neurons inhibit{below}; rho(W), R(W) and the gain at which gradients can explode "
                "do.",
            )
        if 0 < self.mixed_columns <= _NEARLY * self.columns:
            return (
                f"W is near Dale's principle: {self.mixed_columns:,} of {self.columns:,} columns have both signs, by "
                f"{self.minority_entries:,} entries of the rarer one.",
            )
        return ()


def sign_structure(A: Matrix) -> SignStructure | None:
    """In O(nnz); None for an operator."""
    held = A.operator
    if not isinstance(held, (_core.SparseOperator, _core.DenseOperator, _core.SlicedOperator)):
        return None
    factorizes, lines, minority = _core.signs(held)
    return SignStructure(factorizes, len(lines), int(minority.sum()), A.shape[1])


def _below(gain: float, bound: float) -> str:
    return outward(1.0 / (gain * bound) * (1.0 - 2.0**-50), up=False)
