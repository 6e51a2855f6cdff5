"""``python -m rhochain``."""

from __future__ import annotations

import sys

from rhochain.cli import main

if __name__ == "__main__":
    sys.exit(main())
