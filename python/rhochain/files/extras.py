"""Optional libraries, imported by the readers that need them."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["optional_library"]


def optional_library(module: str, extra: str, purpose: str) -> Any:
    """A module of a library that rhochain does not need itself; without it ImportError says what to install.

    Examples
    --------
    >>> optional_library("no_such_library", "tables", "a Parquet file")
    Traceback (most recent call last):
    ...
    ImportError: a Parquet file needs no_such_library: pip install 'rhochain[tables]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        library = module.split(".")[0]
        if error.name != library:
            raise
        raise ImportError(f"{purpose} needs {library}: pip install 'rhochain[{extra}]'") from None
