"""What a compiler needs to use the installed libraries of C and C++."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import rhochain._core as _core

__all__ = ["c_flags", "c_library", "prefix"]


def prefix() -> Path:
    """The folder with ``include`` and ``lib``: CMAKE_PREFIX_PATH for ``find_package(rhochain)``."""
    return Path(_core.__file__).parent


def c_flags() -> str:
    """Options of a C or Fortran compiler, quoted for a shell: include path, library and run path."""
    include, library = prefix() / "include", prefix() / "lib"
    return shlex.join([f"-I{include}", f"-L{library}", "-lrhochain_c", f"-Wl,-rpath,{library}"])


def c_library() -> Path:
    """The shared library, for languages that load it by its path."""
    return prefix() / "lib" / ("librhochain_c.1.dylib" if sys.platform == "darwin" else "librhochain_c.so.1")
