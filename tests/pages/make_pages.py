"""Writes pages of every kind of report into a folder: ``python tests/pages/make_pages.py FOLDER``."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc
from rhochain.markup.blocks import Section
from rhochain.reports.page import page
from rhochain.reports.shown_report import ShownReport
from rhochain.weights.weights import Counts

CELLS = Path(__file__).parents[2] / "examples/data"


def reports() -> Iterator[tuple[str, ShownReport]]:
    rng = np.random.default_rng(7)
    A = sparse.random_array((200, 200), density=0.04, rng=rng, data_sampler=rng.standard_normal, format="csr")
    A = A / (0.95 * rc.worst_case_growth(A, "tanh").value + 0.05 * rc.scaled_norm(A).value)
    yield "vanishes", rc.check(0.4 * A, activation="tanh")
    yield "explodes_for_some_slopes", rc.check(np.array([[0.0, 10.0], [-0.012, 1.1]]), activation="tanh")
    yield "explosion_not_excluded", rc.check(A, activation="tanh")
    yield "undecided", rc.check(A, activation="tanh", max_matvecs=40)
    yield "cannot_explode", rc.check(np.eye(4)[[1, 2, 3, 0]], activation="tanh")
    yield "explodes", rc.check(np.diag([3.0, 0.1]), activation="identity")
    yield "operator", rc.check(aslinearoperator(0.5 * A), activation="tanh")
    chain = rc.JacobianChain(A, slopes=rng.uniform(0.2, 1.0, (60, 200)), leak=0.7)
    yield "with_chain", rc.check(A, activation="tanh", chain=chain, leak=0.7)
    yield "chain", rc.check_chain(chain)
    yield "labels", rc.check(named_worm(), activation="tanh")
    yield "long_names", rc.check(hostile_names(2.0 * A), activation="tanh")
    torch.manual_seed(0)
    yield "rnn", rc.check(torch.nn.RNN(4, 32))
    yield "gru", rc.check(torch.nn.GRU(4, 16, bidirectional=True), inputs=torch.randn(40, 4))
    yield "lstm", rc.check(torch.nn.LSTM(4, 16, num_layers=2), inputs=torch.randn(40, 4, 4))
    parts = torch.nn.ModuleDict({"left_out": torch.nn.LSTM(4, 8, proj_size=2), "<b>kept</b>": torch.nn.RNN(4, 8)})
    yield "model", rc.check(parts)
    yield "state_dict", rc.check(torch.nn.GRU(4, 8, num_layers=2).state_dict())


def named_worm() -> rc.Weights:
    lines = (CELLS / "celegans_chemical_cells.txt").read_text(encoding="utf-8").splitlines()
    W = rc.load(CELLS / "celegans_chemical.mtx")
    names = np.array([line.split()[0] for line in lines if line.strip()])
    return rc.Weights(sparse.csr_array(W), names, "target", "edges.feather", Counts(8000, 3121, 12, 3), ("A note.",))


def hostile_names(A: sparse.csr_array) -> rc.Weights:
    names = [f"<script>alert({k})</script>" + "a_very_long_name_of_a_neuron_" * 8 for k in range(A.shape[0])]
    file = "a_long_folder/" * 20 + "<b>&W</b>.csv"
    return rc.Weights(A, np.array(names), "target", file, Counts(10), ("<img src=x onerror=alert(1)>",))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = dict(reports())
    verdicts = {str(verdict).lower() for verdict in rc.Verdict}
    for name, report in made.items():
        if name in verdicts and str(report.verdict).lower() != name:
            raise SystemExit(f"{name}: the report has the verdict {report.verdict}")
        report.to_html(folder / f"{name}.html")
    both = [Section(name, made[name].blocks()) for name in ("vanishes", "undecided", "chain")]
    (folder / "several.html").write_text(page("Several reports", both), encoding="utf-8")
    cells = [made["vanishes"], made["chain"], made["lstm"], made["labels"].spectral_radius]
    cells += [named_worm(), made["labels"].hubs()]
    shown = "".join(cell._repr_html_() for cell in cells)
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A notebook</title></head>'
    notebook = f"{head}<body><main><h1>A notebook</h1><h2>Cells</h2>{shown}</main></body></html>"
    (folder / "notebook.html").write_text(notebook, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
