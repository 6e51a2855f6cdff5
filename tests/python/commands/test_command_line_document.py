"""docs/command_line.md: each command prints what the page shows, and the page has them all."""

import doctest
import re
import shlex

import pytest
from source_tree import ROOT

from rhochain import cli

PAGE = (ROOT / "docs/command_line.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n\$ rhochain (.*)\n((?:.*\n)*?)```$", re.MULTILINE)
EDGES = "pre,post,weight,nt_type\n10,20,3,ACH\n20,10,2,GABA\n10,20,1,ACH\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the commands of the page run, one after the other, in an order in which each finds its files."""
    place = tmp_path_factory.mktemp("page")
    (place / "examples").symlink_to(ROOT / "examples")
    (place / "edges.csv").write_text(EDGES)
    return place


def blocks():
    found = [(shlex.split(command), output) for command, output in BLOCK.findall(PAGE)]
    return sorted(found, key=lambda block: block[0][0] != "rescale")


@pytest.mark.parametrize(("arguments", "expected"), blocks(), ids=[block[0][0] for block in blocks()])
def test_a_command_prints_what_the_page_shows(arguments, expected, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    if "edges.csv" in arguments:
        pytest.importorskip("pyarrow")
    code = cli.main(arguments)
    assert code == (3 if "--fail-on" in arguments else 0)
    shown = capsys.readouterr().out
    same = doctest.OutputChecker().check_output(expected, shown, doctest.ELLIPSIS)
    assert same, f"{shown}\ninstead of\n{expected}"


def test_the_page_has_every_command_and_no_other():
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert named == list(cli._COMMANDS)
    assert {block[0][0] for block in blocks()} <= set(named)
