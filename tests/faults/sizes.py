"""How large a fault test is: short in `make test`, as the goals say with MAILFLOW_FULL=1."""

import os

FULL = os.environ.get("MAILFLOW_FULL") == "1"


def size(short: int, full: int) -> int:
    """The number for this run."""
    return full if FULL else short
