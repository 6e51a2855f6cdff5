"""Files that arguments of `load` name beside its path: of nodes, of signs, of transmitters."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from rhochain.weights.refusals import BadArgument

__all__ = ["side_file"]


def side_file(argument: str, path: str | os.PathLike[str]) -> Path:
    """The path, of a regular file that may be read; `argument` named it."""
    file = Path(path)
    try:
        came = None if stat.S_ISREG(os.stat(file).st_mode) else "no regular file"
        if came is None:
            file.open("rb").close()
    except OSError as error:
        came = error.strerror or str(error)
    if came is not None:
        raise BadArgument(f"{argument} must name a file that can be read; got {str(file)!r} ({came})")
    return file
