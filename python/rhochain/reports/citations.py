"""The sources of the bounds of a report: as a sentence cites them, and as BibTeX from `references.bib`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

import rhochain._core as _core
from rhochain.estimates.brackets import Bracket

__all__ = ["bibtex", "in_text", "sources"]

_IN_TEXT = {
    "pascanu2013": "Pascanu, Mikolov & Bengio 2013",
    "collatz1942": "Collatz 1942",
    "wielandt1950": "Wielandt 1950",
    "dixon1983": "Dixon 1983",
    "kuczynski1992": "Kuczyński & Woźniakowski 1992",
    "schur1911": "Schur 1911",
    "gershgorin1931": "Gershgorin 1931",
    "doyle1982": "Doyle 1982",
    "rota1960": "Rota & Strang 1960",
    "ando1973": "Ando 1973",
}
# What the source of a bound names, and whose theorem that is (docs/theory).
_BY_WORDS = {
    "Collatz-Wielandt": ("collatz1942", "wielandt1950"),
    "Schur test": ("schur1911",),
    "discs": ("gershgorin1931",),
    "Golub-Kahan": ("kuczynski1992",),
    "numerical range": ("ando1973",),
    "powers of a random start": ("dixon1983",),
    "Chebyshev": ("dixon1983",),
}
_BY_QUANTITY = {"mu_D(W)": ("doyle1982",), "R(W)": ("rota1960",), "w(W)": ("ando1973",)}


def sources(quantities: Iterable[tuple[str, Bracket]]) -> Sequence[str]:
    """The keys of what the bounds rest on, in the order above; the paper of 2013 is always among them."""
    found = {"pascanu2013"}
    for name, bracket in quantities:
        found.update(_BY_QUANTITY.get(name, ()))
        for bound in (bracket.lower, bracket.upper):
            for words, keys in _BY_WORDS.items():
                if words in bound.source:
                    found.update(keys)
    return [key for key in _IN_TEXT if key in found]


def in_text(keys: Iterable[str]) -> str:
    """As a sentence cites them."""
    return "; ".join(_IN_TEXT[key] for key in keys)


def bibtex(keys: Iterable[str]) -> str:
    """Entries for these and for the library."""
    entries = files("rhochain.reports").joinpath("references.bib").read_text(encoding="utf-8").strip().split("\n\n")
    by_key = {entry.partition("{")[2].partition(",")[0]: entry for entry in entries}
    software = by_key["rhochain"].replace("VERSION", str(_core.build_info()["version"]))
    return "\n\n".join([*(by_key[key] for key in keys), software])
