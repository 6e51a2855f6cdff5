from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.sessions = ["lint", "tests", "stubs"]

LOWEST = ("numpy==1.24.0", "scipy==1.10.0", "matplotlib==3.7.0", "rich==13.0.0", "typer==0.16.0")


def groups(name: str) -> list[str]:
    return nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), name)


@nox.session
def tests(session: nox.Session) -> None:
    """Python tests on the installed package."""
    session.install(".[plot,test]")
    session.run("pytest", *session.posargs)


@nox.session(python=["3.10", "3.11"])
def mintest(session: nox.Session) -> None:
    """The same tests with the lowest versions that pyproject.toml allows."""
    session.install(".[plot,test]", *LOWEST)
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and types."""
    session.install(".", *groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    sources = (str(path) for path in sorted(Path().glob("[!.]*/**/*.[chi][pn][pl]")) if path.parts[0] != "build")
    session.run("clang-format", "--dry-run", "--Werror", *sources)
    session.run("mypy")


@nox.session
def stubs(session: nox.Session) -> None:
    """The stub of the native module against the module itself."""
    session.install(".", *groups("lint"))
    allowlist = ("--allowlist", "tests/stubtest_allowlist.txt", "--ignore-unused-allowlist")
    session.run("python", "-m", "mypy.stubtest", "rhochain._core", *allowlist)


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks; pass --benchmark-compare to judge against a saved run."""
    session.install(".[test]")
    session.run("pytest", "benchmarks", "-o", "testpaths=", "--benchmark-only", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """API pages in build/docs."""
    session.install(".[plot]", "pdoc>=15")
    session.run("pdoc", "--docformat", "numpy", "--math", "-o", "build/docs", "rhochain")
