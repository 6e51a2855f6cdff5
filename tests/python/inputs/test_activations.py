"""Activations: the gain is an upper bound of the slope and its supremum, and slopes are derivatives."""

import math

import mpmath
import numpy as np
import pytest

import rhochain as rc
from rhochain import _core

INVERTIBLE = {
    "identity": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "hardtanh": lambda x: np.clip(x, -1, 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "arctan": np.arctan,
    "celu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "logsigmoid": lambda x: -np.logaddexp(0, -x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hardsigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "lecun_tanh": lambda x: 1.7159 * np.tanh(2 / 3 * x),
}
FUNCTIONS = {
    **INVERTIBLE,
    "sin": np.sin,
    "tanhshrink": lambda x: x - np.tanh(x),
    "erf": np.vectorize(math.erf),
    "gaussian": lambda x: np.exp(-(x**2)),
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
}
ALL = sorted(FUNCTIONS)


def test_the_table_is_complete():
    assert {known.name for known in rc.activations()} == set(FUNCTIONS)


@pytest.mark.parametrize("name", ALL)
def test_the_gain_is_the_supremum_of_the_slope(name):
    sigma = rc.activation(name)
    slopes = np.abs(sigma.slopes(np.linspace(-40, 40, 800001).reshape(3, -1)))
    assert slopes.max() <= sigma.gain
    assert slopes.max() >= sigma.gain - 1e-6


@pytest.mark.parametrize("name", ALL)
def test_the_values_are_those_of_the_function(name):
    x = np.concatenate([np.linspace(-45, 45, 4000), np.geomspace(1e-300, 1, 500), -np.geomspace(1e-300, 1, 500)])
    expected = FUNCTIONS[name](x)
    np.testing.assert_allclose(rc.activation(name).values(x.reshape(2, -1)).ravel(), expected, rtol=1e-13, atol=5e-15)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "lecun_tanh"])
def test_values_and_slopes_are_right_to_the_last_bits(name):
    mpmath.mp.dps = 40
    x = np.concatenate([-np.geomspace(1e-20, 340, 300), np.geomspace(1e-20, 340, 300), [0.0]])
    exact = {
        "tanh": lambda t: (mpmath.tanh(t), mpmath.sech(t) ** 2),
        "sigmoid": lambda t: (1 / (1 + mpmath.exp(-t)), mpmath.sech(t / 2) ** 2 / 4),
        "lecun_tanh": lambda t: (
            mpmath.mpf(1.7159) * mpmath.tanh(mpmath.mpf(2 / 3) * t),
            mpmath.mpf(1.7159) * mpmath.mpf(2 / 3) * mpmath.sech(mpmath.mpf(2 / 3) * t) ** 2,
        ),
    }[name]
    sigma = rc.activation(name)
    for t, y, s in zip(x, sigma.values(x), sigma.slopes(x), strict=True):
        value, slope = exact(mpmath.mpf(t))
        assert abs(y - value) <= 4 * 2.0**-53 * abs(value)
        # exp(-2 |x|) inherits the rounding of 2 |x|, which a steepness that is no power of two makes.
        assert abs(s - slope) <= (8 + 2 * abs(t)) * 2.0**-53 * abs(slope)


@pytest.mark.parametrize("name", ALL)
def test_the_slope_is_the_derivative(name):
    x = np.linspace(-4.9991, 5, 2000)  # clear of the kinks
    h = 1e-5
    expected = (FUNCTIONS[name](x + h) - FUNCTIONS[name](x - h)) / (2 * h)
    np.testing.assert_allclose(rc.activation(name).slopes(x), expected, atol=2e-9)


@pytest.mark.parametrize("name", sorted(INVERTIBLE))
def test_slopes_from_the_output(name):
    x = np.linspace(-4.9991, 5, 2000)
    sigma = rc.activation(name)
    np.testing.assert_allclose(
        sigma.slopes(INVERTIBLE[name](x), from_output=True), sigma.slopes(x), rtol=1e-9, atol=1e-14
    )


@pytest.mark.parametrize("name", sorted(set(ALL) - set(INVERTIBLE)))
def test_a_slope_that_does_not_follow_from_the_output_is_refused(name):
    with pytest.raises(ValueError, match="does not follow from its output"):
        rc.activation(name).slopes(np.zeros(3), from_output=True)


def test_gains_that_no_double_holds_are_rounded_up():
    mpmath.mp.dps = 40
    phi = mpmath.exp(-1) / mpmath.sqrt(2 * mpmath.pi)
    x0 = mpmath.findroot(lambda x: x * mpmath.tanh(x / 2) - 2, 2.4)
    s = 1 / (1 + mpmath.exp(-x0))
    exact = {
        "hardsigmoid": mpmath.mpf(1) / 6,
        "erf": 2 / mpmath.sqrt(mpmath.pi),
        "lecun_tanh": mpmath.mpf("1.7159") * 2 / 3,
        "gaussian": mpmath.sqrt(2 / mpmath.e),
        "gelu": (1 + mpmath.erf(1)) / 2 + mpmath.sqrt(2) * phi,
        "silu": s * (1 + x0 * (1 - s)),
        "selu": mpmath.mpf("1.0507009873554804934193349852946") * mpmath.mpf("1.6732632423543772848170429916717"),
    }
    for name, value in exact.items():
        gain = rc.activation(name).gain
        assert mpmath.mpf(gain) >= value, name
        assert mpmath.mpf(math.nextafter(gain, 0)) < value, name


def test_names_parameters_and_aliases():
    assert rc.activation("Leaky-ReLU:2").gain == 2.0
    assert rc.activation("leaky_relu", 2.0) == rc.activation("leaky_relu:2")
    assert rc.activation("leaky_relu", -3).gain == 3.0
    assert rc.activation("elu:1.5").gain == 1.5
    assert rc.activation("elu:0.5").gain == 1.0
    assert rc.activation("celu:7").gain == 1.0
    assert str(rc.activation("leaky_relu:2")) == "leaky_relu:2"
    assert rc.activation(rc.activation("tanh")).name == "tanh"
    assert rc.activation("logistic").gain == 0.25
    assert rc.activation("swish").gain == rc.activation("silu").gain
    assert rc.activation("linear").linear
    assert rc.activation("identity").linear
    assert not rc.activation("relu").linear


@pytest.mark.parametrize(
    ("name", "parameter", "message"),
    [
        ("exp", None, "no upper bound"),
        ("square", None, "no upper bound"),
        ("relu_squared", None, "no upper bound"),
        ("tan", None, "expected one of"),
        ("tanh", 2.0, "takes no parameter"),
        ("celu", 0.0, "more than 0"),
        ("celu", -1.0, "more than 0"),
    ],
)
def test_what_has_no_gain_is_refused(name, parameter, message):
    with pytest.raises(ValueError, match=message):
        rc.activation(name, parameter)


def test_attained_or_only_a_supremum():
    only_supremum = {name for name, _, attained in _core.activations() if not attained}
    assert only_supremum == {"softplus", "logsigmoid", "tanhshrink"}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_states_must_be_finite(bad):
    with pytest.raises(ValueError, match="position 1"):
        rc.activation("relu").slopes([0.0, bad])


def test_outputs_must_lie_in_the_range():
    assert rc.activation("tanh").slopes([1.0 + 1e-9], from_output=True) == [0.0]
    with pytest.raises(ValueError, match="an output of tanh"):
        rc.activation("tanh").slopes([1.5], from_output=True)


def test_extreme_states_give_finite_slopes():
    for known in rc.activations():
        assert np.isfinite(known.slopes([-1e308, -745.0, 0.0, 745.0, 1e308])).all(), known.name
