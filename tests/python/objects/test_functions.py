"""A function of another library is the activation that it computes; one that is merely called so is refused."""

import functools
import math

import numpy as np
import pytest

import rhochain as rc
from rhochain.objects.functions import _FUNCTIONS, _MODULES

GRID = np.concatenate([np.linspace(-8.0, 8.0, 4001), [-25.0, 25.0]])
LIBRARIES = [name for name in _FUNCTIONS if name != "cupy"]  # whose functions need a GPU


def values(function, library):
    """Its values on the grid, in float64 where the library has it."""
    if library == "math":
        return np.array([function(x) for x in GRID])
    if library.startswith("torch"):
        torch = pytest.importorskip("torch")
        return function(torch.tensor(GRID, dtype=torch.float64)).numpy()
    return np.asarray(function(GRID), dtype=np.float64)


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_function_of_the_table_has_the_values_of_its_activation(library):
    module = pytest.importorskip(library)
    present = {name: known for name, known in _FUNCTIONS[library].items() if hasattr(module, name)}
    assert len(present) >= len(_FUNCTIONS[library]) - 1  # a release of SciPy adds softplus
    tolerance = 1e-5 if "jax" in library else 1e-8
    for name, known in present.items():
        function = getattr(module, name)
        assert rc.activation(function) == rc.activation(known), name
        found, expected = values(function, library), rc.activation(known).values(GRID)
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("kind", _MODULES)
def test_each_module_of_the_table_has_the_values_of_its_activation(kind):
    torch = pytest.importorskip("torch")
    module = getattr(torch.nn, kind)()
    found = module(torch.tensor(GRID, dtype=torch.float64)).numpy()
    np.testing.assert_allclose(found, rc.activation(module).values(GRID), rtol=1e-8, atol=1e-8)


def test_parameters_come_along_to_the_last_bit():
    torch = pytest.importorskip("torch")
    nn, F = torch.nn, torch.nn.functional
    assert rc.activation(nn.LeakyReLU(0.1 + 0.2)) == rc.activation("leaky_relu", 0.1 + 0.2)
    assert rc.activation(functools.partial(F.leaky_relu, negative_slope=0.2)).parameter == 0.2
    assert rc.activation(functools.partial(F.elu, alpha=1.5, inplace=False)).gain == rc.activation("elu:1.5").gain
    assert rc.activation(functools.partial(F.gelu, approximate="tanh")).name == "gelu_tanh"
    assert rc.activation(nn.GELU("tanh")).name == "gelu_tanh"


def test_functions_of_jax_keep_their_own_defaults():
    jax = pytest.importorskip("jax")
    assert rc.activation(jax.nn.gelu).name == "gelu_tanh"
    assert rc.activation(functools.partial(jax.nn.gelu, approximate=False)).name == "gelu"
    assert rc.activation(jax.jit(jax.numpy.tanh)).name == "tanh"
    assert rc.activation(jax.jit(jax.jit(jax.nn.relu))).name == "relu"
    with pytest.raises(TypeError, match="may be any"):
        rc.activation(jax.jit(lambda x: 3 * jax.numpy.tanh(x)))


def tanh(x):
    return 3.0 * np.tanh(x)


@pytest.mark.parametrize(
    "given",
    [tanh, lambda x: x, functools.wraps(np.tanh)(tanh), functools.partial(np.tanh, out=None), np.vectorize(math.tanh)],
    ids=["own", "lambda", "wrapped", "partial", "vectorize"],
)
def test_a_function_of_any_name_is_refused(given):
    with pytest.raises(TypeError, match=r"may be any: give the name where it is one, else its largest slope as gain="):
        rc.check(np.eye(3), activation=given)


def test_a_subclass_other_parameters_and_classes_are_refused():
    torch = pytest.importorskip("torch")

    class Tanh(torch.nn.Tanh):
        def forward(self, x):
            return 3.0 * super().forward(x)

    for given in (
        Tanh(),
        torch.nn.Softplus(beta=2.0),
        torch.nn.Hardtanh(-1.0, 2.0),
        torch.nn.ReLU6(),
        torch.nn.PReLU(),
    ):
        with pytest.raises(TypeError, match="may be any"):
            rc.activation(given)
    with pytest.raises(TypeError, match=r"got the class torch\.nn\.modules\.activation\.Tanh: give an instance"):
        rc.activation(torch.nn.Tanh)


@pytest.mark.parametrize(("word", "near"), [("tahn", "tanh"), ("sigmoid2", "sigmoid"), ("leakyrelu", "leaky_relu")])
def test_a_misspelt_name_gets_the_nearest(word, near):
    with pytest.raises(ValueError, match=f'the nearest is "{near}"'):
        rc.activation(word)


def test_what_is_no_function_is_named():
    with pytest.raises(TypeError, match="got ndarray: W comes first"):
        rc.check("tanh.npy", np.eye(3))
    with pytest.raises(ValueError, match="parameter goes with a name"):
        rc.activation(np.tanh, 0.5)


def test_every_function_that_takes_an_activation_takes_a_callable():
    W = np.array([[0.0, 0.9], [-0.4, 0.3]])
    assert rc.check(W, np.tanh).to_dict()["activation"] == "tanh"
    assert rc.worst_case_growth(W, np.tanh).value == rc.worst_case_growth(W, "tanh").value
    states = np.linspace(-1.0, 1.0, 20).reshape(10, 2)
    chains = [rc.JacobianChain.from_states(W, states, f).norm().value for f in (np.tanh, "tanh")]
    assert chains[0] == chains[1]
    runs = [rc.JacobianChain.from_rollout(W, [0.1, 0.2], 10, activation=f).norm().value for f in (np.tanh, "tanh")]
    assert runs[0] == runs[1]
