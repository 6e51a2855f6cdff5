"""Runs that were cut short on ranks, and go on elsewhere: their files and what they printed."""

import json
import shutil
from pathlib import Path
from typing import Any

from launched_ranks import alone, on_ranks

__all__ = ["copied", "results_of"]


def results_of(ranks: int, program: Path, *arguments: str) -> dict[str, Any]:
    """What a program prints on so many ranks; 0: in one process without any."""
    printed = alone(program, *arguments) if ranks == 0 else on_ranks(ranks, program, "--ranks", *arguments)
    results: dict[str, Any] = json.loads(printed)
    return results


def copied(path: Path, to: str, *names: str) -> Path:
    """The files of a run under another name: a run that goes on writes them."""
    for name in names:
        shutil.copy(f"{path}.{name}", path.with_name(f"{to}.{name}"))
    return path.with_name(to)
