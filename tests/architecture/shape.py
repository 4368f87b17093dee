"""Reads the shape of the source: files, functions, names, commit sites. Pure, so that planted violations can be tried on it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mailflow", "preference_center")
LONGEST_FILE = 350
LONGEST_FUNCTION = 50
EMPTY_NAMES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "managers",
    "service",
    "services",
    "handler",
    "handlers",
    "process",
    "data_access",
}
OWNERS = (
    "mailflow/studio/",
    "mailflow/beacons",
    "mailflow/api/",
    "mailflow/scheduler/",
    "mailflow/cli/",
    "mailflow/demo/",
    "preference_center/",
    "mailflow/foundation/",
    "mailflow/app.py",
)
"""Doors, jobs and assembly: only they may open a transaction that writes."""


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def modules() -> list[Module]:
    """Every Python file of the product."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [Module(str(file.relative_to(ROOT)), file.read_text("utf-8")) for file in files]


def too_long(found: list[Module]) -> list[str]:
    """Files and functions over their ceiling."""
    files = [f"{m.path}: {m.text.count(chr(10))} lines" for m in found if m.text.count("\n") > LONGEST_FILE]
    return files + [f"{m.path}:{f.lineno} {f.name}" for m in found for f in _functions(m.tree) if _length(f) > LONGEST_FUNCTION]


def medians(found: list[Module]) -> tuple[int, int]:
    """The median file and the median function, in lines."""
    files = sorted(m.text.count("\n") for m in found if m.text.count("\n") > 3)
    functions = sorted(_length(f) for m in found for f in _functions(m.tree))
    return files[len(files) // 2], functions[len(functions) // 2]


def badly_named(found: list[Module]) -> list[str]:
    """Modules and packages whose names say nothing."""
    return [m.path for m in found if EMPTY_NAMES & set(Path(m.path).with_suffix("").parts)]


def transactions_elsewhere(found: list[Module]) -> list[str]:
    """Calls of commit, rollback or database.begin outside the doors and jobs."""
    stages = [m for m in found if not m.path.startswith(OWNERS)]
    return [f"{m.path}:{call.lineno}" for m in stages for call in _calls(m.tree) if _opens_transaction(call)]


def clocks_elsewhere(found: list[Module]) -> list[str]:
    """Stages that ask the clock themselves instead of being told."""
    stages = [m for m in found if not m.path.startswith(OWNERS)]
    return [m.path for m in stages if "utc_now" in m.text]


def undocumented(found: list[Module]) -> list[str]:
    """Modules whose docstring is missing or longer than a reader's glance."""
    return [m.path for m in found if not ast.get_docstring(m.tree)]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _opens_transaction(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, call.func.value
    about_database = isinstance(owner, ast.Name | ast.Attribute) and "database" in ast.unparse(owner)
    return name in {"commit", "rollback"} or (name == "begin" and about_database)
