"""Arrays of other libraries: the same numbers in main memory, and a note where they came from another device."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.objects.matrices import matrix_of

DENSE = np.array([[0.0, 0.5, 0.0], [-0.25, 0.0, 2.0], [0.0, 0.0, 0.125]])  # exact in every type


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16", "int8"])
def test_jax_arrays(jax, kind):
    whole = DENSE * (8 if kind == "int8" else 1)
    W = jax.numpy.asarray(whole).astype(kind)
    for function in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius):
        assert function(W).value == pytest.approx(function(whole).value, rel=1e-6)
    assert rc.Matrix(W).weights is None
    assert rc.check(W, jax.numpy.tanh).verdict == rc.check(whole, "tanh").verdict
    assert rc.JacobianChain(W, np.ones((2, 3))).steps == 2


def test_sparse_jax_arrays_and_their_padding(jax):
    from jax.experimental import sparse as jax_sparse

    for kind in (jax_sparse.BCOO, jax_sparse.BCSR):
        W = kind.fromdense(jax.numpy.asarray(DENSE, dtype="float32"), nse=7)
        assert sparse.issparse(matrix_of(W))
        np.testing.assert_array_equal(matrix_of(W).toarray(), DENSE)
    twice = jax_sparse.BCOO((jax.numpy.array([1.0, 2.0]), jax.numpy.array([[0, 1], [0, 1]])), shape=(2, 2))
    np.testing.assert_array_equal(matrix_of(twice).toarray(), [[0.0, 3.0], [0.0, 0.0]])
    batch = jax_sparse.BCOO.fromdense(jax.numpy.ones((2, 2, 2)), n_batch=1)
    with pytest.raises(ValueError, match="two sparse dimensions; got a BCOO of shape"):
        rc.spectral_radius(batch)


def test_a_tracer_is_refused_in_one_line(jax):
    with pytest.raises(TypeError, match=r"got a JAX tracer of shape \(3, 3\): call rhochain outside jit"):
        jax.jit(lambda W: rc.spectral_radius(W).value)(jax.numpy.asarray(DENSE))


def test_small_types_of_numpy():
    types = pytest.importorskip("ml_dtypes")
    for kind in (types.bfloat16, types.float8_e4m3fn, types.float8_e5m2):
        W = DENSE.astype(kind)
        assert rc.Matrix(W).dtype == np.float32
        np.testing.assert_array_equal(np.asarray(rc.Matrix(W) @ np.eye(3)), DENSE)


class OnlyDLPack:
    """An array of a library that has the protocol and nothing else."""

    def __init__(self, array, device=1):
        self.array, self.device = array, device

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device, 0


def test_dlpack_shares_the_memory_of_the_cpu_and_refuses_other_devices():
    found = matrix_of(OnlyDLPack(DENSE))
    assert np.shares_memory(found, DENSE)
    assert rc.spectral_norm(OnlyDLPack(DENSE)).value == rc.spectral_norm(DENSE).value
    with pytest.raises(TypeError, match=r"got a OnlyDLPack on another device \(DLPack kind 2\): copy it to the host"):
        rc.spectral_norm(OnlyDLPack(DENSE, device=2))


class Device:
    type = "cuda"
    platform = "gpu"

    def __str__(self):
        return "cuda:0"


class OfCupy:
    """What CuPy's arrays have; this machine has no GPU."""

    __module__ = "cupy"
    shape = (3, 3)

    def __init__(self, host):
        self.host = host

    def get(self):
        return self.host


@pytest.mark.parametrize("host", [DENSE, sparse.csc_matrix(DENSE)], ids=["dense", "sparse"])
def test_a_copy_from_another_device_is_said(host):
    W = rc.Matrix(OfCupy(host)).weights
    np.testing.assert_array_equal(np.asarray(W), DENSE)
    assert W.rows == "target"
    assert W.notes == ("CuPy array on the GPU: copied to main memory",)
    assert "copied to main memory" in str(rc.check(OfCupy(host), "tanh"))


def test_a_tensor_and_a_jax_array_of_a_gpu(monkeypatch, jax):
    torch = pytest.importorskip("torch")
    from rhochain.objects import arrays

    class Tensor:
        device, layout = Device(), "torch.strided"

        def detach(self):
            return self

        def cpu(self):
            return torch.tensor(DENSE, dtype=torch.bfloat16)

    found = arrays.of_torch(Tensor())
    np.testing.assert_array_equal(np.asarray(found), DENSE)
    assert found.notes == ("PyTorch tensor on cuda:0: copied to main memory",)

    class Array:
        def devices(self):
            return {Device()}

    monkeypatch.setattr(jax, "device_get", lambda given: DENSE)
    assert arrays.of_jax(Array()).notes == ("JAX array on gpu: copied to main memory",)
