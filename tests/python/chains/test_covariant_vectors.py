"""Covariant Lyapunov vectors from Python; what they are is for the tests in C++."""

import numpy as np
import pytest
from scipy import sparse
from small_chain import Pausing

import rhochain as rc

RNG = np.random.default_rng(51)
N, K = 9, 300
W = RNG.standard_normal((N, N)) / 2
S = RNG.uniform(0.4, 1.0, (K, N))


def sines(x, y):
    """Between the columns of both."""
    x, y = x / np.linalg.norm(x, axis=0), y / np.linalg.norm(y, axis=0)
    return np.linalg.norm(x - y * np.sum(x * y, axis=0), axis=0)


@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_each_step_carries_them_to_those_of_the_next(convention, leak):
    chain = rc.JacobianChain(sparse.csr_array(W), slopes=S, convention=convention, leak=leak)
    now, after = chain.covariant_vectors(4, 150, seed=2), chain.covariant_vectors(4, 151, seed=2)
    J = leak * (W * S[150] if convention == "pre" else S[150][:, None] * W) + (1 - leak) * np.eye(N)
    assert sines(J @ now.vectors, after.vectors).max() < 1e-9
    assert np.abs(now.vectors.T @ now.vectors - now.cosines).max() < 1e-13
    assert (now.at, now.until, now.done, now.defined) == (150, K, K, 4)


def test_of_a_gated_cell():
    gates = {name: RNG.uniform(0.2, 0.8, (60, N)) for name in "rznq"}
    h = RNG.uniform(-1, 1, (60, N))
    chain = rc.GRUChain.from_gates(np.vstack([W, W, W]), h=h, **gates)
    now, after = chain.covariant_vectors(2, 30), chain.covariant_vectors(2, 31)
    images = [chain_of_one(gates, h, 30).jvp(w).vectors[0] for w in now.vectors.T]
    assert sines(np.stack(images, axis=1), after.vectors).max() < 1e-9


def chain_of_one(gates, h, t):
    rows = {name: rows[t : t + 1] for name, rows in gates.items()}
    return rc.GRUChain.from_gates(np.vstack([W, W, W]), h=h[t : t + 1], **rows)


def test_they_grow_at_the_rates_of_the_exponents_and_shrink_so_towards_the_past():
    rates = np.log([2.0, 1.2, 0.7, 0.5])
    basis = np.triu(RNG.standard_normal((4, 4)), 1) + np.eye(4)
    J = basis @ np.diag(np.exp(rates)) @ np.linalg.inv(basis)
    found = rc.JacobianChain(J, slopes=np.ones((200, 4))).covariant_vectors(4)
    assert sines(found.vectors, basis).max() < 1e-7
    assert found.spread.max() < 1e-9
    past = np.linalg.matrix_power(np.linalg.inv(J), 5) @ found.vectors
    np.testing.assert_allclose(np.log(np.linalg.norm(past, axis=0)), -5 * rates, atol=1e-6)


def test_bits_do_not_depend_on_threads_and_seeds_change_the_signs_alone():
    W = sparse.random_array((3000, 3000), density=0.003, rng=RNG, format="csr")
    # Two directions well apart from each other and from the rest.
    W = sparse.csr_array(W * 0.1 + sparse.diags_array(np.r_[3.0, 2.0, np.full(2998, 0.5)]))
    slopes = np.broadcast_to(1.0, (120, 3000))
    one, two = (rc.JacobianChain(W, slopes=slopes, threads=t).covariant_vectors(2) for t in (1, 2))
    assert np.array_equal(one.vectors, two.vectors)
    other = rc.JacobianChain(W, slopes=slopes).covariant_vectors(2, seed=5)
    assert sines(one.vectors, other.vectors).max() < 1e-6


def test_a_callback_that_stops_and_misuse():
    chain = rc.JacobianChain(W, slopes=S)
    slow = rc.JacobianChain(W, slopes=Pausing(S, 200), memory=1)
    stopped = slow.covariant_vectors(3, callback=lambda progress: True)
    assert stopped.done < K
    assert stopped.defined == 0
    assert np.isnan(stopped.vectors).all()
    assert "0 defined" in repr(stopped)
    assert "9 x 2 at step 40, 2 defined" in repr(chain.covariant_vectors(2, 40, until=60))
    for wrong, error in [
        ({"k": 0}, ValueError),
        ({"k": N + 1}, ValueError),
        ({"k": 2.5}, TypeError),
        ({"k": 2, "at": K + 1}, ValueError),
        ({"k": 2, "at": 5, "until": 4}, ValueError),
        ({"k": 2, "until": -1}, ValueError),
        ({"k": 2, "seed": -1}, ValueError),
        ({"k": 2, "callback": 3}, TypeError),
    ]:
        with pytest.raises(error):
            chain.covariant_vectors(**wrong)


def test_a_chain_of_no_steps_and_one_neuron():
    assert rc.JacobianChain(W, slopes=np.empty((0, N))).covariant_vectors(2).defined == 2
    one = rc.JacobianChain(np.array([[0.5]]), slopes=np.ones((10, 1))).covariant_vectors(1)
    assert np.abs(one.vectors) == 1.0
    zero = rc.JacobianChain(np.array([[0.0]]), slopes=np.ones((10, 1))).covariant_vectors(1)
    assert zero.defined == 0
