"""`rhochain info`: the build, and which optional libraries are there."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from typing import Any

import numpy
import scipy

import rhochain._core as _core
from rhochain.commands.exits import OK

__all__ = ["info"]

_OPTIONAL = {
    "pyarrow": "edge tables: .csv, .feather, .parquet",
    "h5py": "HDF5: AnnData, SONATA, .mat 7.3",
    "safetensors": ".safetensors",
    "torch": ".pt, .pth, .ckpt, and models",
    "networkx": "graphs",
    "igraph": "graphs",
    "pandas": "tables",
    "reservoirpy": "reservoirs",
    "matplotlib": "report.plot()",
}
"""What each library is for."""


def info() -> int:
    """The version, the build and optional libraries."""
    facts: dict[str, Any] = {
        **_core.build_info(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }
    width = max(map(len, [*facts, *_OPTIONAL])) + 1
    for name, value in facts.items():
        print(f"{name:<{width}}{value}")
    for name, purpose in _OPTIONAL.items():
        version = _version(name)
        print(f"{name:<{width}}{version or f'missing (pip install {name})'}: {purpose}")
    return OK


def _version(name: str) -> str | None:
    """Of a library that can be imported, without importing it."""
    if importlib.util.find_spec(name) is None:
        return None
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "present"
