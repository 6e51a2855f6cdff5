"""`rhochain check`: will the gradient survive? A report of one file, or a table of several."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from rhochain.checking.checks import check
from rhochain.commands.arrays import number_or_vector, own_part, read_matrix
from rhochain.commands.exits import MISUSE, OK, VERDICT
from rhochain.commands.option_groups import ACTIVATION, Precision, Resources, given, grouped
from rhochain.commands.output import Output, columns, one_line, require_writable
from rhochain.commands.progress import shown_progress
from rhochain.commands.ranks import ranks
from rhochain.commands.reading import FILE, STANDARD_INPUT, DryRun, Reading, holds_layers
from rhochain.commands.saving import Saving
from rhochain.commands.signals import signals
from rhochain.reports.gradient_report import GradientReport
from rhochain.reports.model_report import ModelReport
from rhochain.reports.shown_report import ShownReport
from rhochain.verdicts.conclusions import Verdict

__all__ = ["check_files"]

_OPEN = (Verdict.EXPLOSION_NOT_EXCLUDED, Verdict.UNDECIDED)  # what one trajectory may decide
_HEAD = ("file", "verdict", "rho(W)", "sigma_1(W)", "vanishes below", "explodes above")


_Report = GradientReport | ModelReport


@dataclasses.dataclass(frozen=True)
class _Failure:
    """A file that could not be checked, as a row beside reports."""

    source: str
    error: str

    def to_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


@grouped
def check_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help=FILE)],
    reading: Reading,
    precision: Precision,
    resources: Resources,
    saving: Saving,
    output: Output,
    activation: Annotated[str | None, ACTIVATION] = None,
    gain: Annotated[
        str | None,
        typer.Option(metavar="G|FILE", help="The largest slope of the activation, or one a neuron in a .npy."),
    ] = None,
    leak: Annotated[
        str | None,
        typer.Option(metavar="A|FILE", help="Of a leaky integrator: a number (default 1), or one a neuron in a .npy."),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(metavar="FREE", help='"free" if inputs drive every neuron by itself, or the file of W_in.'),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Stop at the first bound that proves a verdict.")] = False,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write the report as a page.")] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="VERDICT",
            help=f"Exit with {VERDICT} on this verdict; may be repeated.",
            autocompletion=lambda incomplete: [str(known) for known in Verdict if str(known).startswith(incomplete)],
        ),
    ] = None,
) -> int:
    """Will the gradient survive? A verdict for each file.

    One file gives a report, several give a table with a row for each. A file of the state dict of a model gives a
    report of its recurrent layers.
    """
    failing = _verdicts(fail_on or [])
    if activation is None and gain is None and not reading.dry_run and not all(map(holds_layers, files)):
        raise ValueError("give --activation, such as --activation tanh, or --gain; got neither")
    output.require_writable()
    if saving.checkpoint is not None and len(files) > 1:
        raise ValueError(f"--checkpoint takes one FILE; got {len(files)}")
    saving.begin()
    if html is not None:
        if len(files) > 1:
            raise ValueError(f"--html takes one FILE; got {len(files)}")
        require_writable("--html", html)
    if files.count(STANDARD_INPUT) > 1:
        raise ValueError("standard input can be read once; got - more than once")
    options: dict[str, Any] = {
        "activation": activation,
        "gain": None if gain is None else number_or_vector("--gain", gain),
        "leak": None if leak is None else number_or_vector("--leak", leak),
        "inputs": inputs if inputs in (None, "free") else read_matrix(inputs),
        "quick": quick,
        **given(precision, resources, saving),
    }
    found: list[_Report | _Failure] = []
    for file in files:
        try:
            found.append(_checked(file, reading, options, quiet=output.quiet))
        except DryRun as end:
            print(end.said)
        except (ValueError, TypeError, ImportError, MemoryError) as error:
            # A rank that has no memory may be alone with that: it ends the job.
            if len(files) == 1 or (ranks.several and isinstance(error, MemoryError)):
                raise
            found.append(_Failure(file, one_line(error)))
        except KeyboardInterrupt:  # before there was anything to report of this file
            if not found:
                raise
        if signals.asked:
            break
    if not found:
        return OK
    only = found[0]
    if len(files) == 1:
        if html is not None and isinstance(only, ShownReport) and ranks.leads:
            only.to_html(html)
        output.show(only, only.to_dict())
        if output.json != "-" and isinstance(only, GradientReport) and only.verdict in _OPEN and activation is not None:
            command = shlex.join(["rhochain", "chain", files[0], "--activation", activation, "--steps", "1000"])
            print(f"{'next':<10}{command}")
    else:
        output.show(_table(found), [each.to_dict() for each in found])
    return saving.end(out_of_time=_out_of_time(only), otherwise=_exit_code(found, failing))


def _checked(file: str, reading: Reading, options: dict[str, Any], *, quiet: bool) -> _Report:
    with shown_progress(f"reading {file}", quiet=quiet) as line:
        layers = holds_layers(file) and reading == Reading()
        if layers and ranks.several:
            raise ValueError(f"{file} may hold a model, whose layers one process checks; got {ranks.size} ranks")
        W = file if layers else reading.matrix(file) if ranks.comm is None else reading.of_ranks(file, ranks.comm)
        line.begin(f"layers of {file}" if layers else "graph of W", options.get("max_seconds"))

        def follow(record: Any) -> bool:
            line.bracket(record)
            return signals.asked

        of_neurons = {name: own_part(name, options[name], W) for name in ("gain", "leak", "inputs")}
        with signals.polled():
            report: _Report = check(W, **options | of_neurons, callback=follow)
        signals.shared(ranks.any_of)
        if isinstance(report, ModelReport):  # its source says of what kind its numbers are
            return dataclasses.replace(report, model=file)
        return dataclasses.replace(report, source=file)


def _verdicts(names: Sequence[str]) -> frozenset[Verdict]:
    known = {str(verdict): verdict for verdict in Verdict}
    unknown = [name for name in names if name.upper() not in known]
    if unknown:
        raise ValueError(f"--fail-on must be one of {', '.join(known)}; got {unknown[0]}")
    return frozenset(known[name.upper()] for name in names)


def _exit_code(found: Sequence[_Report | _Failure], failing: frozenset[Verdict]) -> int:
    if any(isinstance(each, _Failure) for each in found):
        return MISUSE
    return VERDICT if any(failing.intersection(_verdicts_of(each)) for each in found) else OK


def _out_of_time(found: _Report | _Failure) -> bool:
    return isinstance(found, GradientReport) and found.computed is not None and found.computed.out_of_time


def _verdicts_of(found: _Report | _Failure) -> tuple[Verdict, ...]:
    """Those of a report, of a model those of its layers that have one."""
    if isinstance(found, ModelReport):
        return tuple(layer.verdict for layer in found.layers)
    return (found.verdict,) if isinstance(found, GradientReport) else ()


def _table(found: Sequence[_Report | _Failure]) -> str:
    """A row for each file; where they are wider than the terminal, the name of a file has a line of its own."""
    reports = [_cells(each) for each in found if not isinstance(each, _Failure)]
    widths = [max(len(row[k]) for row in [_HEAD[1:], *reports]) for k in range(len(_HEAD) - 1)]
    names = max(len(_file_of(each)) for each in [*found, _Failure(_HEAD[0], "")])
    width = names + sum(width + 2 for width in widths)
    beside = width <= columns(without_terminal=width)

    def row(name: str, cells: Sequence[str]) -> str:
        rest = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        return f"{name:<{names}}  {rest}" if beside else f"{name}\n  {rest}"

    lines = [row(_HEAD[0], _HEAD[1:])]
    for each in found:
        if not isinstance(each, _Failure):
            lines.append(row(_file_of(each), _cells(each)))
        else:
            lines.append(f"{each.source:<{names}}  error: {each.error.removeprefix(f'{each.source}: ')}")
    return "\n".join(lines)


def _file_of(found: _Report | _Failure) -> str:
    return found.model if isinstance(found, ModelReport) else str(found.source)


def _cells(report: _Report) -> tuple[str, ...]:
    """The columns of the table beside the file; a quantity that was not computed is a dash."""
    if isinstance(report, ModelReport):
        verdicts = ", ".join(map(str, dict.fromkeys(_verdicts_of(report)))) or "no verdict"
        layers = "1 layer" if len(report.layers) == 1 else f"{len(report.layers)} layers"
        return (f"{layers}: {verdicts}", *"-" * 4)
    gain = report.critical_gain
    numbers = (
        None if report.spectral_radius is None else report.spectral_radius.value,
        None if report.spectral_norm is None else report.spectral_norm.value,
        None if gain is None or gain.vanishes_below is None else gain.vanishes_below.value,
        None if gain is None or gain.explodes_above is None else gain.explodes_above.value,
    )
    return (str(report.verdict), *("-" if number is None else f"{number:.6g}" for number in numbers))
