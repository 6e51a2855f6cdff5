"""Amounts of memory as people write them."""

from __future__ import annotations

import math
import operator
import re
from functools import lru_cache

__all__ = ["byte_count"]

_MOST_BYTES = 2**63 - 1
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_AMOUNT = re.compile(r"([0-9]*\.?[0-9]+)\s*([KMGT]?I?)B?", re.IGNORECASE)


def byte_count(name: str, amount: int | str) -> int:
    """Bytes of an integer or of text such as "500 MB" or "2GiB".

    Examples
    --------
    >>> byte_count("memory", "2GB"), byte_count("memory", "1.5 KiB"), byte_count("memory", 8)
    (2000000000, 1536, 8)
    """
    if isinstance(amount, str):
        stated = _stated_bytes(amount)
        if stated is None:
            raise ValueError(f'{name} must be bytes or text such as "500 MB" or "2GiB"; got {amount!r}')
        count = stated
    else:
        try:
            count = operator.index(amount)
        except TypeError:
            raise TypeError(f'{name} must be an integer or text such as "2GB"; got {amount!r}') from None
    if not 0 <= count <= _MOST_BYTES:
        raise ValueError(f"{name} must be at least 0 bytes and at most 2^63 - 1; got {amount!r}")
    return count


@lru_cache(maxsize=64)
def _stated_bytes(text: str) -> int | None:
    """None for text that states no amount of memory."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or found[2].upper() not in _UNITS:
        return None
    return math.floor(float(found[1]) * _UNITS[found[2].upper()])
