"""The callback of check: it hears which quantity is in work, and decides what Ctrl-C gives."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator

import rhochain as rc


class Interrupted(LinearOperator):
    """W, in product `at` of which Ctrl-C arrives."""

    def __init__(self, W, at):
        self.W, self.at, self.calls = W, at, 0
        super().__init__(W.dtype, W.shape)

    def _count(self):
        self.calls += 1
        if self.calls == self.at:
            raise KeyboardInterrupt

    def _matmat(self, X):
        self._count()
        return self.W @ X

    def _rmatmat(self, X):
        self._count()
        return self.W.T @ X


def weights(n=60):
    return np.random.default_rng(3).standard_normal((n, n)) / np.sqrt(n)


def test_the_quantity_in_work_is_named():
    heard = []
    report = rc.check(weights(), activation="tanh", callback=lambda progress: heard.append(progress.quantity))
    computed = {name for name in heard if getattr(report, name) is not None}
    assert computed == set(heard)
    assert {"perron_radius", "spectral_radius", "spectral_norm"} <= computed


def test_the_norm_of_a_chain_is_named():
    heard, W = [], weights()
    chain = rc.JacobianChain.from_rollout(W, np.ones(len(W)), 20, activation="tanh")
    rc.check(W, activation="tanh", chain=chain, callback=lambda progress: heard.append(progress.quantity))
    assert heard[-1] == "chain_norm"
    assert None not in heard


def test_an_estimate_by_itself_names_none():
    heard = []
    rc.spectral_radius(weights(), callback=lambda progress: heard.append(progress.quantity))
    assert set(heard) == {None}


def test_ctrl_c_gives_the_report_so_far_where_the_callback_says_stop():
    W = Interrupted(weights(), at=40)
    report = rc.check(W, activation="tanh", callback=lambda _progress: W.calls >= 40)
    brackets = [report.spectral_radius, report.spectral_norm, report.worst_case_growth, report.scaled_norm]
    stopped = [found for found in brackets if found is not None and found.status is rc.Status.BUDGET_SPENT]
    assert stopped
    assert W.calls < 100
    exact = np.abs(np.linalg.eigvals(weights())).max()
    assert report.spectral_radius.lower.value <= exact * (1 + 1e-9)


@pytest.mark.parametrize("callback", [None, lambda _progress: None])
def test_ctrl_c_raises_interrupted_elsewhere(callback):
    with pytest.raises(rc.Interrupted) as stopped:
        rc.check(Interrupted(weights(), at=40), activation="tanh", callback=callback)
    assert stopped.value.bracket.matvecs > 0
