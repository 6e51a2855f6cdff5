"""Imports of the package: a folder uses those below it, deciding never uses printing, and no modules form a cycle."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from source_tree import ROOT, files, write

import rhochain as rc

# Folders of python/rhochain, from the bottom. A module imports modules of its own folder and of those before it.
# `_core` is below all folders; the other modules beside them are above.
PYTHON_FOLDERS = [
    "markup",
    "weights",
    "files",
    "objects",
    "inputs",
    "ranks",
    "runs",
    "estimates",
    "chains",
    "verdicts",
    "reports",
    "checking",
    "commands",
]
MODULES_AT_TOP = 12
FILE_READERS = "files"
MAY_READ_FILES = {"objects", "inputs", "ranks", "commands", "cli", "__init__"}
LISTED = re.compile(r"^- `(\w+)`: ", re.MULTILINE)


def python_modules(package: Path) -> dict[str, Path]:
    """Modules by their names below the package; a folder has the name of its `__init__`, the package is "__init__"."""
    found = {}
    for path in files(package, {".py", ".pyi"}):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1])] = path
    return found


def imported_modules(tree: ast.AST, importer: str, modules: Iterable[str]) -> Iterator[str]:
    """Modules of rhochain that a module of it imports; "__init__" for the package itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ["rhochain", *importer.split(".")][: -node.level] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            names = [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            head, _, rest = name.partition(".")
            if head == "rhochain":
                while rest and rest not in modules:
                    rest = rest.rpartition(".")[0]
                yield rest or "__init__"


def python_imports(package: Path) -> dict[str, list[str]]:
    modules = python_modules(package)
    return {
        name: list(imported_modules(ast.parse(path.read_text(encoding="utf-8")), name, modules))
        for name, path in modules.items()
    }


def python_rank(module: str) -> int:
    """The place of a module: 0 for `_core`, then the folders, then the modules beside them."""
    folder = module.split(".")[0]
    if folder == "_core":
        return 0
    return 1 + PYTHON_FOLDERS.index(folder) if folder in PYTHON_FOLDERS else 1 + len(PYTHON_FOLDERS)


def import_cycle(imports: dict[str, list[str]]) -> list[str]:
    """The modules that import each other in a circle, or behind such a circle; empty without one."""
    left = dict(imports)
    while free := [name for name, targets in left.items() if not any(target in left for target in targets)]:
        for name in free:
            del left[name]
    return sorted(left)


def python_violations(root: Path) -> list[str]:
    package = root / "python/rhochain"
    modules = python_modules(package)
    imports = python_imports(package)
    found = []
    for here, path in modules.items():
        where = path.relative_to(root).as_posix()
        if "." in here and here.split(".")[0] not in PYTHON_FOLDERS:
            found.append(f"{where}: {here.split('.')[0]} is no folder of PYTHON_FOLDERS")
        if here in PYTHON_FOLDERS and imports[here]:
            found.append(f"{where}: a table of contents imports nothing")
            continue
        for there in imports[here]:
            if there in PYTHON_FOLDERS:
                found.append(f"{where}: imports the folder {there} instead of a module")
            elif there.split(".")[0] == FILE_READERS != here.split(".")[0] not in MAY_READ_FILES:
                found.append(f"{where}: does not import {FILE_READERS}: objects does")
            elif python_rank(there) > python_rank(here):
                found.append(f"{where}: imports {there}")
    if (cycle := import_cycle(imports)) and not found:
        found.append(f"python/rhochain: a cycle of imports among {', '.join(cycle)}")
    return found


def contents_violations(root: Path) -> list[str]:
    """The docstring of a folder lists its modules, each on a line, and the top holds few."""
    package = root / "python/rhochain"
    modules = python_modules(package)
    found = []
    top = [name for name in modules if "." not in name and name not in PYTHON_FOLDERS]
    if len(top) > MODULES_AT_TOP:
        found.append(f"python/rhochain: {len(top)} modules beside the folders")
    for folder in PYTHON_FOLDERS:
        inside = sorted(name.partition(".")[2] for name in modules if name.startswith(f"{folder}."))
        if not inside:
            continue
        text = modules[folder].read_text(encoding="utf-8") if folder in modules else ""
        if LISTED.findall(ast.get_docstring(ast.parse(text)) or "") != inside:
            found.append(f"python/rhochain/{folder}/__init__.py: lists other modules than {', '.join(inside)}")
    return found


@pytest.mark.parametrize("violations", [python_violations, contents_violations])
def test_the_package_has_no_violation(violations):
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("module", "text", "complaint"),
    [
        ("inputs/matrix", "from rhochain.estimates.brackets import Bracket", "imports estimates.brackets"),
        ("inputs/matrix", "from rhochain.estimates import brackets", "imports estimates.brackets"),
        ("inputs/matrix", "from ..estimates.brackets import Bracket", "imports estimates.brackets"),
        ("inputs/matrix", "def f():\n    import rhochain.cli", "imports cli"),
        ("files/loading", "from rhochain.estimates.brackets import Bracket", "imports estimates.brackets"),
        ("verdicts/decision", "from rhochain.reports.figure import Bar", "imports reports.figure"),
        ("reports/figure", "from rhochain import cli", "imports cli"),
        ("reports/figure", "from rhochain import check", "imports __init__"),
        ("chains/norm", "import rhochain", "imports __init__"),
        ("chains/norm", "from rhochain.estimates import Bracket", "imports the folder estimates instead of a module"),
        ("checking/checks", "from ..files.loading import load", "does not import files"),
        ("estimates/__init__", "from .brackets import Bracket", "a table of contents imports nothing"),
        ("stray/module", "", "stray is no folder"),
        ("chains/norm", "from . import products", "a cycle of imports among chains.norm, chains.products"),
        ("chains/norm", "from .products import f", "a cycle of imports among chains.norm, chains.products"),
    ],
)
def test_a_python_violation_is_found(tmp_path, module, text, complaint):
    package = tmp_path / "python/rhochain"
    for name in ("__init__", "cli", "estimates/__init__", "estimates/brackets", "files/loading", "reports/figure"):
        write(package / f"{name}.py", "")
    write(package / "chains/products.py", "from rhochain.chains.norm import f")
    write(package / "chains/norm.py", "")
    write(package / f"{module}.py", text)
    (found,) = python_violations(tmp_path)
    assert complaint in found


def test_what_decides_is_below_what_prints():
    assert {kind.__module__.split(".")[1] for kind in (rc.Verdict, rc.Condition)} == {"verdicts"}
    assert {kind.__module__.split(".")[1] for kind in (rc.GradientReport, rc.ChainReport)} == {"reports"}
    assert PYTHON_FOLDERS.index("verdicts") < PYTHON_FOLDERS.index("reports")


def test_tests_have_the_folders_of_the_package():
    folders = {
        path.parent.relative_to(ROOT / "tests/python").as_posix() for path in files(ROOT / "tests/python", {".py"})
    }
    assert folders == {".", "oracles", "regressions", *PYTHON_FOLDERS}


def test_downward_and_foreign_imports_pass(tmp_path):
    package = tmp_path / "python/rhochain"
    write(package / "_core.pyi", "import numpy")
    write(package / "cli.py", "import argparse\nfrom rhochain import checks\nfrom .files.loading import load")
    write(package / "checking/checks.py", "from rhochain.chains.norm import f")
    write(package / "chains/norm.py", "import rhochain._core as _core\nfrom rhochain.chains.results import g")
    write(package / "chains/results.py", "from collections import abc\nfrom ..inputs.rows.part import read")
    write(package / "inputs/rows/part.py", "from rhochain._core import Operator")
    write(package / "files/loading.py", "from rhochain.weights.pairs import read\nfrom .archives import load")
    write(package / "weights/pairs.py", "")
    write(package / "objects/matrices.py", "from rhochain.files.loading import load")
    write(package / "files/archives.py", "")
    assert python_violations(tmp_path) == []


def test_a_false_table_of_contents_and_a_crowded_top_are_found(tmp_path):
    package = tmp_path / "python/rhochain"
    for number in range(MODULES_AT_TOP + 1):
        write(package / f"module{number}.py", "")
    write(package / "chains/__init__.py", '"""Chains.\n\n- `norm`: of a chain.\n- `products`: with a chain.\n"""')
    write(package / "chains/norm.py", "")
    write(package / "reports/page.py", "")
    assert contents_violations(tmp_path) == [
        "python/rhochain: 13 modules beside the folders",
        "python/rhochain/chains/__init__.py: lists other modules than norm",
        "python/rhochain/reports/__init__.py: lists other modules than page",
    ]
