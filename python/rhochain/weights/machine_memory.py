"""Main memory of the machine, beside which readers compare what a file states about its size."""

from __future__ import annotations

import os

__all__ = ["machine_memory"]


def machine_memory() -> int | None:
    """Bytes of main memory, or None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
