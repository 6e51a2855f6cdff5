"""The command ``rhochain``."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy
import scipy

import rhochain._core as _core
from rhochain.checking.checks import check
from rhochain.commands.build_flags import c_flags, c_library, prefix
from rhochain.commands.exits import INTERRUPTED, MISUSE, OK, PIPE_GONE, UNWRITABLE
from rhochain.files.loading import load
from rhochain.inputs.activations import activations
from rhochain.reports.gradient_report import GradientReport

__all__ = ["main"]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(MISUSE, f"rhochain: error: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 for any verdict, 1 for output that cannot be written, 2 for misuse, 130 for Ctrl-C, 141 where the reader of a pipe
    has gone.
    """
    try:
        try:
            return _run(argv)
        finally:
            print(end="", flush=True)  # so that what goes wrong with the output does so here
    except OSError as error:
        _drop_output()
        if isinstance(error, BrokenPipeError):
            return PIPE_GONE
        print(f"rhochain: error: the output cannot be written: {error}", file=sys.stderr)
        return UNWRITABLE


def _run(argv: Sequence[str] | None) -> int:
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        if arguments.cmake_dir:
            print(prefix())
        elif arguments.c_flags:
            print(c_flags())
        elif arguments.c_library:
            print(c_library())
        elif arguments.command == "check":
            report = _check(arguments)
            _show(report, arguments.json)
        elif arguments.command == "info":
            _info()
        else:
            parser.error("a command is required: check or info (see rhochain --help)")
    except (ValueError, TypeError) as error:
        parser.error(" ".join(str(error).split()))
    except MemoryError:
        parser.error("not enough memory")
    except KeyboardInterrupt:
        print("rhochain: interrupted", file=sys.stderr)
        return INTERRUPTED
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="rhochain", description="Will the gradient survive? Large sparse recurrent matrices.")
    parser.add_argument("--version", action="version", version=f"rhochain {_core.build_info()['version']}")
    parser.add_argument("--cmake-dir", action="store_true", help="print the prefix for CMake's find_package")
    parser.add_argument("--c-flags", action="store_true", help="print the options of a C compiler")
    parser.add_argument("--c-library", action="store_true", help="print the path of the shared library for C")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("info", help="print version, threads, instruction set and build")
    job = commands.add_parser("check", help="tell whether gradients vanish, from a file of W")
    job.add_argument("file", metavar="FILE", help="W: .mtx, .mtx.gz, .npz or .npy")
    slope = job.add_mutually_exclusive_group(required=True)
    names = ", ".join(known.name for known in activations())
    slope.add_argument("--activation", metavar="NAME", help=f"one of {names}; NAME:ALPHA sets a parameter")
    slope.add_argument("--gain", type=float, metavar="G", help="the largest slope of the activation")
    job.add_argument("--leak", type=float, default=1.0, metavar="A", help="of a leaky integrator (default 1)")
    job.add_argument(
        "--inputs", metavar="FREE", help='"free" if inputs drive every neuron by itself, or the file of an input matrix'
    )
    job.add_argument("--json", metavar="FILE", help="write the report as JSON; - prints nothing else")
    job.add_argument("--rtol", type=float, default=1e-3, help="relative tolerance (default 1e-3)")
    job.add_argument("--delta", type=float, default=1e-9, help="failure probability of a bound (default 1e-9)")
    job.add_argument("--seed", type=int, default=0, help="of the random start (default 0)")
    job.add_argument("--threads", type=int, help="default: all")
    job.add_argument("--max-seconds", type=float, help="time budget (default: none)")
    return parser


def _drop_output() -> None:
    """Let the interpreter find nothing at its end that it cannot write."""
    try:
        print(end="", flush=True)
    except OSError:
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _require_writable(name: str) -> None:
    """ValueError now rather than after hours. The file stays as it is; a pipe's reader would see its end."""
    file = Path(name)
    try:
        new = not file.exists()
        if new or not file.is_fifo():
            with file.open("ab"):
                pass
        if new:
            file.resolve().unlink()
    except OSError as error:
        raise ValueError(f"--json must name a file that can be written; got {name} ({error.strerror})") from error


def _check(arguments: argparse.Namespace) -> GradientReport:
    if arguments.json not in (None, "-"):
        _require_writable(arguments.json)
    report = check(
        load(arguments.file),
        activation=arguments.activation,
        gain=arguments.gain,
        leak=arguments.leak,
        inputs=arguments.inputs if arguments.inputs in (None, "free") else load(arguments.inputs),
        rtol=arguments.rtol,
        delta=arguments.delta,
        seed=arguments.seed,
        threads=arguments.threads,
        max_seconds=arguments.max_seconds,
    )
    return dataclasses.replace(report, source=arguments.file)


def _show(report: GradientReport, json_file: str | None) -> None:
    if json_file == "-":
        print(report.to_json())
        return
    if json_file is not None:
        Path(json_file).write_text(report.to_json() + "\n", encoding="utf-8")
    print(report)


def _info() -> None:
    facts = {
        **_core.build_info(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }
    for name, value in facts.items():
        print(f"{name:<10} {value}")
