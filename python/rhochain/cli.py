"""The command ``rhochain``."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

import rhochain._core as _core
from rhochain.commands.build_flags import c_flags, c_library, prefix
from rhochain.commands.check import check_files
from rhochain.commands.compare import compare
from rhochain.commands.convert import convert
from rhochain.commands.exits import MISUSE, OK, PIPE_GONE, UNWRITABLE
from rhochain.commands.info import info
from rhochain.commands.norm import norm
from rhochain.commands.output import one_line, tell, warn
from rhochain.commands.radius import radius
from rhochain.commands.ranks import ranks
from rhochain.commands.reading import DryRun
from rhochain.commands.rescale import rescale_file
from rhochain.commands.scale import scale
from rhochain.commands.signals import signals
from rhochain.commands.trajectories import chain, lyapunov
from rhochain.runs.checkpoints import CheckpointError
from rhochain.runs.interruptions import InterruptedRun

__all__ = ["main"]

_COMMANDS = {
    "check": check_files,
    "radius": radius,
    "norm": norm,
    "scale": scale,
    "chain": chain,
    "lyapunov": lyapunov,
    "rescale": rescale_file,
    "convert": convert,
    "compare": compare,
    "info": info,
}
_ON_RANKS = ("check", "radius", "norm", "scale", "info")
_PROGRAM = "rhochain"
_COMPLETES = "_RHOCHAIN_COMPLETE"  # what the shell sets to ask for completions
_UsageError: Any = typer.BadParameter.__mro__[1]  # whichever library it comes from; typer has no name for it


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; misuse, --help and --version raise SystemExit.

    0 for any verdict, 1 for output that cannot be written, 2 for misuse, 3 for a verdict that --fail-on names, 75 where
    the same command goes on from its checkpoint, 130 for Ctrl-C, 138 for SIGUSR1, 141 where the reader of a pipe has
    gone, 143 for SIGTERM.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        atexit.register(gc.freeze)  # Python's search for cycles at the end takes 0.1 s
    try:
        if (remark := ranks.join(arguments)) is not None:
            warn(remark)
    except ImportError as error:
        _refuse(one_line(error))
    return ranks.run(lambda: _ended(arguments)) if ranks.several else _ended(arguments)


def _ended(arguments: list[str]) -> int:
    """Run the command line; what goes wrong with its output is an exit code."""
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)  # so that what goes wrong with the output does so here
    except OSError as error:
        _drop_output()
        if isinstance(error, BrokenPipeError):
            return PIPE_GONE
        if isinstance(error, CheckpointError):
            tell(f"error: {error.strerror}: {error.filename}; it ended at {error.result!r}")
        else:
            tell(f"error: the output cannot be written: {error}")
        return UNWRITABLE


def _run(arguments: list[str]) -> int:
    command = get_command(_application())
    if _COMPLETES in os.environ:
        command(prog_name=_PROGRAM, complete_var=_COMPLETES)
    with signals.caught(ranks.abort if ranks.several else None), warnings.catch_warnings():
        warnings.showwarning = _show_warning  # type: ignore[assignment]
        try:
            with command.make_context(_PROGRAM, arguments) as context:
                return command.invoke(context) or OK
        except DryRun as end:
            print(end.said)
            return OK
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None
        except _UsageError as error:
            path = _PROGRAM if error.ctx is None else error.ctx.command_path
            _refuse(f"{' '.join(error.format_message().split()).removesuffix('.')} (see {path} --help)")
        except (ValueError, TypeError, ImportError) as error:
            _refuse(one_line(error))
        except MemoryError:
            _refuse("not enough memory")
        except KeyboardInterrupt as stopped:
            known = f" at {stopped.result!r}" if isinstance(stopped, InterruptedRun) else ""
            if signals.exit_code != OK:
                tell(f"{signals.word}{known}{signals.how_to_go_on}")
            return signals.exit_code


def _application() -> typer.Typer:
    application = typer.Typer(
        help="Will the gradient survive? Large sparse recurrent matrices.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    application.callback(invoke_without_command=True)(_without_command)
    for name, function in _COMMANDS.items():
        application.command(name)(function)
    return application


def _show_version(asked: bool) -> None:
    if asked:
        print(f"rhochain {_core.build_info()['version']}")
        raise typer.Exit


def _without_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
    cmake_dir: Annotated[bool, typer.Option("--cmake-dir", help="Print the prefix for CMake's find_package.")] = False,
    c_compiler: Annotated[bool, typer.Option("--c-flags", help="Print the options of a C compiler.")] = False,
    shared_library: Annotated[bool, typer.Option("--c-library", help="Print the path of the library for C.")] = False,
) -> None:
    name = context.invoked_subcommand
    if ranks.several and name is not None and name not in _ON_RANKS:
        raise ValueError(f"{name} runs in one process; got {ranks.size} ranks, which {', '.join(_ON_RANKS)} take")
    if cmake_dir:
        print(prefix())
    elif c_compiler:
        print(c_flags())
    elif shared_library:
        print(c_library())
    elif name is None:
        raise ValueError(f"a command is required: {', '.join(_COMMANDS)} (see rhochain --help)")


def _refuse(message: str) -> NoReturn:
    print(f"rhochain: error: {message}", file=sys.stderr)
    raise SystemExit(MISUSE)


def _show_warning(message: Warning | str, *_place: Any) -> None:
    warn(str(message))


def _drop_output() -> None:
    """Let the interpreter find nothing at its end that it cannot write."""
    try:
        print(end="", flush=True)
    except OSError:
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
