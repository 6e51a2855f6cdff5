"""What the documents show of a report is what it prints."""

import doctest
import re

import pytest
from source_tree import ROOT

import rhochain as rc
from rhochain.reports.answers import headline

REPORT = ROOT / "docs" / "report.md"


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def without_time(text):
    return re.sub(r"^time .*$", "time", text, flags=re.MULTILINE)


@pytest.fixture
def printed():
    return str(rc.check("examples/data/celegans_chemical.mtx", activation="tanh"))


def test_the_report_of_the_page_is_the_one_printed(printed):
    (shown,) = re.findall(r"```text\n(.*?)\n```", REPORT.read_text(encoding="utf-8"), re.DOTALL)
    assert without_time(shown) == without_time(printed)


def test_the_lines_of_the_readme_are_in_the_report(printed):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)
    for part in shown.split("\n...\n"):
        assert part in printed


def test_the_examples_of_the_page_run():
    failed, run = doctest.testfile(str(REPORT), module_relative=False)
    assert (failed, run > 0) == (0, True)


def test_the_table_of_verdicts_has_their_headlines():
    text = REPORT.read_text(encoding="utf-8")
    for verdict in (rc.Verdict.VANISHES, rc.Verdict.EXPLODES, rc.Verdict.EXPLODES_FOR_SOME_SLOPES):
        assert f"| `{verdict}` | {headline(verdict)} |" in text


def test_the_citation_file_has_the_version():
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {rc.__version__}" in lines
    assert lines[0] == "cff-version: 1.2.0"
