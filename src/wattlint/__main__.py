"""``python -m wattlint``."""

from __future__ import annotations

import sys

from wattlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
