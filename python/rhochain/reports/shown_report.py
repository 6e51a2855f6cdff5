"""What every report has: blocks, shown as text, on a terminal, as a page and in a notebook."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from rhochain.markup.blocks import Block, Facts, Quotation, Section
from rhochain.markup.notebook import notebook
from rhochain.reports.computation import Computation
from rhochain.reports.json_report import JsonReport
from rhochain.reports.layout import plain_text
from rhochain.reports.page import written_page

__all__ = ["ShownReport", "closing_sections"]


class ShownReport(JsonReport):
    """A report for people. ``print(report)``, ``rich.print(report)`` and a notebook show the same blocks."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Of the page."""

    @abstractmethod
    def blocks(self, *, paper: bool = True) -> Sequence[Block]:
        """The parts of the report, for a page of several reports too. `paper`: with the text for a paper."""

    @abstractmethod
    def methods(self) -> str:
        """For the methods of a paper: paragraphs with an empty line between two."""

    @abstractmethod
    def citations(self) -> str:
        """The sources that `methods` cites, as BibTeX."""

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """The whole report as one HTML page with a picture, which needs nothing beside it.

        Parameters
        ----------
        path : str or path, optional
            A file to write it to.

        Returns
        -------
        str
            The page, whether it is written or not.
        """
        return written_page(self.title, self.blocks(), path)

    def _repr_html_(self) -> str:
        return notebook(self.blocks())

    def __str__(self) -> str:
        return plain_text(self.blocks(paper=False))

    def __rich_console__(self, console: Any, options: Any) -> Iterable[Any]:
        # Rich itself calls this, so it is there.
        from rhochain.reports.terminal import renderables

        return renderables(self.blocks(paper=False))


def closing_sections(report: ShownReport, computed: Computation | None, *, paper: bool) -> list[Section]:
    """The last parts of a report: how it was computed, and with `paper` the text for one."""
    found = [] if computed is None else [Section("How it was computed", [Facts(computed.facts())])]
    if paper:
        quoted = [*map(Quotation, report.methods().split("\n\n")), Quotation(report.citations(), code=True)]
        found.append(Section("Methods and citations, to copy into a paper", quoted, folded=True))
    return found
