"""Optional libraries that read files of other programs, imported when a file needs them."""

from __future__ import annotations

import importlib
from typing import Any

from rhochain.files.faults import FileFault

__all__ = ["required_library"]


def required_library(name: str, extra: str, kind: str) -> Any:
    """The module `name`, which reads a `kind` of files and comes with an extra of rhochain."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise FileFault("file", f"{kind}, and {name} is missing", f"pip install 'rhochain[{extra}]'") from error
