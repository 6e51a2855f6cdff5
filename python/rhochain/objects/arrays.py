"""Arrays of other libraries, in main memory: JAX, CuPy, PyTorch on a GPU, DLPack, and the small types of ml_dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.weights.weights import Weights

__all__ = ["of_cupy", "of_dlpack", "of_jax", "of_torch", "tensor_numbers", "without_small_types"]

_IN_MAIN_MEMORY = {1, 3, 11}  # DLPack's numbers of the CPU and of memory that CUDA and ROCm pin for it


def of_jax(given: Any) -> Any:
    """A JAX array as a NumPy array, one of `jax.experimental.sparse` as CSR; other objects of JAX unchanged."""
    kinds = {kind.__name__.rpartition(".")[2] for kind in type(given).__mro__}
    if "Tracer" in kinds:
        raise TypeError(
            f"W must have values; got a JAX tracer of shape {given.shape}: call rhochain outside jit, grad and vmap"
        )
    if kinds & {"BCOO", "BCSR"}:
        return _of_sparse_jax(given)
    if "Array" not in kinds:
        return given
    import jax

    host = without_small_types(np.asarray(jax.device_get(given)))
    platforms = sorted({device.platform for device in given.devices()})
    return host if platforms == ["cpu"] else _copied(host, f"JAX array on {' and '.join(platforms)}")


def of_cupy(given: Any) -> Any:
    """An array or sparse matrix of CuPy, copied to main memory; its other objects unchanged."""
    if not (hasattr(given, "get") and hasattr(given, "shape")):
        return given
    host = given.get()
    return _copied(sparse.csr_array(host) if sparse.issparse(host) else host, "CuPy array on the GPU")


def of_torch(given: Any) -> Any:
    """A strided tensor beside the CPU, copied to main memory; its other objects unchanged."""
    device = getattr(given, "device", None)
    if str(getattr(given, "layout", None)) != "torch.strided" or device is None or device.type in ("cpu", "meta"):
        return given
    return _copied(tensor_numbers(given), f"PyTorch tensor on {device}")


def tensor_numbers(tensor: Any) -> npt.NDArray[Any]:
    """A strided tensor without its graph, in main memory; bfloat16, which NumPy does not have, as float32."""
    host = tensor.detach().cpu()
    return np.asarray((host.float() if str(host.dtype) == "torch.bfloat16" else host).numpy())


def of_dlpack(given: Any) -> Any:
    """An object that has DLPack's protocol alone, as a NumPy array that shares its memory."""
    device = int(given.__dlpack_device__()[0])
    if device not in _IN_MAIN_MEMORY:
        raise TypeError(
            f"W must lie in main memory; got a {type(given).__name__} on another device (DLPack kind {device}): "
            "copy it to the host first"
        )
    return np.from_dlpack(given)


def without_small_types(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """bfloat16, float8 and the other types of ml_dtypes as float32, which holds their values; other arrays as is."""
    return array.astype(np.float32) if array.dtype.type.__module__.partition(".")[0] == "ml_dtypes" else array


def _copied(host: Any, origin: str) -> Weights:
    """Rows receive, as in any array that a caller hands over."""
    return Weights(host, rows="target", origin=origin, notes=(f"{origin}: copied to main memory",))


def _of_sparse_jax(given: Any) -> sparse.csr_array:
    if given.ndim != 2 or getattr(given, "n_batch", 0) or getattr(given, "n_dense", 0):
        raise ValueError(f"W must have two sparse dimensions; got a {type(given).__name__} of shape {given.shape}")
    data = without_small_types(np.asarray(given.data)).astype(np.float64)
    if type(given).__name__ == "BCSR":
        indptr = np.asarray(given.indptr)
        return sparse.csr_array((data[: indptr[-1]], np.asarray(given.indices)[: indptr[-1]], indptr), given.shape)
    places = np.asarray(given.indices)
    inside = (places < np.array(given.shape)).all(axis=1)  # JAX pads with places outside
    coordinates = places[inside, 0], places[inside, 1]
    return sparse.coo_array((data[inside], coordinates), shape=given.shape).tocsr()
