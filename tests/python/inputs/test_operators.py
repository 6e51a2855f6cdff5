"""Operators as people write them: functions of one vector, products with blocks, with an adjoint and without."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.ndimage import convolve1d
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc

N = 12
W = np.round(3 * np.random.default_rng(5).standard_normal((N, N)))
RHO = float(np.abs(np.linalg.eigvals(W)).max())
SIGMA = float(np.linalg.norm(W, 2))


def forward(x):
    assert x.shape == (N,), "a function of one vector"
    return W @ x


def backward(y):
    assert y.shape == (N,), "a function of one vector"
    return W.T @ y


def custom(f=forward, g=backward, **more):
    return LinearOperator((N, N), matvec=f, rmatvec=g, dtype=np.float64, **more)


def plain(f=forward, g=backward, **more):
    return SimpleNamespace(shape=(N, N), matvec=f, rmatvec=g, **more)


class Vectors(LinearOperator):
    def __init__(self, scale=1.0):
        super().__init__(np.float64, (N, N))
        self._scale = scale

    def _matvec(self, x):
        return self._scale * forward(x)

    def _rmatvec(self, y):
        return self._scale * backward(y)


class VectorsWithOwnAdjoint(LinearOperator):
    def __init__(self):
        super().__init__(np.float64, (N, N))

    def _matvec(self, x):
        return forward(x)

    def _adjoint(self):
        return custom(backward, forward)


class Blocks(LinearOperator):
    """Takes blocks alone."""

    def __init__(self):
        super().__init__(np.float64, (N, N))

    def _matmat(self, x):
        assert x.ndim == 2
        return W @ x

    def _adjoint(self):
        return aslinearoperator(W.T)


def overwriting(product):
    def f(x):
        y = product(x)
        x[:] = np.nan
        return y

    return f


def same_buffer(product):
    buffer = np.empty(N)

    def f(x):
        buffer[:] = product(x)
        return buffer

    return f


def both(change):
    return change(forward), change(backward)


def no_vectors(_x):
    raise AssertionError("a product with vectors, where there is one with blocks")


IN_FORMS = {
    "column": lambda product: lambda x: product(x)[:, None],
    "row": lambda product: lambda x: product(x)[None, :],
    "list": lambda product: lambda x: product(x).tolist(),
    "long double": lambda product: lambda x: product(x).astype(np.longdouble),
    "overwritten argument": overwriting,
    "same buffer": same_buffer,
}
OPERATORS = {
    "LinearOperator": custom(),
    "class with _matvec": Vectors(),
    "class with _matvec and an adjoint": VectorsWithOwnAdjoint(),
    "class with _matmat": Blocks(),
    "any object": plain(),
    "sum": Vectors(0.25) + 0.75 * custom(),
    "product": aslinearoperator(np.diag([2.0] * N)) @ (0.5 * custom()),
    "transposed": custom(backward, forward).T,
    "adjoint of a class": custom(backward, forward).H,
    "scaled, transposed class": (-(-Vectors()).T).T,
    "blocks of a LinearOperator": custom(no_vectors, no_vectors, matmat=lambda x: W @ x, rmatmat=lambda y: W.T @ y),
    "blocks of an object": plain(no_vectors, backward, matmat=lambda x: W @ x),
    "block with W^T alone": custom(forward, None, rmatmat=lambda y: W.T @ y),
    "blocks that overwrite": plain(
        *both(lambda product: None), matmat=overwriting(lambda x: W @ x), rmatmat=overwriting(lambda y: W.T @ y)
    ),
    "stored": aslinearoperator(W),
    **{f"LinearOperator, {name}": custom(*both(form)) for name, form in IN_FORMS.items()},
    **{f"object, {name}": plain(*both(form)) for name, form in IN_FORMS.items()},
}


@pytest.mark.parametrize("kind", OPERATORS)
def test_products_and_estimates_are_those_of_the_matrix(kind):
    A = rc.Matrix(OPERATORS[kind])
    X = np.random.default_rng().standard_normal((N, 3))
    given = X.copy()
    for x in (X, X[:, 0]):
        np.testing.assert_allclose(A @ x, W @ x, rtol=1e-12, atol=1e-11)
        np.testing.assert_allclose(A.T @ x, W.T @ x, rtol=1e-12, atol=1e-11)
    np.testing.assert_array_equal(X, given)
    assert A.has_adjoint
    assert rc.spectral_radius(A).value == pytest.approx(RHO, rel=1e-3)
    assert rc.spectral_norm(A).value == pytest.approx(SIGMA, rel=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.int8, bool])
def test_results_of_other_types(dtype):
    """Of a signed permutation, and of one without signs for booleans: exact in each type where the vectors are."""
    order = np.random.default_rng().permutation(N)
    A = rc.Matrix(custom(lambda x: x[order].astype(dtype), None))
    x = np.arange(N) % 2 if dtype is bool else np.arange(N) - 5
    np.testing.assert_array_equal(A @ x.astype(float), x[order])


def test_a_function_that_takes_columns_for_something_else():
    """A convolution along the last axis leaves each row of one entry as it is, times the sum of the kernel."""
    kernel = [0.25, 0.5, -1.0]
    A = LinearOperator((N, N), matvec=lambda x: convolve1d(x, kernel, mode="constant"), dtype=float)
    dense = np.array([convolve1d(e, kernel, mode="constant") for e in np.eye(N)]).T
    X = np.random.default_rng().standard_normal((N, 3))
    np.testing.assert_allclose(rc.Matrix(A) @ X, dense @ X, atol=1e-14)
    wrong = A.matmat(X)
    assert abs(wrong - dense @ X).max() > 0.1


def test_a_stored_operator_is_called_by_blocks():
    calls = []

    class Counted(LinearOperator):
        def __init__(self):
            super().__init__(np.float64, (N, N))

        def _matmat(self, x):
            calls.append(x.shape)
            return W @ x

    A = rc.Matrix(2.0 * Counted())
    X = np.ones((N, 5))
    np.testing.assert_array_equal(A @ X, 2 * W @ X)
    assert calls == [(N, 5)]


BAD_RESULTS = {
    "long": (lambda x: np.ones(N + 1), ValueError, rf"must return {N} numbers for a vector; got shape \({N + 1},\)"),
    "square": (lambda x: np.ones((N, N)), ValueError, rf"must return {N} numbers for a vector; got shape \({N}, {N}\)"),
    "square of the size": (lambda x: np.ones((3, 4)), ValueError, r"numbers for a vector; got shape \(3, 4\)"),
    "a number": (lambda x: 1.0, ValueError, r"numbers for a vector; got shape \(\)"),
    "nothing": (lambda x: None, TypeError, "must return real numbers; got dtype object"),
    "NaN": (lambda x: np.full(N, np.nan), ValueError, "must return finite numbers; got NaN or Inf"),
    "Inf": (lambda x: [-np.inf] * N, ValueError, "must return finite numbers; got NaN or Inf"),
    "complex": (lambda x: x + 0j, TypeError, "must return real numbers; got dtype complex128"),
    "text": (lambda x: ["1"] * N, TypeError, "must return real numbers; got dtype <U1"),
    "ragged": (lambda x: [[1.0], [1.0, 2.0]], TypeError, "must return an array of real numbers"),
}


@pytest.mark.parametrize("kind", BAD_RESULTS)
@pytest.mark.parametrize("form", [custom, plain])
def test_a_bad_result_names_the_operator(form, kind):
    f, error, words = BAD_RESULTS[kind]
    name = "_CustomLinearOperator" if form is custom else "SimpleNamespace"
    for call in (lambda A: rc.Matrix(A) @ np.ones(N), rc.spectral_radius, lambda A: rc.check(A, "tanh")):
        with pytest.raises(error, match=rf"^W\.matvec \({name}\) .*{words}"):
            call(form(f))
    with pytest.raises(error, match=rf"^W\.rmatvec \({name}\) .*{words}"):
        rc.spectral_norm(plain(forward, f) if form is plain else custom(forward, f))


def test_a_bad_block_names_the_operator():
    with pytest.raises(
        ValueError, match=rf"^W\.matmat \(SimpleNamespace\) must return {N} numbers a vector; got shape"
    ):
        rc.Matrix(plain(matmat=lambda x: W @ x[:, :1])) @ np.ones((N, 2))


@pytest.mark.parametrize("form", [custom, plain])
@pytest.mark.parametrize("call", [rc.spectral_radius, lambda A: rc.check(A, "tanh")])
def test_an_exception_of_the_function_arrives(form, call):
    def failing(_x):
        raise LookupError("from the function")

    with pytest.raises(LookupError, match="from the function"):
        call(form(failing))


def without_adjoint():
    def refuse(*_vectors):
        raise NotImplementedError

    class Refusing(Vectors):
        _rmatvec = refuse

    return {
        "LinearOperator": custom(forward, None),
        "class": Refusing(),
        "object": SimpleNamespace(shape=(N, N), matvec=forward),
        "object with None": plain(forward, None),
        "object that refuses": plain(forward, refuse, rmatmat=refuse),
        "sum": custom() + custom(lambda x: 0 * x, None),
    }


@pytest.mark.parametrize("kind", without_adjoint())
def test_check_without_adjoint_gives_rho_and_says_what_is_missing(kind):
    A = without_adjoint()[kind]
    assert not rc.Matrix(A).has_adjoint
    report = rc.check(A, "tanh")
    assert report.spectral_radius.value == pytest.approx(RHO, rel=1e-3)
    assert not report.has_adjoint
    missing = "left out, as they need rmatvec, the product with W^T, which this operator lacks: "
    missing += "sigma_1(W), mu_D(W), w(W), R(W)."
    assert any(note.startswith(missing) for note in report.notes)
    plain_report = json.loads(report.to_json())
    assert plain_report["has_adjoint"] is False
    assert plain_report["spectral_norm"] is None
    assert any(note.startswith(missing) for note in plain_report["notes"])
    assert "sigma_1(W)  unknown: W has no rmatvec" in str(report)
    assert str(rc.check(A, "tanh", quick=True).verdict) == str(report.verdict) == "UNDECIDED"


def test_an_operator_with_adjoint_says_so():
    report = rc.check(custom(), "tanh")
    assert report.has_adjoint
    assert report.to_dict()["has_adjoint"] is True
    assert not any("rmatvec" in note for note in report.notes)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_check_of_a_linear_network_without_adjoint(factor):
    """Powers of (1 - a) I + a W: its radius, and a gain below which they vanish that is one."""
    a, n = 0.3, 60
    V = np.random.default_rng().standard_normal((n, n))
    V *= factor / np.abs(np.linalg.eigvals(V)).max()
    report = rc.check(LinearOperator((n, n), matvec=lambda x: V @ x, dtype=float), "linear", leak=a)
    assert report.spectral_radius.value == pytest.approx(factor, rel=1e-3)

    def radius(g):
        return np.abs(1 - a + a * g * np.linalg.eigvals(V)).max()

    below = report.critical_gain.vanishes_below
    assert below is not None
    assert radius(below.value) < 1
    assert str(report.verdict) == ("VANISHES" if factor < 1 else "UNDECIDED")
    if factor > 1:
        assert report.worst_case_growth.value == pytest.approx(radius(1.0), rel=1e-2)
    assert any("lacks: sigma_1(W), mu_D(W), w(W). Give" in note for note in report.notes)


@pytest.mark.parametrize("leak", [0.5, np.linspace(0.1, 1.0, N)])
def test_the_leaky_radius_needs_no_adjoint(leak):
    J = np.diag(np.broadcast_to(1.0 - np.asarray(leak), N)) + np.asarray(leak).reshape(-1, 1) * W
    found = rc.spectral_radius(custom(forward, None), leak=leak)
    assert found.value == pytest.approx(np.abs(np.linalg.eigvals(J)).max(), rel=1e-3)


def test_a_chain_without_adjoint_is_left_out():
    A = custom(forward, None)
    report = rc.check(A, "tanh", chain=rc.JacobianChain(A, np.full((4, N), 0.5)))
    assert report.chain_norm is None
    assert any(note.startswith("ln ||P||_2 of the chain was left out: it needs rmatvec") for note in report.notes)


def test_gains_per_neuron_of_a_function_of_one_vector():
    gains = np.linspace(0.1, 1.0, N)
    rho = np.abs(np.linalg.eigvals(W * gains)).max()
    for A in (custom(), custom(forward, None)):
        assert rc.check(A, gain=gains).spectral_radius.value == pytest.approx(rho, rel=1e-3)
    assert rc.check(custom(), gain=gains).spectral_norm.value == pytest.approx(np.linalg.norm(W * gains, 2), rel=1e-3)
