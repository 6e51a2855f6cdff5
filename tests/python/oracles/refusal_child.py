"""What refusals cost: `python refusal_child.py FOLDER` reads the files of `hostile_files` that FOLDER holds.

It imports the libraries once and forks for each file. It prints a line in JSON for each: kind, message, seconds of
processor time, bytes by which the peak of memory grew. A file that takes a minute ends its process.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path

from hostile_files import FILES
from peak_memory import peak_bytes

import rhochain as rc

LIBRARIES = ("pandas", "pyarrow.compute", "pyarrow.csv", "pyarrow.feather", "pyarrow.parquet", "h5py", "safetensors")


def used() -> tuple[float, int]:
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime, peak_bytes()


def refusal(kind: str, folder: Path) -> None:
    given = FILES[kind]
    path = folder / kind / given.name
    signal.alarm(60)
    seconds, peak = used()
    try:
        message = f"accepted: {rc.load(path, **given.arguments)!r}"
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
    later, higher = used()
    print(json.dumps([kind, message, later - seconds, higher - peak]), flush=True)


def main(folder: str) -> None:
    for library in (*LIBRARIES, "torch"):
        importlib.import_module(library)
    for kind in FILES:
        child = os.fork()
        if child == 0:
            refusal(kind, Path(folder))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1])
