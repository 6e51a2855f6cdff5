"""Which of the matrices of a container is W: the one that the caller names, else the only one, else the only square."""

from __future__ import annotations

from collections.abc import Mapping

from rhochain.files.faults import FileFault, shown_name

__all__ = ["chosen_name", "listed_shapes"]

_LISTED = 12  # names in a message


def listed_shapes(found: Mapping[str, tuple[int, ...]]) -> str:
    """Names with shapes for a message, the first twelve."""
    shown = [f"{shown_name(name)} ({' x '.join(map(str, shape))})" for name, shape in found.items()]
    return ", ".join(shown[:_LISTED]) + (", .." if len(shown) > _LISTED else "")


def chosen_name(found: Mapping[str, tuple[int, ...]], name: str | None, kind: str) -> str:
    """A key of `found`, names with shapes: `name` itself, or the only key that ends in it after a slash or a dot.

    Examples
    --------
    >>> chosen_name({"b": (3, 1), "layers/W": (3, 3)}, None, "arrays"), chosen_name({"layers/W": (3, 3)}, "W", "arrays")
    ('layers/W', 'layers/W')
    """
    if not found:
        raise FileFault("file", f"no {kind}", "a matrix of real numbers")
    if name is None:
        square = [key for key, shape in found.items() if len(shape) == 2 and shape[0] == shape[1]]
        if len(found) == 1 or len(square) == 1:
            return square[0] if square else next(iter(found))
        what = f"{len(square)} of {len(found)} {kind} are square"
        raise FileFault("file", what, f"one by name=, of {listed_shapes({k: found[k] for k in square} or found)}")
    wanted = name.strip("/")
    exact = [key for key in found if key.strip("/") == wanted]
    ends = exact or [key for key in found if key.endswith((f"/{wanted}", f".{wanted}"))]
    if len(ends) != 1:
        what = f"no {name!r} among the {kind}" if not ends else f"{len(ends)} {kind} called {name!r}"
        raise FileFault("file", what, f"name= one of {listed_shapes(found)}")
    return ends[0]
