"""Results of rhochain as flat fields that two processes can compare bit for bit, and what differs between two of them.

A field is a JSON list [type, content]: floats in hexadecimal, arrays as dtype, shape, SHA-256 and their bytes. Wall
seconds and numbers of threads are left out, and so is the history of a bracket, whose length depends on them.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

SHORT = 256  # bytes of an array that stand in the JSON line itself
KEPT = 2**20  # bytes kept of a longer one; of one longer still, that many spread over it

LEFT_OUT = {"seconds", "threads"}
# What else a user reads off a result, beside its dataclass fields.
ALSO: dict[str, dict[str, Callable[[Any], Any]]] = {
    "Bracket": {"repr": repr, "width": lambda r: r.width},
    "ScaledNorm": {"log_kappa": lambda r: r.log_kappa, "burn_in": lambda r: [r.burn_in(), r.burn_in(0.5, leak=0.5)]},
    "ChainResult": {
        name: (lambda r, name=name: getattr(r, name)) for name in ("rate", "late_rate", "half_life", "done")
    },
    "GradientReport": {"text": str, "json": lambda r: r.to_json(), "html": lambda r: r.to_html()},
    "ChainReport": {"text": str, "json": lambda r: r.to_json()},
    "LyapunovSpectrum": {"repr": repr},
    "CovariantVectors": {"repr": repr},
    "TypicalGrowth": {"repr": repr},
    "Components": {"repr": repr},
}


class ByteFile:
    """Bytes of long arrays, one after the other in a file; equal ones once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = None
        self._held: dict[str, tuple[int, int]] = {}
        self._end = 0

    def add(self, digest: str, raw: bytes) -> tuple[int, int]:
        if digest not in self._held:
            self._file = self._file or self.path.open("wb")
            self._file.write(raw)
            self._file.flush()
            self._held[digest] = (self._end, len(raw))
            self._end += len(raw)
        return self._held[digest]

    def read(self, place: tuple[int, int]) -> bytes:
        with self.path.open("rb") as file:
            file.seek(place[0])
            return file.read(place[1])


def fields(value: Any, store: ByteFile) -> dict[str, list[Any]]:
    """`value` by the names of its parts."""
    found: dict[str, list[Any]] = {}
    _collect("", value, store, found)
    return found


def hide_version() -> None:
    """Gives the library a version that all builds share, as reports and checkpoints carry it."""
    from rhochain import _core

    built = _core.build_info()
    _core.build_info = lambda: built | {"version": "any"}


def digest(value: Any) -> str:
    """One SHA-256 for all fields of a result."""
    found = fields(value, _NoBytes())
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


class _NoBytes(ByteFile):
    def __init__(self) -> None:
        super().__init__(Path())

    def add(self, digest: str, raw: bytes) -> tuple[int, int]:
        return (0, 0)


def _collect(name: str, x: Any, store: ByteFile, found: dict[str, list[Any]]) -> None:
    def below(part: str, value: Any) -> None:
        _collect(f"{name}.{part}" if name else part, value, store, found)

    kind = type(x).__name__
    if isinstance(x, enum.Enum):
        found[name] = [kind, x.value]
    elif x is None or isinstance(x, (bool, np.bool_)):
        found[name] = [kind, None if x is None else bool(x)]
    elif isinstance(x, (int, np.integer)):
        found[name] = [kind, int(x)]
    elif isinstance(x, (float, np.floating)):
        found[name] = [kind, float(x).hex()]
    elif isinstance(x, (complex, np.complexfloating)):
        found[name] = [kind, [float(x.real).hex(), float(x.imag).hex()]]
    elif isinstance(x, (str, bytes)):
        found[name] = [kind, plain_text(x) if isinstance(x, str) else hashlib.sha256(x).hexdigest()]
    elif isinstance(x, np.ndarray):
        found[name] = ["array", _array(x, store)]
    elif sparse.issparse(x):
        below("format", f"{kind} {x.shape}")
        for part in ("data", "indices", "indptr"):
            below(part, getattr(x, part))
    elif dataclasses.is_dataclass(x):
        for field in dataclasses.fields(x):
            if field.name not in LEFT_OUT and not (field.name == "history" and hasattr(x, "matvecs")):
                below(field.name, getattr(x, field.name))
        for base in reversed(type(x).__mro__):
            for part, tell in ALSO.get(base.__name__, {}).items():
                below(part, tell(x))
    elif isinstance(x, Mapping):
        for part, value in x.items():
            below(str(part), value)
    elif isinstance(x, (list, tuple)):
        for k, value in enumerate(x):
            below(str(k), value)
    else:
        found[name] = [kind, plain_text(repr(x))]


def plain_text(text: str) -> str:
    """`text` without times and addresses."""
    text = re.sub(r'("(?:seconds|threads)": )[^,}\s]+', r"\1-", text)
    text = re.sub(r"[\w. ,]+(, [\d,]+ products?), \d+ threads?", r"-\1", text)
    return re.sub(r"0x[0-9a-f]{6,}", "0x-", text)


def _array(x: np.ndarray, store: ByteFile) -> dict[str, Any]:
    flat = np.ascontiguousarray(x).reshape(-1)
    raw = flat.tobytes()
    field: dict[str, Any] = {"dtype": x.dtype.str, "shape": list(x.shape), "sha256": hashlib.sha256(raw).hexdigest()}
    if len(raw) <= SHORT:
        return field | {"hex": raw.hex()}
    stride = -(-len(raw) // KEPT)
    return field | {"stride": stride, "at": store.add(field["sha256"], flat[::stride].tobytes())}


def difference(old: list[Any], new: list[Any], old_store: ByteFile, new_store: ByteFile) -> str:
    """Both values and the relative difference of the largest deviation, in one line."""
    if old[0] != new[0]:
        return f"{old[0]} {_shown(old)}, now {new[0]} {_shown(new)}"
    if old[0] == "array":
        return _array_difference(old[1], new[1], old_store, new_store)
    both = f"{_shown(old)}, now {_shown(new)}"
    if isinstance(old[1], str) and old[0].startswith("float"):
        return f"{both} ({_relative(float.fromhex(old[1]), float.fromhex(new[1]))})"
    if old[0] == "str":
        return _first_line_that_differs(old[1], new[1])
    return both


def _shown(field: list[Any]) -> str:
    if field[0].startswith("float"):
        return repr(float.fromhex(field[1]))
    if field[0].startswith("complex"):
        return repr(complex(*map(float.fromhex, field[1])))
    if field[0] == "array":
        return f"{field[1]['dtype']} {tuple(field[1]['shape'])}"
    return json.dumps(field[1])[:160]


def _relative(old: complex, new: complex) -> str:
    if old == new or old != old or new != new or abs(old) == np.inf or abs(new) == np.inf:
        return "same number, other bits" if old == new else "relative difference undefined"
    return "relative difference inf" if old == 0 else f"relative difference {abs(new / old - 1):.2g}"


def _array_difference(old: dict[str, Any], new: dict[str, Any], old_store: ByteFile, new_store: ByteFile) -> str:
    if (old["dtype"], old["shape"]) != (new["dtype"], new["shape"]):
        return f"{old['dtype']} {tuple(old['shape'])}, now {new['dtype']} {tuple(new['shape'])}"
    a, b = _numbers(old, old_store), _numbers(new, new_store)
    bits = (x.view(np.uint8).reshape(-1, x.dtype.itemsize) for x in (a, b))
    apart = np.not_equal(*bits).any(axis=1).nonzero()[0]
    if apart.size == 0:
        return f"differs in entries other than every {old['stride']}th, which are kept"
    with np.errstate(all="ignore"):
        size = np.abs(np.subtract(b[apart], a[apart], dtype=np.result_type(a, np.float64)))
    worst = apart[np.argmax(np.where(np.isnan(size), np.inf, size))]
    stride = old.get("stride", 1)
    place = np.unravel_index(worst * stride, old["shape"]) if old["shape"] else ()
    where = f"{apart.size} of {a.size} entries" + (f" (every {stride}th)" if stride > 1 else "")
    at = f"[{', '.join(map(str, place))}]"
    x, y = a[worst].item(), b[worst].item()
    return f"{where}, most at {at}: {x!r}, now {y!r} ({_relative(x, y)})"


def _numbers(field: dict[str, Any], store: ByteFile) -> np.ndarray:
    raw = bytes.fromhex(field["hex"]) if "hex" in field else store.read(field["at"])
    return np.frombuffer(raw, np.dtype(field["dtype"]))


def _first_line_that_differs(old: str, new: str) -> str:
    a, b = old.splitlines(), new.splitlines()
    for k in range(max(len(a), len(b))):
        left, right = (lines[k] if k < len(lines) else "no such line" for lines in (a, b))
        if left != right:
            return f"line {k + 1}: {left.strip()[:300]!r}, now {right.strip()[:300]!r}"
    return "the ends of lines"
