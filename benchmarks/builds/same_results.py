"""Every public result of two builds, compared bit for bit.

    python benchmarks/builds/same_results.py OLD NEW [--list-differences] [--only TEXT]

OLD and NEW: a Python interpreter of an environment in which rhochain is installed, or a revision of this repository,
which is cloned, built and installed in a temporary environment (the one for both if they are the same). The cases are
those of this folder (`result_cases`, `chain_cases`, `gated_cases`, `refused_cases`), each called with one thread and
with two; that both give the same bits is checked too. Left out: wall seconds and the histories of brackets, whose
length depends on them. Any Python will do to start it. RHOCHAIN_ISA is passed on.

Prints a table of cases, with both values and the relative difference of the largest deviation where a field differs,
and ends with 1 if any does.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import venv
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MOST_FIELDS = 12  # of a case that differ are shown


def run_cases(output: Path, only: str) -> None:
    """Call every case and write a line of JSON for each; bytes of long arrays go to a file beside it."""
    import chain_cases  # noqa: F401
    import gated_cases  # noqa: F401
    import numpy as np
    import refused_cases  # noqa: F401
    import scipy
    from result_cases import CASES
    from result_fields import ByteFile, hide_version

    from rhochain import _core

    faulthandler.enable()
    built = _core.build_info()
    hide_version()
    store = ByteFile(output.with_suffix(".bytes"))
    with output.open("w", encoding="utf-8") as file:
        numbers = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
        print(json.dumps(built | numbers), file=file, flush=True)
        for name, call in CASES.items():
            if only not in name:
                continue
            begin = time.perf_counter()
            one, two = (outcome(call, threads, store) for threads in (1, 2))
            record: dict[str, Any] = {"case": name, "seconds": time.perf_counter() - begin, "fields": one}
            if one != two:
                record["two threads"] = two
            print(json.dumps(record), file=file, flush=True)
        print("{}", file=file)


def outcome(call: Any, threads: int, store: Any) -> dict[str, list[Any]]:
    """The fields of what a call returns, raises and warns of."""
    from result_fields import fields

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = fields(call(threads), store)
        except (Exception, KeyboardInterrupt) as error:
            if type(error) is KeyboardInterrupt:
                raise
            found = fields({"raised": f"{type(error).__name__}: {error}"}, store)
    return found | fields({"warnings": sorted({f"{w.category.__name__}: {w.message}" for w in warned})}, store)


def plain_environment() -> dict[str, str]:
    """Ours, without what would lead an interpreter to other packages; the benchmarks' own modules are found."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    own = {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    return {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"} | kept | own


def interpreter(build: str, scratch: Path) -> Path:
    """The interpreter that `build` names, or one of a new environment in `scratch` for a revision."""
    given = Path(build)
    if given.is_file():
        return given.absolute()  # not resolved: a link tells which environment it is
    git = ["git", "-C", str(ROOT)]
    asked = [*git, "rev-parse", "--verify", "--quiet", f"{build}^{{commit}}"]
    commit = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    if not commit:
        sys.exit(f"{build} is neither a Python interpreter nor a revision of {ROOT}")
    tree, environment = scratch / f"tree-{commit}", scratch / f"environment-{commit}"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"building {build} ({commit[:10]})", file=sys.stderr)
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", "--shared", str(ROOT), str(tree)], check=True)
        subprocess.run(["git", "-C", str(tree), "checkout", "--quiet", "--detach", commit], check=True)
        venv.create(environment, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(tree)]
        subprocess.run(install, check=True, env=plain_environment())
    return python


def record_results(python: Path, output: Path, only: str) -> None:
    """Run the cases with that interpreter."""
    begin = time.perf_counter()
    command = [str(python), str(Path(__file__).resolve()), "--run-cases", str(output), "--only", only]
    # On a busy machine threads that wait had better sleep.
    environment = {"OMP_WAIT_POLICY": "passive"} | plain_environment()
    code = subprocess.run(command, env=environment, cwd=output.parent).returncode
    if not output.exists():
        sys.exit(f"{python} cannot run the cases")
    print(f"{python}: {time.perf_counter() - begin:.0f} s, exit code {code}", file=sys.stderr)


def recorded(output: Path) -> tuple[dict[str, str], dict[str, Any], bool]:
    """What a build says of itself, its records by case, and whether it came to the last one."""
    first, *rest = map(json.loads, output.read_text(encoding="utf-8").splitlines())
    found = {record["case"]: record for record in rest if record}
    return first, found, {} in rest


def differing(old: dict[str, Any], new: dict[str, Any], stores: tuple[Any, Any]) -> list[str]:
    """A line for each field in which two sets of fields differ."""
    from result_fields import difference

    lines = []
    for name in {**old, **new}:
        if name not in old or name not in new:
            lines.append(f"{name}: only in {'the second' if name in new else 'the first'}")
        elif old[name] != new[name]:
            lines.append(f"{name}: {difference(old[name], new[name], *stores)}")
    more = len(lines) - MOST_FIELDS
    return lines[:MOST_FIELDS] + ([f"and {more} more fields"] if more > 0 else [])


def compare(name: str, old: dict[str, Any] | None, new: dict[str, Any] | None, stores: tuple[Any, Any]) -> list[str]:
    """What is wrong with a case."""
    if old is None or new is None:
        return [f"no result of {'OLD' if old is None else 'NEW'}"]
    lines = differing(old["fields"], new["fields"], stores)
    for build, record, store in (("OLD", old, stores[0]), ("NEW", new, stores[1])):
        if "two threads" in record:
            apart = differing(record["fields"], record["two threads"], (store, store))
            lines += [f"{build}, one thread and two: {line}" for line in apart]
    return lines


def report(old_output: Path, new_output: Path, differences_alone: bool) -> int:
    """Print the table; 1 if any case differs."""
    from result_fields import ByteFile

    (old_facts, old, old_whole), (new_facts, new, new_whole) = recorded(old_output), recorded(new_output)
    for fact in ("python", "numpy", "scipy", "isa"):
        if old_facts[fact] != new_facts[fact]:
            print(f"note: {fact} {old_facts[fact]} in OLD, {new_facts[fact]} in NEW")
    stores = tuple(ByteFile(output.with_suffix(".bytes")) for output in (old_output, new_output))
    names = list({**old, **new})
    width = max(map(len, names), default=0)
    differ = 0
    for name in names:
        lines = compare(name, old.get(name), new.get(name), stores)
        differ += bool(lines)
        if lines or not differences_alone:
            seconds = [f"{found[name]['seconds']:6.2f}" if name in found else " " * 6 for found in (old, new)]
            print(f"{name:<{width}}  {' '.join(seconds)} s  {'DIFFERS' if lines else 'equal'}")
        for line in lines:
            print(f"    {line}")
    for build, found, whole in (("OLD", old, old_whole), ("NEW", new, new_whole)):
        if not whole:
            print(f"{build} ended after {list(found)[-1] if found else 'no case'}")
    print(f"{len(names)} cases, {differ} differ")
    return int(differ > 0 or not (old_whole and new_whole))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="*", metavar="OLD NEW")
    parser.add_argument("--list-differences", action="store_true", help="print the cases that differ alone")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds this")
    parser.add_argument("--run-cases", type=Path, metavar="OUTPUT", help="run the cases with this interpreter")
    parser.add_argument("--compare", type=Path, nargs=2, metavar="OUTPUT", help="compare two such outputs")
    arguments = parser.parse_args()
    if arguments.run_cases is not None:
        run_cases(arguments.run_cases, arguments.only)
        return 0
    if arguments.compare is not None:
        return report(*arguments.compare, arguments.list_differences)
    if len(arguments.builds) != 2:
        parser.error("give two builds, OLD and NEW")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    with tempfile.TemporaryDirectory(prefix="same-results-") as scratch:
        pythons = [interpreter(build, Path(scratch)) for build in arguments.builds]
        outputs = [Path(scratch) / name for name in ("old.json", "new.json")]
        for python, output in zip(pythons, outputs, strict=True):
            record_results(python, output, arguments.only)
        # In an environment that has NumPy.
        command = [str(pythons[0]), str(Path(__file__).resolve()), "--compare", *map(str, outputs)]
        command += ["--list-differences"] if arguments.list_differences else []
        return subprocess.run(command, env=plain_environment()).returncode


if __name__ == "__main__":
    sys.exit(main())
