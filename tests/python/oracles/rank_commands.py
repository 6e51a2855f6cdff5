"""Commands one after the other in one process, or on the ranks of one launch: what each prints, and its exit code.

python rank_commands.py COMMANDS.json
mpiexec -n 2 python rank_commands.py --ranks COMMANDS.json [RANK]

COMMANDS.json holds a list of lists of arguments. On RANK, `check` has no memory.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import rhochain.commands.check as of_check
from rhochain.cli import main as run


def outcome(arguments: list[str]) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = run(arguments)
        except SystemExit as end:
            code = end.code or 0
    return {"code": code, "out": out.getvalue(), "err": err.getvalue(), "pid": os.getpid()}


def without_memory(*_arguments: Any, **_options: Any) -> None:
    raise MemoryError("no room")


def main(arguments: list[str]) -> None:
    if arguments[0] != "--ranks":
        print(json.dumps([outcome(each) for each in json.loads(Path(arguments[0]).read_text())]))
        return
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    commands = json.loads(Path(arguments[1]).read_text())
    if len(arguments) > 2:
        if comm.rank == int(arguments[2]):
            of_check.check = without_memory
        sys.exit(run(commands[0]))
    of_ranks = comm.gather([outcome(each) for each in commands])
    if comm.rank == 0:
        print(json.dumps(of_ranks))


if __name__ == "__main__":
    main(sys.argv[1:])
