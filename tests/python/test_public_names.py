"""What users import: every public name, its signature and its members, as `public_names.txt` lists them.

`python tests/python/test_public_names.py` prints the list as it is now.
"""

import enum
import inspect
from collections.abc import Iterator
from pathlib import Path

import rhochain as rc

LIST = Path(__file__).parent / "public_names.txt"


def signature(function: object) -> str:
    try:
        return str(inspect.signature(function))
    except ValueError:  # a class of C has none
        return ""


def members(cls: type) -> Iterator[str]:
    """The public attributes of a class that this package defines, in alphabetical order."""
    owners = {base for base in cls.__mro__ if base.__module__.partition(".")[0] == "rhochain"}
    for name in sorted({name for owner in owners for name in vars(owner)}):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_") and name not in {"__enter__", "__exit__", "__matmul__", "__rmatmul__"}:
            continue
        if isinstance(value, classmethod | staticmethod):
            yield f"{name}{signature(value.__func__)} {type(value).__name__}"
        elif inspect.isfunction(value):
            yield f"{name}{signature(value)}"
        else:
            yield name


def public_names() -> Iterator[str]:
    for name in rc.__all__:
        value = getattr(rc, name)
        if not callable(value):
            yield name
            continue
        yield name if isinstance(value, enum.EnumMeta) else name + signature(value)
        if isinstance(value, type):
            yield f"{name}: {', '.join(base.__name__ for base in value.__mro__ if base.__module__ == 'builtins')}"
            yield from (f"{name}.{member}" for member in members(value))


def test_public_names_and_signatures_stay():
    assert list(public_names()) == LIST.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    print(*public_names(), sep="\n")
