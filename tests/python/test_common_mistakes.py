"""What newcomers try first either works or is refused by a message that says what to do instead."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

EYE = np.eye(3)
MISTAKES = {
    "a path": (lambda: rc.spectral_radius("W.npz"), rc.FileError, "W.npz: no such file"),
    "a Path": (lambda: rc.check(Path("W.npz"), activation="tanh"), rc.FileError, "W.npz: no such file"),
    "a batch": (
        lambda: rc.spectral_radius(np.ones((2, 3, 3))),
        ValueError,
        r"\(2, 3, 3\) \(a batch: spectral_radius_m",
    ),
    "an input matrix": (lambda: rc.spectral_radius(np.ones((5, 3))), ValueError, "spectral_norm takes any shape"),
    "a GRU": (lambda: rc.check(np.ones((6, 2)), activation="tanh"), ValueError, "stacked gates of a GRU: GRUChain"),
    "an LSTM": (
        lambda: rc.check(np.ones((8, 2)), activation="tanh"),
        ValueError,
        "stacked gates of an LSTM: LSTMChain",
    ),
    "a function": (
        lambda: rc.check(EYE, activation=np.exp),
        TypeError,
        'such as "tanh" .*activations.*; got the function numpy.exp',
    ),
    "no activation": (
        lambda: rc.check(EYE),
        ValueError,
        'give either activation or gain, such as activation="tanh"; got neither',
    ),
    "a type": (lambda: rc.check(dict), TypeError, "got the class builtins.dict: give an instance"),
    "rescaled operator": (
        lambda: rc.rescale(aslinearoperator(EYE), spectral_radius=0.9),
        TypeError,
        r"multiply it by the target over its quantity, such as 0.9 / spectral_radius\(W\).value",
    ),
    "rescaled update": (
        lambda: rc.rescale(rc.LowRankUpdate(EYE, np.ones((3, 1)), np.ones((1, 3))), spectral_radius=0.9),
        TypeError,
        "got a LowRankUpdate: multiply it by the target",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_a_message_that_helps(mistake):
    call, error, words = MISTAKES[mistake]
    with pytest.raises(error, match=words):
        call()


def test_the_largest_lyapunov_exponent_is_the_default():
    chain = rc.JacobianChain(np.diag([0.5, 2.0]), slopes=np.ones((500, 2)))
    assert chain.lyapunov().exponents == pytest.approx([np.log(2.0)], abs=1e-9)


FORMS = {
    "list": np.ndarray.tolist,
    "float16": lambda W: W.astype(np.float16),
    "integers": lambda W: W.astype(np.int32),
    "truth values": lambda W: W.astype(bool),
    "csr": sparse.csr_array,
    "dok": sparse.dok_array,
    "column by column": np.asfortranarray,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_matrix_in_any_form_has_its_radius(form):
    found = rc.spectral_radius(FORMS[form](np.ones((3, 3)) - np.eye(3)))
    assert found.lower.value <= 2.0 <= found.upper.value
    assert found.value == pytest.approx(2.0, rel=1e-3)


def test_w_and_its_transpose_have_one_radius():
    W = np.random.default_rng(0).standard_normal((40, 40))
    a, b = rc.spectral_radius(W), rc.spectral_radius(W.T)
    assert a.value == pytest.approx(b.value, rel=1e-3)
    assert rc.spectral_norm(W).value == pytest.approx(rc.spectral_norm(W.T).value, rel=1e-3)
