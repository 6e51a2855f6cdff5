"""Options that several commands share: a parameter whose type is a dataclass stands for one option a field."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_type_hints

import typer

from rhochain.inputs.activations import activations

__all__ = ["ACTIVATION", "Precision", "Resources", "given", "grouped"]


_NAMES = [known.name for known in activations()]

ACTIVATION = typer.Option(
    metavar="NAME",
    help=f"One of {', '.join(_NAMES)}; NAME:ALPHA sets a parameter.",
    autocompletion=lambda incomplete: [name for name in _NAMES if name.startswith(incomplete)],
)


@dataclass(frozen=True)
class Precision:
    """When an estimate stops. None leaves the default to the Python function."""

    rtol: Annotated[
        float | None, typer.Option(metavar="R", help="Relative tolerance (default 1e-3; of mu_D(W) 1e-2).")
    ] = None
    delta: Annotated[
        float | None, typer.Option(metavar="D", help="Failure probability of a bound (default 1e-9; of rho(W) 1e-6).")
    ] = None
    max_matvecs: Annotated[int | None, typer.Option(metavar="N", help="Most products with W (default: no limit).")] = (
        None
    )
    max_seconds: Annotated[float | None, typer.Option(metavar="S", help="Time budget (default: none).")] = None


@dataclass(frozen=True)
class Resources:
    """Random numbers and threads. None leaves the default to the Python function."""

    seed: Annotated[int | None, typer.Option(metavar="N", help="Of random vectors (default 0).")] = None
    threads: Annotated[int | None, typer.Option(metavar="N", help="Default: OMP_NUM_THREADS, or all cores.")] = None


def given(*groups: Any) -> dict[str, Any]:
    """The options that the command line gave, as keyword arguments of a Python function."""
    found = {field.name: getattr(group, field.name) for group in groups for field in fields(group)}
    return {name: value for name, value in found.items() if value is not None}


def grouped(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the fields of its dataclasses after its other parameters, in place of them, as typer reads it."""
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {}
    own, shared = [], []
    for name, parameter in inspect.signature(function).parameters.items():
        kind = hints[name]
        if not is_dataclass(kind):
            own.append(parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        groups[name] = kind
        types = get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            option = inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=types[field.name]
            )
            shared.append(option)

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        made = {
            name: kind(**{field.name: values.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        return function(**values, **made)

    parameters = [*own, *shared]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
