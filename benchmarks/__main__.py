"""Runs the benches, all or those in ONLY (comma-separated), prints a table and writes build/bench.json."""

import json
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

import benchmarks.campaign
import benchmarks.finding
import benchmarks.importing
import benchmarks.million
import benchmarks.mixed
import benchmarks.render
import benchmarks.segments
import benchmarks.shared
import benchmarks.transport
import benchmarks.yardsticks  # noqa: F401
from benchmarks.registry import Figure, chosen


def main() -> None:
    """Measure, show, keep."""
    only = [name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()]
    console = Console()
    try:
        benches = list(chosen(only))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    figures = []
    for key, measure in benches:
        with console.status(f"measuring {key}"):
            figures.append(measure())
    console.print(_table(figures))
    Path("build").mkdir(exist_ok=True)
    text = json.dumps({figure.key: figure.as_json() for figure in figures}, indent=2)
    Path("build/bench.json").write_text(text + "\n", encoding="utf-8")


def _table(figures: list[Figure]) -> Table:
    table = Table(box=None)
    table.add_column("bench", no_wrap=True)
    table.add_column("reference")
    for heading in ("value", "reference value", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    for figure in figures:
        numbers = (f"{figure.value:,.2f}", f"{figure.reference_value:,.2f}", str(figure.as_json()["ratio"]))
        table.add_row(figure.key, figure.reference, *numbers, figure.unit)
    return table


if __name__ == "__main__":
    main()
