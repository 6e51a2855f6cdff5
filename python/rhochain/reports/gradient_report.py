"""The answer of a check: a verdict, its reason, and every number behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket, json_number
from rhochain.estimates.left_perron_vector import left_perron_vector
from rhochain.estimates.scaling import ScaledNorm
from rhochain.estimates.spectra import Components, perron_radius
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.inputs.arguments import whole_number
from rhochain.inputs.matrix import square_matrix
from rhochain.markup.blocks import Answer, Block, Facts, Notes, Section, Table, Verbatim, printable
from rhochain.reports import quantities as measured
from rhochain.reports.answers import answer, headline
from rhochain.reports.citations import bibtex, sources
from rhochain.reports.computation import Computation
from rhochain.reports.figure import draw
from rhochain.reports.hubs import Hubs, hubs
from rhochain.reports.matrix_size import size_in_words
from rhochain.reports.methods import methods
from rhochain.reports.neurons import Neurons, component_table, witness
from rhochain.reports.quantities import Quantity
from rhochain.reports.shown_report import ShownReport, closing_sections
from rhochain.reports.trajectory_report import TrajectoryReport
from rhochain.verdicts.conclusions import Condition, Verdict
from rhochain.verdicts.critical_gain import CriticalGain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GradientReport"]

_ANSWERS = {True: "yes", False: "no", None: "open"}
_WORDS = {True: "holds", False: "does not hold", None: "open"}
_PAPER = "Pascanu, Mikolov & Bengio (2013)"


@dataclass(frozen=True, eq=False, repr=False)
class GradientReport(ShownReport):
    """What `check` found. ``print(report)`` shows a table, `to_json` gives all of it to programs.

    Attributes
    ----------
    verdict : Verdict
    reason : str
        A sentence with the numbers and grades that decided.
    gain : float
        gamma, the largest slope of the activation; 1 where gains per neuron were given.
    local_gains : bool
        Whether they were: then every quantity here is one of W diag(gains).
    activation : str or None
    leak : float or ndarray of shape (n,)
        Of a leaky integrator; 1 for none. An array where the leaks of neurons differ.
    shape : (int, int)
    nnz : int or None
        None for an operator; of a `LowRankUpdate` that of its W.
    update_rank : int or None
        The columns of U where W is a `LowRankUpdate`.
    has_adjoint : bool
        False for an operator without ``rmatvec``, of which rho(W) alone is known: the notes say what was left out.
    spectral_radius, spectral_norm, perron_radius : Bracket or None
        None where the verdict was settled first (`quick`); rho(|W|) also for an operator, whose entries are unknown.
    scaled_norm : ScaledNorm or None
        Of mu_D(W), stopped at 1 / gain; None where the verdict did not need it.
    worst_case_growth : WorstCaseGrowth or None
        Of R(W), the growth rate a step under the worst slopes, gamma and leak included. None where `quick` settled the
        verdict first, and for a linear network, where R = rho(W): with a leak, or where rho(W) has no graded lower
        bound, it is the bracket of the spectral radius of (1 - a) I + a W.
    numerical_radius : Bracket or None
        Of w(W); None where it was not asked for and is not cheap.
    dale : bool or None
        Whether W = S1 |W| S2 with diagonal signs, as where every neuron excites or inhibits all its targets; None for
        an operator.
    critical_gain : CriticalGain
        Factors on W below which every gradient vanishes and above which some explode.
    conditions : tuple of Condition
    components : Components or None
    chain_norm : Bracket or None
        Of ln ||P||_2, where a chain was given.
    notes : tuple of str
    source : str or None
        The file, or the kind of object, where W came from one.
    neurons : Neurons
        The names of neurons, the orientation of W and what its reader did: see `ids`, `hubs`.
    computed : Computation or None
        Seconds, products, threads and options.
    name : str or None
        Of a layer of a model, such as "encoder.rnn.l0_reverse".
    along : TrajectoryReport or None
        Of a layer of a model: what happened along the sequences given as `inputs`.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> report = rc.check(0.5 * np.eye(3), activation="tanh")
    >>> str(report.verdict), report.gain
    ('VANISHES', 1.0)
    """

    verdict: Verdict
    reason: str
    gain: float
    activation: str | None
    leak: float | npt.NDArray[np.float64]
    shape: tuple[int, int]
    nnz: int | None
    spectral_radius: Bracket | None
    spectral_norm: Bracket | None
    perron_radius: Bracket | None
    conditions: tuple[Condition, ...]
    components: Components | None = None
    chain_norm: Bracket | None = None
    scaled_norm: ScaledNorm | None = None
    worst_case_growth: WorstCaseGrowth | None = None
    numerical_radius: Bracket | None = None
    critical_gain: CriticalGain | None = None
    dale: bool | None = None
    local_gains: bool = False
    notes: tuple[str, ...] = ()
    source: str | None = None
    update_rank: int | None = None
    has_adjoint: bool = True
    name: str | None = None
    along: TrajectoryReport | None = None
    neurons: Neurons = field(default_factory=Neurons)
    computed: Computation | None = None

    def __repr__(self) -> str:
        rows, cols = self.shape
        return f"GradientReport({self.verdict}, {rows:,} x {cols:,}: {self.headline})"

    @property
    def headline(self) -> str:
        """The verdict in plain words."""
        return headline(self.verdict, self._about) if self._outcome is None else self._outcome

    @property
    def title(self) -> str:
        named = None if self.source is None else re.split(r"[/\\]", self.source.rstrip("/\\"))[-1]
        return f"rhochain: {printable(named) if named else 'will the gradient survive?'}"

    @property
    def ids(self) -> npt.NDArray[Any]:
        """The names of the neurons; their indices where the source of W has no names."""
        return np.arange(self.shape[0]) if self.neurons.ids is None else self.neurons.ids

    def hubs(self, k: int = 10, W: Any = None) -> Hubs:
        """The neurons with the largest entries of the Perron vectors of |W|.

        Parameters
        ----------
        k : int, at least 1
            How many of each kind.
        W : anything `Matrix` takes with entries, optional
            The W of the check, which a report does not keep; W * gain for gains per neuron. Without it `receiving` is
            known from rho(|W|), and `driving` where W came with names and the check was not `quick`. Either vector
            takes about as many products as rho(|W|), and the second a copy of a sparse W.

        Returns
        -------
        Hubs
            `driving`, `receiving`: tuples of (id, index, share). Print it.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> W = np.array([[0.0, 2.0], [0.5, 0.1]])
        >>> rc.check(W, activation="tanh").hubs(1, W).driving[0].index
        1
        """
        most = whole_number("k", k, 1, 2**63 - 1)
        of_check = None if self.perron_radius is None else self.perron_radius.vector
        if W is None:
            return hubs(self.neurons, of_check, self.neurons.driving, most)
        A = square_matrix(W)
        if A.shape != self.shape:
            raise ValueError(f"W must be that of the check, of shape {self.shape}; got {A.shape}")
        receiving = perron_radius(A).vector if of_check is None else of_check
        return hubs(self.neurons, receiving, left_perron_vector(W), most)

    def to_dict(self) -> dict[str, Any]:
        """The report in plain JSON types, always with the same keys in the same order."""

        def plain(bracket: Bracket | None) -> dict[str, Any] | None:
            return None if bracket is None else bracket.to_dict(history=False)

        return {
            "name": self.name,
            "verdict": str(self.verdict),
            "headline": self.headline,
            "reason": self.reason,
            "gain": self.gain,
            "local_gains": self.local_gains,
            "activation": self.activation,
            "leak": np.asarray(self.leak).tolist(),
            "source": self.source,
            "shape": list(self.shape),
            "nnz": self.nnz,
            "update_rank": self.update_rank,
            "has_adjoint": self.has_adjoint,
            "spectral_radius": plain(self.spectral_radius),
            "spectral_norm": plain(self.spectral_norm),
            "perron_radius": plain(self.perron_radius),
            "scaled_norm": self._scaled_plain(),
            "numerical_radius": plain(self.numerical_radius),
            "worst_case_growth": plain(self.worst_case_growth),
            "critical_gain": None if self.critical_gain is None else self.critical_gain.to_dict(),
            "dale": self.dale,
            "conditions": [condition.to_dict() for condition in self.conditions],
            "components": None if self.components is None else self.components.to_dict(),
            "chain_norm": plain(self.chain_norm),
            "along": None if self.along is None else self.along.to_dict(),
            "notes": list(self.notes),
            "neurons": self.neurons.to_dict() | {"hubs": self.hubs().to_dict()},
            "computed": None if self.computed is None else self.computed.to_dict(),
            "version": _core.build_info()["version"],
        }

    def _scaled_plain(self) -> dict[str, Any] | None:
        scaled = self.scaled_norm
        if scaled is None:
            return None
        burn_in = json_number(scaled.burn_in(self.gain, leak=self.leak))
        extra = {"attained": scaled.attained.to_dict(), "log_kappa": scaled.log_kappa, "burn_in": burn_in}
        return {**scaled.to_dict(history=False), **extra}

    def plot(self) -> Figure:
        """The brackets as bars beside 1 / gain and the critical gains: ``report.plot().savefig("report.png")``.

        A `matplotlib.figure.Figure`.

        Raises ImportError, naming the command that installs it, where matplotlib is missing.
        """
        return draw(measured.bars(self._quantities()), measured.marks(self.gain, self.critical_gain))

    def methods(self) -> str:
        """A paragraph for the methods of a paper: what was run, the bounds with their grades, the sources.

        Examples
        --------
        >>> import numpy as np, rhochain as rc
        >>> print(rc.check(0.5 * np.eye(3), activation="tanh").methods()[:62])
        The recurrent matrix W (3 x 3, 3 nonzeros, density 33.3 %; row
        """
        size = size_in_words(self.shape, self.nnz, self.update_rank)
        conditions = "; ".join(f"{c.statement} ({c.equation}, {c.name}) {_WORDS[c.holds]}" for c in self.conditions)
        critical = "" if self.critical_gain is None else f" Critical gains: {self.critical_gain}"
        return methods(
            f"The recurrent matrix W ({size}; rows {self.neurons.orientation}) with {self._network()}",
            [(q.name, q.meaning, q.bracket) for q in self._quantities() if q.bracket is not None],
            self.computed,
            f"Of the conditions of {_PAPER}: {conditions}.{critical} The verdict is {self.verdict}: {self.reason}",
            self._sources(),
        )

    def citations(self) -> str:
        """The sources that `methods` cites, and the library, as BibTeX."""
        return bibtex(self._sources())

    def answer(self) -> Answer:
        """The verdict in words, with its reason."""
        return answer(self.verdict, self.reason, self._about, self._outcome)

    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The parts of the report, for a page of several reports too. `paper`: with the text for a paper."""
        quantities = self._quantities()
        picture = measured.picture(quantities, measured.marks(self.gain, self.critical_gain))
        found: list[Block | None] = [
            self.answer(),
            Facts(self._findings()),
            picture,
            measured.table(quantities),
            Table(
                f"Conditions of {_PAPER}",
                ("condition", "holds", "statement", "source"),
                [(c.name, _ANSWERS[c.holds], c.statement, c.equation) for c in self.conditions],
            ),
            Notes([*self.notes, *self._four_quantities()]),
        ]
        if self.along is not None:
            found.append(Section("Along the sequences given", self.along.blocks(paper=False)))
        found.append(Section("The network", [Facts(self._facts()), *self._neuron_tables()]))
        found += closing_sections(self, self.computed, paper=paper)
        return [block for block in found if block is not None]

    @property
    def _outcome(self) -> str | None:
        """In words, where sequences decided and not W."""
        decided = self.along is not None and self.along.verdict is self.verdict is not Verdict.UNDECIDED
        return self.along.outcome if self.along is not None and decided else None

    @property
    def _about(self) -> str:
        return "linear" if any("linear" in c.equation for c in self.conditions) else ""

    @property
    def _leaky(self) -> bool:
        return bool(np.any(np.asarray(self.leak) != 1.0))

    def _sources(self) -> Sequence[str]:
        return sources((q.name, q.bracket) for q in self._quantities() if q.bracket is not None)

    def _quantities(self) -> tuple[Quantity, ...]:
        gain, growth, leak = self.gain, self.worst_case_growth, ", leak included" if self._leaky else ""
        lo, hi = (0.0, 1.0) if growth is None else growth.slope_range
        rate = f"growth a step under the worst slopes in [{lo:.7g}, {hi:.7g}]{leak}"
        entries = "unknown: W is known by its products alone" if self.nnz is None else ""
        adjoint = "" if self.has_adjoint else "unknown: W has no rmatvec, the product with W^T"
        return (
            Quantity("rho(W)", "spectral radius", self.spectral_radius, gain, 1.0),
            Quantity("sigma_1(W)", "largest singular value", self.spectral_norm, gain, 1.0, missing=adjoint),
            Quantity("rho(|W|)", "Perron radius", self.perron_radius, gain, 1.0, missing=entries),
            Quantity("mu_D(W)", "least norm of D W D^-1, D diagonal", self.scaled_norm, gain, 1.0),
            Quantity("w(W)", "numerical radius", self.numerical_radius, gain, 1.0),
            Quantity(
                "R(W)",
                f"spectral radius of the Jacobian{leak}" if lo == hi else rate,
                growth,
                1.0,
                None if self._leaky else 1.0 / gain,
                "R(W)/gamma",
            ),
            Quantity("ln ||P||_2", "of the product P of Jacobians along the trajectory", self.chain_norm),
        )

    def _findings(self) -> list[tuple[str, str]]:
        """What follows for the network, and the slopes that show it."""
        found: list[tuple[str, str]] = []
        if self.verdict is Verdict.EXPLODES_FOR_SOME_SLOPES:
            rho = None if self._leaky or self.spectral_radius is None else self.spectral_radius.graded_lower
            everywhere = 0.0 if rho is None else self.gain * rho.value
            found += witness(self.neurons.ids, self.worst_case_growth, self.shape[0], self.gain, everywhere)
        return found if self.critical_gain is None else [*found, ("gain", str(self.critical_gain))]

    def _network(self) -> str:
        words = f"gain gamma = {self.gain:.7g}"
        if self.activation is not None:
            words += f" ({self.activation})"
        if self.local_gains:
            words = "gains per neuron: every W below stands for W diag(gains)"
        if self._leaky:
            least, most = np.min(self.leak), np.max(self.leak)
            words += f", leak {least:.7g}" if least == most else f", leaks from {least:.7g} to {most:.7g}"
        return words

    def _facts(self) -> list[tuple[str, str]]:
        facts: list[tuple[str, str]] = [] if self.source is None else [("source", Verbatim(self.source))]
        if self.name is not None:
            facts.append(("layer", Verbatim(self.name)))
        facts.append(("matrix", size_in_words(self.shape, self.nnz, self.update_rank)))
        facts += self.neurons.facts()
        facts.append(("network", self._network()))
        if self.components is not None:
            found = self.components
            cyclic = f"{found.cyclic:,} with a cycle" if found.cyclic else "none with a cycle"
            plural = "" if found.count == 1 else "s"
            facts.append(("structure", f"{found.count:,} strongly connected component{plural}, {cyclic}"))
        return facts

    def _neuron_tables(self) -> list[Block]:
        """Hubs and components, where the neurons have names."""
        if self.neurons.ids is None:
            return []
        components = None if self.components is None else component_table(self.neurons.ids, self.components)
        return [*self.hubs().blocks(), *([] if components is None else [components])]

    def _four_quantities(self) -> tuple[str, ...]:
        """Where rho(W) and sigma_1(W) are not the same number, a warning not to take one for the other."""
        if self.spectral_radius is None or self.spectral_norm is None:
            return ()
        rho, sigma = self.spectral_radius, self.spectral_norm
        if not rho.upper.value < sigma.lower.value:
            return ()
        proved = ", so W is not normal" if rho.upper.graded and sigma.lower.graded else ""
        shown_sigma, square = f"{sigma.value:.7g}", f"{sigma.value * sigma.value:.7g}"
        neither = square not in (f"{rho.value:.7g}", shown_sigma, "0", "inf")
        power = f"; power iteration on W^T W returns sigma_1 squared = {square}, which is neither" if neither else ""
        return (f"rho(W) = {rho.value:.7g} and sigma_1(W) = {shown_sigma} differ{proved} (rho <= sigma_1){power}.",)
