"""`check` and its report: the verdict follows from graded bounds alone, and the text says why."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

PROVED, PROBABLE, ESTIMATE = rc.Grade.PROVED, rc.Grade.PROBABLE, rc.Grade.ESTIMATE
V = rc.Verdict
ROTATION = np.array([[0.0, -1.0], [1.0, 0.0]])


def bracket(lower, upper, grades=(PROVED, PROVED), value=None):
    low, high = (
        rc.Bound(x, grade, 1e-9 if grade is PROBABLE else None, "by hand")
        for x, grade in zip((lower, upper), grades, strict=True)
    )
    return rc.Bracket((lower + upper) / 2 if value is None else value, low, high, rc.Status.BRACKETED)


@dataclass
class Chain:
    """A chain by duck type, whose norm is given."""

    log_norm: rc.Bracket
    steps: int = 1000
    shape: tuple[int, int] = (2, 2)
    gain: float = 1.0

    def norm(self):
        return self.log_norm


@pytest.mark.parametrize(
    ("W", "options", "verdict"),
    [
        (0.5 * ROTATION, {"activation": "tanh"}, V.VANISHES),
        (1.5 * ROTATION, {"activation": "logistic"}, V.VANISHES),
        (1.5 * ROTATION, {"gain": 0.5}, V.VANISHES),
        (np.triu(np.full((4, 4), 50.0), 1), {"activation": "tanh"}, V.VANISHES),
        (np.diag([3.0, 0.1]), {"activation": "identity"}, V.EXPLODES),
        (np.diag([3.0, 0.1]), {"activation": "tanh"}, V.EXPLODES_FOR_SOME_SLOPES),
        (np.array([[0.5, 100.0], [0.0, 0.5]]), {"activation": "tanh"}, V.VANISHES),
        (np.array([[0.0, 10.0], [-0.012, 1.1]]), {"activation": "tanh"}, V.EXPLODES_FOR_SOME_SLOPES),  # rho < 1 < R
        (np.array([[0.0, 10.0], [-0.012, 0.5]]), {"activation": "tanh"}, V.VANISHES),  # by mu_D = rho(|W|)
    ],
)
def test_verdict_of_small_matrices(W, options, verdict):
    for given in (W, sparse.csr_array(W), W.astype(np.float32)):
        assert rc.check(given, **options).verdict is verdict


def test_no_cycle_beats_everything():
    report = rc.check(np.triu(np.full((4, 4), 50.0), 1), activation="identity")
    assert report.verdict is V.VANISHES
    assert "every product of 4 or more Jacobians is exactly 0" in report.reason
    assert (report.spectral_radius.value, report.perron_radius.value) == (0.0, 0.0)


CHAINS = {
    "vanishes": (bracket(-20.0, -10.0), V.VANISHES_ON_TRAJECTORY),
    "explodes": (bracket(10.0, 20.0), V.EXPLODES_ON_TRAJECTORY),
    "between the levels": (bracket(-1.0, 1.0), V.EXPLODES_FOR_SOME_SLOPES),
    "ungraded": (bracket(-20.0, -10.0, (ESTIMATE, ESTIMATE)), V.EXPLODES_FOR_SOME_SLOPES),
    "exploding, ungraded": (bracket(10.0, 20.0, (ESTIMATE, PROVED)), V.EXPLODES_FOR_SOME_SLOPES),
}


@pytest.mark.parametrize("case", CHAINS)
def test_chain_refines(case):
    log_norm, verdict = CHAINS[case]
    report = rc.check(np.diag([3.0, 0.1]), gain=1.0, chain=Chain(log_norm))
    assert report.verdict is verdict
    assert report.chain_norm is log_norm
    assert "ln ||P||_2" in str(report)
    assert "1,000 steps" in " ".join((report.reason, *report.notes))


def test_chain_levels():
    chain = Chain(bracket(-2.0, -1.0))
    assert rc.check(np.diag([3.0, 0.1]), gain=1.0, chain=chain, vanish_level=0.5).verdict is V.VANISHES_ON_TRAJECTORY


def test_vanishing_for_all_inputs_stands():
    assert rc.check(0.5 * ROTATION, gain=1.0, chain=Chain(bracket(10.0, 20.0))).verdict is V.VANISHES


def test_a_vanishing_verdict_names_a_chain_that_grew():
    W = np.array([[0.5, 100.0], [0.0, 0.5]])
    grown = rc.check(W, gain=1.0, chain=rc.JacobianChain(W, slopes=np.ones((2, 2))))
    assert grown.verdict is V.VANISHES
    assert any("over the 2 steps given ln ||P||_2 >= 4.6" in note and "PROVED" in note for note in grown.notes)
    decayed = rc.check(W, gain=1.0, chain=rc.JacobianChain(W, slopes=np.ones((100, 2))))
    assert not any("ln ||P||_2" in note for note in decayed.notes)


def test_a_chain_of_another_network_is_refused():
    rng = np.random.default_rng(3)
    W, S = rng.normal(size=(40, 40)), np.ones((3, 40))
    chain = rc.JacobianChain(W, slopes=S)
    for same in (W, W.copy(), np.asfortranarray(W), sparse.csr_array(W), aslinearoperator(W), chain.matrix):
        assert not any("taken to be" in note for note in rc.check(same, gain=1.0, chain=chain, quick=True).notes)
    other = W.copy()
    other[17, 23] *= 1 + 1e-6
    with pytest.raises(ValueError, match="chain must be of W: got a chain of another matrix"):
        rc.check(other, gain=1.0, chain=chain)
    with pytest.raises(ValueError, match=r"chain must have the leak of the check, 0.5; got 1.0"):
        rc.check(W, gain=1.0, chain=chain, leak=0.5)
    leaky = rc.JacobianChain(W, slopes=S, leak=0.5)
    assert rc.check(W, gain=1.0, chain=leaky, leak=0.5).chain_norm is not None
    gains = np.full(40, 3.0)
    assert rc.check(W, gain=gains, chain=rc.JacobianChain(W, slopes=3 * S)).chain_norm is not None
    with pytest.raises(ValueError, match="its slopes reach 4; the gain is 3"):
        rc.check(W, gain=gains, chain=rc.JacobianChain(W, slopes=4 * S))
    huge = np.diag([1e308, 1e308, 1e-308])
    assert rc.check(huge, gain=1.0, chain=rc.JacobianChain(sparse.csr_array(huge), slopes=np.ones((1, 3)))).chain_norm


def test_a_chain_that_does_not_tell_its_network_is_taken_with_a_note():
    report = rc.check(0.5 * ROTATION, gain=1.0, chain=Chain(bracket(-2.0, -1.0)))
    assert report.notes[-1] == "the chain does not state its leak and W: taken to be as in the check."


@pytest.mark.parametrize("gain", [1.0, 0.25])
def test_where_the_norm_is_exactly_the_threshold_nothing_explodes(gain):
    for W in (np.eye(3), np.roll(np.eye(4), 1, axis=0)):
        for given in (W / gain, sparse.csr_array(W / gain)):
            report = rc.check(given, gain=gain)
            assert report.verdict is V.CANNOT_EXPLODE
            assert "cannot explode" in report.reason
            assert report.conditions[1].holds is False
    assert rc.check(np.eye(3) * (1 + 2**-52), gain=1.0).verdict is V.EXPLODES_FOR_SOME_SLOPES


def test_conditions_of_the_paper():
    report = rc.check(0.5 * ROTATION, activation="tanh")
    assert [(c.name, c.equation, c.holds) for c in report.conditions] == [
        ("sufficient for vanishing", "eq. 6", True),
        ("necessary for exploding", "eq. 6 inverted", False),
    ]
    linear = rc.check(2 * ROTATION, activation="identity")
    assert [c.holds for c in linear.conditions][:2] == [False, True]
    assert [c.statement for c in linear.conditions][2:] == ["rho(W) < 1", "rho(W) > 1"]
    straddling = rc.check(ROTATION * (1 - 1e-12), gain=1.0)
    assert straddling.conditions[1].holds in (False, None)


def test_operator_without_entries():
    report = rc.check(aslinearoperator(0.5 * ROTATION), activation="tanh")
    assert report.verdict is V.VANISHES
    assert report.perron_radius is None
    assert report.components is None
    assert report.nnz is None
    assert "known by its products alone" in str(report)


def test_json_is_strict_and_ordered():
    report = rc.check(np.diag([3.0, 0.1]), activation="tanh")
    plain = json.loads(report.to_json())
    assert list(plain) == [
        "name",
        "verdict",
        "headline",
        "reason",
        "gain",
        "local_gains",
        "activation",
        "leak",
        "source",
        "shape",
        "nnz",
        "update_rank",
        "has_adjoint",
        "spectral_radius",
        "spectral_norm",
        "perron_radius",
        "scaled_norm",
        "numerical_radius",
        "worst_case_growth",
        "critical_gain",
        "dale",
        "conditions",
        "components",
        "chain_norm",
        "along",
        "notes",
        "neurons",
        "computed",
        "version",
    ]
    assert plain == report.to_dict()
    assert plain["shape"] == [2, 2]
    assert plain["nnz"] == 2
    assert plain["spectral_radius"]["value"] == pytest.approx(3.0)
    assert set(plain["spectral_radius"]["lower"]) == {"value", "grade", "delta", "source"}
    assert plain["version"] == rc.__version__
    assert report.to_json(indent=None).count("\n") == 0


def test_text_is_a_table():
    report = rc.check(np.array([[3.0, 0.1], [0.0, 0.0]]), activation="gelu")
    text = str(report)
    assert max(len(line) for line in text.splitlines()) <= 100
    for words in (
        "2 x 2, 2 nonzeros, density 50 %",
        "gain gamma = 1.128904 (gelu)",
        "rho(W)",
        "sigma_1(W)",
        "rho(|W|)",
        "gamma x value",
        "eq. 6",
        "sufficient for vanishing",
        "necessary for exploding",
        "EXPLODES_FOR_SOME_SLOPES",
        "power iteration on W^T W returns",
    ):
        assert words in " ".join(text.split()) or words in text


def test_printed_bounds_are_rounded_outwards():
    W = np.diag([1 / 3, 0.1])
    report = rc.check(W, gain=1.0)
    row = next(line for line in str(report).splitlines() if line.startswith("  rho(W)"))
    _, _, lower, _, upper, *_ = row.split()
    assert float(lower) <= report.spectral_radius.lower.value
    assert float(upper) >= report.spectral_radius.upper.value


def test_budget_is_shared_and_the_callback_stops_all():
    W = sparse.random(3000, 3000, density=0.003, format="csr", random_state=0)
    seen = []

    def stop(progress):
        seen.append(progress)
        return True

    report = rc.check(W, gain=1.0, rtol=1e-12, callback=stop)
    assert seen
    assert report.spectral_radius.status is not rc.Status.CONVERGED
    assert rc.check(W, gain=1.0, rtol=1e-12, max_seconds=0.0).spectral_norm.status is not rc.Status.CONVERGED


def test_same_bits_for_any_number_of_threads():
    W = sparse.random(2000, 2000, density=0.005, format="csr", random_state=1) - sparse.random(
        2000, 2000, density=0.005, format="csr", random_state=2
    )
    one, two = (rc.check(W, activation="tanh", threads=threads).to_dict() for threads in (1, 2))
    for report in (one, two):
        for quantity in ("spectral_radius", "spectral_norm", "perron_radius", "worst_case_growth"):
            del report[quantity]["seconds"]
        del report["computed"]["seconds"], report["computed"]["threads"]
        assert report["scaled_norm"] is None  # R(W) > 1 decides
    assert one == two


def test_leak_rate():
    report = rc.check(0.5 * ROTATION, gain=1.0, leak=0.5)
    assert report.leak == 0.5
    assert "leak 0.5" in str(report)
    assert math.isclose(float(report.reason.rsplit("at most ", 1)[1].rstrip(".")), 0.75, rel_tol=1e-3)


def test_the_table_keeps_its_columns_apart():
    W = np.array([[0.0, 1e-200], [1e-300, 0.0]])
    chain = rc.JacobianChain(W, slopes=np.ones((50_000, 2)))
    lines = str(rc.check(W, gain=1.0, chain=chain)).splitlines()
    cells = next(line for line in lines if line.startswith("  ln ||P||_2")).removeprefix("  ln ||P||_2").split()
    assert all(np.isfinite(float(cells[k])) for k in (0, 1, 3))
    assert all(cells[k].startswith("PRO") for k in (2, 4))


def said(report):
    return " ".join(str(report).split())


@pytest.mark.parametrize("leak", [1.0, 0.5])
@pytest.mark.parametrize("W", [np.zeros((3, 3)), np.zeros((200, 200)), sparse.csr_array((3, 3)), [[0.0]]])
def test_the_zero_matrix_reads_well(W, leak):
    report = rc.check(W, activation="tanh", leak=leak)
    assert report.verdict is V.VANISHES
    kept = "every Jacobian is exactly 0" if leak == 1.0 else "rho(|W|) = 0 and the leak alone sets the decay, by 0.5"
    assert report.reason.startswith(f"W is 0, so {kept}")
    assert report.notes == ()
    for text in (said(report), report.to_html()):
        assert "differ" not in text
        assert "sigma_1 squared" not in text


@pytest.mark.parametrize(
    ("W", "note"),
    [
        (np.eye(3), None),
        (np.diag([0.5, -2.0, 1.0]), None),
        (np.eye(4)[[1, 2, 3, 0]], None),
        (np.array([[0.0, 1.0], [-1.0, 0.0]]), None),
        (
            np.array([[0.0, 2.0], [0.0, 0.0]]),
            "sigma_1(W) = 2 differ, so W is not normal (rho <= sigma_1); power "
            "iteration on W^T W returns sigma_1 squared = 4, which is neither.",
        ),
        (np.array([[0.0, 1.0], [0.0, 0.0]]), "sigma_1(W) = 1 differ, so W is not normal (rho <= sigma_1)."),
        (np.array([[0.0, 1e200], [0.0, 0.0]]), "sigma_1(W) = 1e+200 differ, so W is not normal (rho <= sigma_1)."),
    ],
)
def test_rho_and_sigma_are_said_to_differ_only_where_they_do(W, note):
    text = said(rc.check(W, activation="tanh"))
    V = W / np.abs(W).max()
    assert np.allclose(V.T @ V, V @ V.T) == (note is None)
    assert note in text if note else "differ" not in text


def test_singular_and_plural():
    text = said(rc.check(np.eye(2, k=1), activation="tanh"))
    assert "2 x 2, 1 nonzero, density" in text
    assert "(longest path: 1 edge), so every product of 2 or more Jacobians is exactly 0" in text
