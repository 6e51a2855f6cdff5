"""What a verdict for every input rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.burn_in import log_kappa_of_leaks
from rhochain.estimates.linear_gain import LinearGain
from rhochain.estimates.scaling import ScaledNorm
from rhochain.estimates.signs import SignStructure
from rhochain.estimates.spectra import Components
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.inputs.input_reach import InputReach
from rhochain.verdicts.second_attempts import SecondAttempt

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """All that a verdict for every input rests on; None is what was not computed.

    `norm_bounds` are upper bounds of sigma_1 beside its bracket. `one_norm` and `inf_norm` bound ||W||_1 and ||W||_inf
    from above. `worst_case_growth` is R(W) of a nonlinear network, and the bracket of rho((1 - a) I + a W) of a linear
    one. `leak` is the least leak, `leaks` has one for each neuron where they differ. `linear_gain`: of a linear network
    with one leak. `power_growth`: some power of a linear Jacobian has at least this norm. `second_attempts` are
    those that decided nothing, by the name of the quantity.
    """

    gain: float
    leak: float
    linear: bool
    components: Components | None = None
    spectral_radius: Bracket | None = None
    spectral_norm: Bracket | None = None
    perron_radius: Bracket | None = None
    norm_bounds: tuple[Bound, ...] = ()
    scaled_norm: ScaledNorm | None = None
    one_norm: Bound | None = None
    inf_norm: Bound | None = None
    worst_case_growth: WorstCaseGrowth | None = None
    numerical_radius: Bracket | None = None
    power_growth: Bound | None = None
    activation: str | None = None
    slope_range: tuple[float, float] | None = None  # None: only |slope| <= gain is known
    steepest_at_zero: bool = False  # sigma(0) = 0 and sigma'(0) = gain
    inputs: InputReach = InputReach.UNKNOWN
    signs: SignStructure | None = None
    leaks: npt.NDArray[np.float64] | None = None
    linear_gain: LinearGain | None = None
    second_attempts: Mapping[str, SecondAttempt] = field(default_factory=dict)

    @property
    def slopes(self) -> tuple[float, float]:
        """The least and the largest slope, as far as known."""
        return (-self.gain, self.gain) if self.slope_range is None else self.slope_range

    def assumed_slopes(self, *, by_neuron: bool) -> tuple[str, ...]:
        """A note on the slopes that R(W) is about, where no activation says."""
        if self.slope_range is not None or self.worst_case_growth is None:
            return ()
        range_ = "[-gain, gain] of each neuron" if by_neuron else f"[-{self.gain:.7g}, {self.gain:.7g}]"
        return (
            f"R(W) is about slopes in {range_}, all that a gain tells: naming the activation gives a sharper answer.",
        )

    @property
    def jacobian(self) -> str:
        """Of a linear network, as a formula."""
        if self.leaks is not None:
            return "I - A + A W, A = diag(a),"
        return "W" if self.leak == 1.0 else "(1 - a) I + a W"

    def log_kappa_of_leaks(self, contraction: float) -> float:
        """ln kappa(N D^-1) of Theorem G for a gain times norm of D W D^-1; 0 with one leak."""
        return 0.0 if self.leaks is None else log_kappa_of_leaks(self.leaks, contraction)

    @property
    def slopes_in_words(self) -> str:
        """Such as ``slopes in [0, 1] (tanh)``."""
        lo, hi = self.slopes
        return f"slopes in [{lo:.7g}, {hi:.7g}]" + ("" if self.activation is None else f" ({self.activation})")
