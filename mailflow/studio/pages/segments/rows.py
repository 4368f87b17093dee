"""Between a form's rows and a tree's conditions: what was typed becomes JSON, and JSON fills the boxes again.

Whether what was typed makes sense is for the segments' own rules to say; a text that is no number is passed on as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mailflow.audience.rules import read_amount
from mailflow.foundation.decimals import figures
from mailflow.segments.sources import SOURCES
from mailflow.segments.words import FieldFacts
from mailflow.studio.pages.segments.nodes import Branch, Node, Row

Condition = dict[str, Any]
Fields = Mapping[str, FieldFacts]

_MANY_KINDS = ("one-of", "place", "many-of")
_PAIR_OPS = ("between", "age-between")


def as_json(node: Node, fields: Fields) -> dict[str, Any]:
    """The tree, or one condition, that was typed."""
    if isinstance(node, Branch):
        return {node.how: [as_json(part, fields) for part in node.parts]}
    word, _, rest = node.what.partition(":")
    return _TO_JSON[word](node, rest, fields) if word in _TO_JSON else {}


def as_node(tree: Mapping[str, Any], fields: Fields) -> Node:
    """The form's node for a tree or condition that the rules have read; amounts are shown in their currency, not in cents."""
    for how in ("all", "any", "none"):
        if how in tree:
            return Branch(how, [as_node(part, fields) for part in tree[how]])
    word = next((word for word in _TO_ROW if word in tree), None)
    if word is None:
        word = next(word for word in SOURCES if word in tree)
        return _row(f"more:{word}", "in", value=tree[word])
    if word == "field" and tree["field"] in fields and fields[tree["field"]].kind == "money" and "value" in tree:
        value = tree["value"]
        tree = {**tree, "value": [one / 100 for one in value] if isinstance(value, list) else value / 100}
    return _TO_ROW[word](tree)


def number(text: str) -> Any:
    """The number that a text means, with a point or a comma; a text that is none stays as it is."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def cents(text: str) -> Any:
    """The whole cents that a text means, read as imports and forms read amounts; a text that is none stays as it is."""
    amount = read_amount(text)
    return text if amount is None else amount


def _field(row: Row, key: str, fields: Fields) -> Condition:
    if row.op in ("empty", "not-empty"):
        return {"field": key, "is": row.op}
    kind = fields[key].kind if key in fields else "string"
    if kind == "boolean":
        return {"field": key, "is": "is", "value": row.op == "yes"}
    return {"field": key, "is": row.op, "value": _value(row, kind)}


def _value(row: Row, kind: str) -> Any:
    convert: Callable[[str], Any] = str if kind == "date" and row.op == "between" else cents if kind == "money" else number
    if row.op in _PAIR_OPS:
        return [convert(row.text("low")), convert(row.text("high"))]
    if kind in _MANY_KINDS:
        return row.boxes.get("value", [])
    if kind in ("number", "money"):
        return convert(row.text("value"))
    if row.op == "birthday-within-days":
        return number(row.text("value"))
    return row.text("value")


def _days(row: Row) -> dict[str, Any]:
    return {"within_days": number(row.text("days"))} if row.text("days") else {}


def _window(row: Row) -> dict[str, Any]:
    return {"before_days" if row.op == "before" else "within_days": number(row.text("days"))}


_OFTEN = {"at-least": "at_least", "at-most": "at_most", "exactly": "exactly"}


def _often(row: Row) -> dict[str, Any]:
    return {"never": True} if row.op == "never" else {_OFTEN.get(row.op, "at_least"): number(row.text("times") or "1")}


def _did(row: Row, deed: str, _: Fields) -> Condition:
    mailing = {"mailing": number(row.text("mailing"))} if row.text("mailing") else {}
    link = {"link": number(row.text("link"))} if mailing and row.text("link") else {}
    return {"did": deed, **_often(row), **_days(row), **mailing, **link}


def _last(row: Row, deed: str, _: Fields) -> Condition:
    return {"did": deed, **_often(row), "last": number(row.text("last"))}


def _money(row: Row, word: str) -> Condition:
    return {word: {_OFTEN.get(row.op, "at_least"): cents(row.text("amount")), **_days(row)}}


def _bought(row: Row, by: str, _: Fields) -> Condition:
    return {"bought": {by: row.text("value"), **_often(row), **_days(row)}}


def _ticked(word: str) -> Callable[[Row, str, Fields], Condition]:
    return lambda row, _rest, _: {word: row.boxes.get("value", [])}


def _top(row: Row, _rest: str, _: Fields) -> Condition:
    share = number(row.text("share"))
    return {"top": {"share": share / 100 if isinstance(share, int | float) else share, "within_days": number(row.text("days"))}}


_CHOSEN = ("source", "origin", "tracking", "lifecycle", "rfm")
"""Conditions that are a word and what was ticked."""

_TO_JSON: Mapping[str, Callable[[Row, str, Fields], Condition]] = {
    "field": _field,
    "list": lambda row, _rest, _: {"list": row.text("value"), "is": row.op},
    "language": lambda row, _rest, _: {"language": row.text("value")},
    "joined": lambda row, _rest, _: {"joined": _window(row)},
    "did": _did,
    "last": _last,
    "spent": lambda row, _rest, _: _money(row, "spent"),
    "average": lambda row, _rest, _: _money(row, "average"),
    "bought": _bought,
    **{word: _ticked(word) for word in _CHOSEN},
    "consent": lambda row, _rest, _: {"consent": row.text("value"), "is": row.op},
    "fixed": lambda row, _rest, _: {"fixed": number(row.text("value"))},
    "more": lambda row, rest, _: {rest: row.boxes.get("value", [])},
    "last_order": lambda row, _rest, _: {"last_order": _window(row)},
    "segment": lambda row, _rest, _: {"segment": number(row.text("value"))},
    "top": _top,
    "silent": lambda row, _rest, _: {"silent": row.op != "no"},
}


def _row(what: str, op: str = "", **boxes: Any) -> Row:
    texts = {name: [_text(one) for one in (value if isinstance(value, list) else [value])] for name, value in boxes.items()}
    return Row(what, op, {name: value for name, value in texts.items() if value != [""]})


def _text(value: Any) -> str:
    return figures(value) if isinstance(value, float) else "" if value is None else str(value)


def _field_row(tree: Condition) -> Row:
    what, op, value = f"field:{tree['field']}", tree["is"], tree.get("value")
    if isinstance(value, bool):
        return _row(what, "yes" if value else "no")
    if op in _PAIR_OPS:
        return _row(what, op, low=tree["value"][0], high=tree["value"][1])
    return _row(what, op, value=value)


def _window_row(word: str, tree: Condition) -> Row:
    ((way, days),) = tree[word].items()
    return _row(word, "within" if way == "within_days" else "before", days=days)


def _often_of(tree: Condition) -> tuple[str, int | None]:
    """How often a condition says: the way to compare, and the number."""
    if "never" in tree:
        return "never", None
    op, word = next(((op, word) for op, word in _OFTEN.items() if word in tree), ("at-least", ""))
    return op, tree.get(word, 1)


def _did_row(tree: Condition) -> Row:
    op, times = _often_of(tree)
    if "last" in tree:
        return _row(f"last:{tree['did']}", op, times=times, last=tree["last"])
    where = {"mailing": tree.get("mailing"), "link": tree.get("link")}
    return _row(f"did:{tree['did']}", op, times=times, days=tree.get("within_days"), **where)


def _money_row(word: str, tree: Condition) -> Row:
    op, cents = _often_of(tree[word])
    return _row(word, op, amount=(cents or 0) / 100, days=tree[word].get("within_days"))


def _bought_row(tree: Condition) -> Row:
    inner = tree["bought"]
    by = "product" if "product" in inner else "category"
    op, times = _often_of(inner)
    return _row(f"bought:{by}", op, value=inner[by], times=times, days=inner.get("within_days"))


def _ticked_row(word: str) -> Callable[[Condition], Row]:
    return lambda tree: _row(word, "in", value=tree[word])


_TO_ROW: Mapping[str, Callable[[Any], Row]] = {
    "field": _field_row,
    "list": lambda tree: _row("list", tree["is"], value=tree["list"]),
    "language": lambda tree: _row("language", "is", value=tree["language"]),
    "joined": lambda tree: _window_row("joined", tree),
    "did": _did_row,
    "spent": lambda tree: _money_row("spent", tree),
    "average": lambda tree: _money_row("average", tree),
    "bought": _bought_row,
    **{word: _ticked_row(word) for word in _CHOSEN},
    "consent": lambda tree: _row("consent", tree["is"], value=tree["consent"]),
    "fixed": lambda tree: _row("fixed", "is", value=tree["fixed"]),
    "last_order": lambda tree: _window_row("last_order", tree),
    "segment": lambda tree: _row("segment", "is", value=tree["segment"]),
    "top": lambda tree: _row("top", "best", share=tree["top"]["share"] * 100, days=tree["top"]["within_days"]),
    "silent": lambda tree: _row("silent", "yes" if tree["silent"] else "no"),
}
