"""What was typed into a newsletter's form, read into slots; rows of products moved as its buttons ask."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from mailflow.content.filling import MOST_PRODUCTS, PRODUCT_PARTS
from mailflow.content.richtext import to_html, to_marks
from mailflow.content.words import Slot, Template

Form = MultiDict[str, str]


def read_slots(template: Template, form: Form) -> dict[str, Any]:
    """The slots that the form holds; one that it lacks is left out, so that it stays as it was."""
    read = {slot.key: _read(slot, f"slots.{slot.key}", form) for slot in template.slots}
    return {key: value for key, value in read.items() if value is not None}


def _read(slot: Slot, name: str, form: Form) -> Any:
    if slot.kind == "image":
        return {part: form.get(f"{name}.{part}", "") for part in ("url", "alt")} if f"{name}.url" in form else None
    if slot.kind == "products":
        return _rows(name, form) if name in form else None
    if name not in form:
        return None
    return to_html(form[name]) if slot.kind == "richtext" else form[name]


def _rows(name: str, form: Form) -> list[dict[str, str]]:
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.")
    numbers = sorted({int(match.group(1)) for key in form if (match := pattern.match(key))})
    return [{part: form.get(f"{name}.{number}.{part}", "") for part in PRODUCT_PARTS} for number in numbers]


def boxes(template: Template, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Kept slots as the form's boxes show them."""
    return {
        slot.key: to_marks(str(slots.get(slot.key) or "")) if slot.kind == "richtext" else slots.get(slot.key) for slot in template.slots
    }


def act(slots: dict[str, Any], wish: str) -> str | None:
    """Add, remove, raise or lower a row as a button wishes ("up slots.products.2"); the place to go back to, None for other wishes."""
    match = re.fullmatch(r"(add|remove|up|down) slots\.([\w-]+)(?:\.(\d{1,4}))?", wish)
    if match is None or not isinstance(slots.get(match.group(2)), list):
        return None
    rows, number = slots[match.group(2)], int(match.group(3) or 0)
    place = _move(rows, match.group(1), number)
    return f"slots.{match.group(2)}" if place is None else f"slots.{match.group(2)}.{place}.name"


def _move(rows: list[dict[str, str]], verb: str, number: int) -> int | None:
    if verb == "add":
        if len(rows) < MOST_PRODUCTS:
            rows.append(dict.fromkeys(PRODUCT_PARTS, ""))
        return len(rows) - 1
    if number >= len(rows):
        return None
    row = rows.pop(number)
    if verb == "remove":
        return max(number - 1, 0) if rows else None
    other = max(number - 1, 0) if verb == "up" else min(number + 1, len(rows))
    rows.insert(other, row)
    return other
