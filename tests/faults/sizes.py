"""Where a fault test runs, and how large it is: short in `make test`, as the goals say with MAILFLOW_FULL=1."""

import os

import pytest

FULL = os.environ.get("MAILFLOW_FULL") == "1"

on_both = pytest.mark.parametrize("where", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
"""On SQLite, and with two computers on one PostgreSQL."""


def size(short: int, full: int) -> int:
    """The number for this run."""
    return full if FULL else short
