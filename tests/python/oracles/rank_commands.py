"""Commands one after the other in one process, or on the ranks of one launch: what each prints, and its exit code.

python rank_commands.py COMMANDS.json
mpiexec -n 2 python rank_commands.py --ranks COMMANDS.json
mpiexec -n 2 python rank_commands.py --ranks COMMANDS.json without-memory RANK
mpiexec -n 2 python rank_commands.py --ranks COMMANDS.json telling FOLDER

COMMANDS.json holds a list of lists of arguments. The last two run the first of them, a `check`: on RANK it has no
memory; each rank writes its process id into FOLDER once its estimates have begun.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rhochain as rc
import rhochain.commands.check as of_check
from rhochain.cli import main as run


def outcome(arguments: list[str]) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = run(arguments)
        except SystemExit as end:
            code = end.code or 0
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


def without_memory(*_arguments: Any, **_options: Any) -> None:
    raise MemoryError("no room")


def telling(file: Path) -> Callable[..., Any]:
    """`check` that writes its process id into a file at its first progress."""

    def check(W: Any, *, callback: Callable[[rc.Progress], bool], **options: Any) -> Any:
        def follow(record: rc.Progress) -> bool:
            if not file.exists():
                file.with_suffix(".partial").write_text(str(os.getpid()))
                file.with_suffix(".partial").rename(file)
            return callback(record)

        return rc.check(W, callback=follow, **options)

    return check


def main(arguments: list[str]) -> None:
    if arguments[0] != "--ranks":
        print(json.dumps([outcome(each) for each in json.loads(Path(arguments[0]).read_text())]))
        return
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    commands = json.loads(Path(arguments[1]).read_text())
    if len(arguments) > 2:
        if arguments[2] == "telling":
            of_check.check = telling(Path(arguments[3]) / str(comm.rank))
        elif comm.rank == int(arguments[3]):
            of_check.check = without_memory
        sys.exit(run(commands[0]))
    of_ranks = comm.gather([outcome(each) for each in commands])
    if comm.rank == 0:
        print(json.dumps(of_ranks))


if __name__ == "__main__":
    main(sys.argv[1:])
