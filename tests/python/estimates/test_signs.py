"""Dale's principle in a report: what it says of the signs of W."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from source_tree import ROOT

import rhochain as rc

CELEGANS = ROOT / "examples/data/celegans_chemical.mtx"


def signed(W, signs):
    return sparse.csr_array(W @ sparse.diags_array(signs))


@pytest.mark.parametrize("seed", range(3))
def test_what_inhibits_does_not_matter_for_the_norms(seed):
    W = rc.load(CELEGANS)
    signs = np.where(np.random.default_rng(seed).random(W.shape[0]) < 0.3, -1.0, 1.0)
    report, plain = rc.check(signed(W, signs), activation="tanh"), rc.check(W, activation="tanh")
    assert report.dale is plain.dale is True
    assert report.to_dict()["dale"] is True
    assert report.spectral_norm.value == pytest.approx(plain.spectral_norm.value, rel=2e-3)
    assert report.perron_radius.value == pytest.approx(plain.perron_radius.value, rel=2e-3)
    (note,) = (note for note in report.notes if "Dale's principle" in note)
    below = float(note.split("vanishing below g = ")[1].split(";")[0])
    assert below <= 1.0 / report.perron_radius.value * (1 + 1e-3)
    assert report.critical_gain.vanishes_below.value >= below * (1 - 1e-6)
    # Without an inhibitory neuron there are no signs to speak of.
    assert not any("Dale" in note for note in plain.notes)


def test_signs_of_rows_and_of_both_sides_count_too():
    rng = np.random.default_rng(7)
    W = rng.random((30, 30))
    s, t = (rng.choice([-1.0, 1.0], 30) for _ in range(2))
    for given in (W * s, s[:, None] * W, s[:, None] * W * t, sparse.csr_array(s[:, None] * W * t)):
        assert rc.check(given, activation="tanh").dale is True
    assert rc.check(rng.standard_normal((30, 30)), activation="tanh").dale is False
    assert rc.check(aslinearoperator(W), activation="tanh").dale is None


def test_a_few_mixed_columns_are_counted():
    rng = np.random.default_rng(8)
    W = rng.random((60, 60)) * np.where(rng.random(60) < 0.3, -1.0, 1.0)
    W[3, 5] *= -1
    W[[1, 2], 9] *= -1
    report = rc.check(W, activation="tanh", quick=True)
    assert report.dale is False
    (note,) = (note for note in report.notes if "Dale" in note)
    assert "2 of 60 columns have both signs, by 3 entries of the rarer one" in note
    mixed = rc.check(rng.standard_normal((60, 60)), activation="tanh", quick=True)
    assert not any("Dale" in note for note in mixed.notes)


def test_a_large_signed_matrix_has_both_ends_proved_in_few_products():
    rng = np.random.default_rng(3)
    W = sparse.random_array((3000, 3000), density=0.1, rng=rng, format="csr")
    W = signed(W, np.where(rng.random(3000) < 0.3, -1.0, 1.0))
    report = rc.check(W, activation="relu")
    found, critical = report.worst_case_growth, report.critical_gain
    assert found.matvecs <= 3000
    assert critical.vanishes_below.grade is critical.explodes_above.grade is rc.Grade.PROVED
    assert any("max_matvecs=10_000" in note for note in report.notes)
    assert not any("max_matvecs" in note for note in rc.check(W, activation="relu", max_matvecs=500).notes)
