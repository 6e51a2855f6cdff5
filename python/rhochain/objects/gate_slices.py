"""One gate's rows of the stacked weights of a GRU or LSTM, recognised by the memory that they lie in."""

from __future__ import annotations

from typing import Any

import numpy as np

from rhochain.weights.weights import Weights

__all__ = ["stack_behind"]


def stack_behind(W: Any) -> tuple[int, int] | None:
    """The shape (3n, n) or (4n, n) of the array or tensor of which W, (n, n), is a part; None where it is none.

    A view knows what it was made from. Behind `Tensor.detach` and `Tensor.numpy` only the size of the memory is left:
    there a part of three or four matrices in one block of memory counts too. A copy is no view.
    """
    if isinstance(W, Weights):
        W = W.matrix
    if isinstance(W, np.ndarray):
        return _behind_array(W)
    return _behind_tensor(W, _shape(W)) if _is_tensor(W) else None


def _behind_array(W: np.ndarray[Any, Any]) -> tuple[int, int] | None:
    base = W.base
    while isinstance(base, np.ndarray):
        if (stack := _stack(W.shape, base.shape)) is not None:
            return stack
        base = base.base
    return _behind_tensor(base, W.shape) if _is_tensor(base) else None


def _behind_tensor(tensor: Any, part: tuple[int, ...]) -> tuple[int, int] | None:
    if str(tensor.layout) != "torch.strided" or tensor.is_meta:
        return None
    if tensor._base is not None:
        return _stack(part, _shape(tensor._base))
    if (stack := _stack(part, _shape(tensor))) is not None:  # a view of it in NumPy
        return stack
    if len(part) != 2 or not part[1]:
        return None
    rows, rest = divmod(tensor.untyped_storage().nbytes(), tensor.element_size() * part[1])
    return None if rest else _stack(part, (rows, part[1]))


def _stack(part: tuple[int, ...], whole: tuple[int, ...]) -> tuple[int, int] | None:
    if len(part) != 2 or len(whole) != 2 or part[0] != part[1] or not part[1]:
        return None
    n = part[1]
    return (whole[0], n) if whole[1] == n and whole[0] in (3 * n, 4 * n) else None


def _shape(tensor: Any) -> tuple[int, ...]:
    return tuple(int(extent) for extent in tensor.shape)


def _is_tensor(given: Any) -> bool:
    return any(c.__name__ == "Tensor" and c.__module__.partition(".")[0] == "torch" for c in type(given).__mro__)
