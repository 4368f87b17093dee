"""A condition tree as a form holds it: groups and rows with what was typed in them, whole or not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from mailflow.segments.words import DEEPEST, MOST_CONDITIONS

ROOT = "t"


@dataclass
class Row:
    """One condition: what it is about, how it compares, and the texts in its boxes."""

    what: str = "list"
    op: str = ""
    boxes: dict[str, list[str]] = field(default_factory=dict)

    def text(self, box: str) -> str:
        """What stands in a box; empty when there is nothing."""
        return (self.boxes.get(box) or [""])[0].strip()


@dataclass
class Branch:
    """One group: how many of its parts have to hold, and the parts."""

    how: str = "all"
    parts: list["Row | Branch"] = field(default_factory=list)


Node = Row | Branch


def read_form(form: MultiDict[str, str]) -> Branch:
    """The tree that a form carries: ``node`` fields say path and kind in reading order; what makes no sense is left out."""
    root = Branch(_how(form.get(f"{ROOT}.how")))
    known: dict[str, Branch] = {ROOT: root}
    for line in form.getlist("node")[: MOST_CONDITIONS * 2]:
        path, _, kind = line.partition(":")
        parent = known.get(path.rpartition(".")[0])
        if parent is None or path in known or path.count(".") > DEEPEST + 1:
            continue
        if kind == "group":
            known[path] = Branch(_how(form.get(f"{path}.how")))
            parent.parts.append(known[path])
        else:
            parent.parts.append(_row(form, path))
    return root


def _how(said: str | None) -> str:
    return said if said in ("all", "any", "none") else "all"


def _row(form: MultiDict[str, str], path: str) -> Row:
    what, before = form.get(f"{path}.what", "list"), form.get(f"{path}.was")
    if before is not None and before != what:
        return Row(what)  # about something else now: what was typed for the old question answers nothing
    start = f"{path}.in."
    boxes = {name.removeprefix(start): form.getlist(name)[:MOST_CONDITIONS] for name in form if name.startswith(start)}
    return Row(what, form.get(f"{path}.op", ""), boxes)


def act(root: Branch, wish: str) -> str | None:
    """Do what the pressed button says (``add:t.0``, ``group:t``, ``remove:t.1.0``); answers the path to put the focus on."""
    verb, _, path = wish.partition(":")
    if verb in ("add", "group"):
        branch = _at(root, path)
        return _add(branch, path, verb) if isinstance(branch, Branch) else None
    return _remove(root, path) if verb == "remove" else None


def _add(branch: Branch, path: str, verb: str) -> str:
    new = f"{path}.{len(branch.parts)}"
    if verb == "add":
        branch.parts.append(Row())
        return new
    branch.parts.append(Branch("any", [Row()]))
    return f"{new}.0"


def _remove(root: Branch, path: str) -> str | None:
    above, _, last = path.rpartition(".")
    parent = _at(root, above)
    if not isinstance(parent, Branch) or not _leads_on(parent, last):
        return None
    del parent.parts[int(last)]
    return f"{above}.{max(int(last) - 1, 0)}" if parent.parts else above


def _at(root: Branch, path: str) -> Node | None:
    start, *steps = path.split(".")
    node: Node | None = root if start == ROOT else None
    for step in steps:
        if not isinstance(node, Branch) or not _leads_on(node, step):
            return None
        node = node.parts[int(step)]
    return node


def _leads_on(branch: Branch, step: str) -> bool:
    return step.isdecimal() and len(step) <= 4 and int(step) < len(branch.parts)


def walk(branch: Branch, path: str = ROOT) -> Iterator[tuple[str, Node]]:
    """Every node below a branch with its path, in reading order."""
    for index, part in enumerate(branch.parts):
        yield f"{path}.{index}", part
        if isinstance(part, Branch):
            yield from walk(part, f"{path}.{index}")


def without(branch: Branch, paths: set[str], path: str = ROOT) -> Branch:
    """The same tree without the nodes at these paths."""
    kept: list[Node] = []
    for index, part in enumerate(branch.parts):
        its = f"{path}.{index}"
        if its not in paths:
            kept.append(without(part, paths, its) if isinstance(part, Branch) else part)
    return Branch(branch.how, kept)


def left_out(branch: Branch, faulty: set[str], path: str = ROOT) -> set[str]:
    """The faulty nodes, and every group of which nothing else is left: without them it would hold everybody, or nobody."""
    out = set(faulty)
    for index, part in enumerate(branch.parts):
        if isinstance(part, Branch):
            out |= left_out(part, faulty, f"{path}.{index}")
    if branch.parts and all(f"{path}.{index}" in out for index in range(len(branch.parts))):
        out.add(path)
    return out


def path_of(at: tuple[int, ...]) -> str:
    """The path of a place in the tree, as faults and counts name it."""
    return ".".join((ROOT, *map(str, at)))
