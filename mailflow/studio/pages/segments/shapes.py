"""What a row offers: the things it can be about, the ways to compare each, and the boxes to fill in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from mailflow.audience.words import SourceClass
from mailflow.foundation.language import pick
from mailflow.segments.phrases import LANGUAGE_NAMES, LEVEL_NAMES, PURPOSE_NAMES, RFM_NAMES, SOURCE_NAMES, STAGE_NAMES
from mailflow.segments.queries import is_by_hand
from mailflow.segments.sources import SOURCES
from mailflow.segments.words import Catalogue, FieldFacts, ops_of
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.nodes import Row

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Offer:
    """What the boxes of this installation can offer: its names, and its latest mailings."""

    names: Catalogue
    mailings: Options
    own_id: int | None = None
    links: Mapping[str, Options] = field(default_factory=dict)
    """Of each of the mailings, its links."""
    origins: Options = ()
    products: Options = ()
    categories: Options = ()
    more: Mapping[str, Options] = field(default_factory=dict)
    """What can be chosen of the conditions that other stages registered."""

    @property
    def fields(self) -> Mapping[str, FieldFacts]:
        """The registry by key."""
        return {field.key: field for field in self.names.fields}


@dataclass(frozen=True)
class Box:
    """One place to fill in: kind is text, number, date, select or checks; ``after`` is the word behind it."""

    name: str
    kind: str
    label: str
    options: Options = ()
    after: str = ""
    start: str = ""
    least: int | None = None
    hint: str = ""
    reshapes: bool = False
    """Whether what is chosen here decides what else is asked."""


OP_WORDS: Mapping[str, LazyString] = {
    "is": lazy_gettext("is"),
    "is-not": lazy_gettext("is not"),
    "contains": lazy_gettext("contains"),
    "starts-with": lazy_gettext("begins with"),
    "empty": lazy_gettext("is empty"),
    "not-empty": lazy_gettext("is filled in"),
    "=": lazy_gettext("is exactly"),
    "<": lazy_gettext("is less than"),
    ">": lazy_gettext("is more than"),
    "between": lazy_gettext("is between"),
    "age-between": lazy_gettext("makes them, in years,"),
    "birthday-within-days": lazy_gettext("is a birthday within"),
    "in": lazy_gettext("is one of"),
    "not-in": lazy_gettext("is none of"),
    "any-of": lazy_gettext("includes any of"),
    "all-of": lazy_gettext("includes all of"),
    "none-of": lazy_gettext("includes none of"),
    "yes": lazy_gettext("yes"),
    "no": lazy_gettext("no"),
    "confirmed": lazy_gettext("is in"),
    "pending": lazy_gettext("has not confirmed"),
    "left": lazy_gettext("has left"),
    "not-in-list": lazy_gettext("is not in"),
    "within": lazy_gettext("within the last"),
    "before": lazy_gettext("more than … ago"),
    "at-least": lazy_gettext("at least"),
    "at-most": lazy_gettext("at most"),
    "exactly": lazy_gettext("exactly"),
    "never": lazy_gettext("never"),
    "given": lazy_gettext("is agreed to"),
    "not-given": lazy_gettext("is not agreed to"),
    "best": lazy_gettext("among the best"),
}
_DATE_WORDS: Mapping[str, LazyString] = {"=": lazy_gettext("is on"), "<": lazy_gettext("is before"), ">": lazy_gettext("is after")}


def whats(offer: Offer) -> list[tuple[str, Options]]:
    """Everything a row can be about, in groups."""
    person = [
        ("list", _("List")),
        ("joined", _("Joined")),
        ("language", _("Language")),
        ("source", _("Came through")),
        ("origin", _("Came by exactly")),
        ("consent", _("Consent")),
        ("tracking", _("Measured")),
        ("silent", _("Reactivation unanswered")),
    ]
    customer = [
        ("lifecycle", _("Stage as a customer")),
        ("did:ordered", _("Ordered")),
        ("spent", _("Spent")),
        ("average", _("Average order")),
        ("last_order", _("Last order")),
        ("bought:product", _("Bought the product")),
        ("bought:category", _("Bought of the category")),
        ("rfm", _("Group by purchases (RFM)")),
    ]
    deeds = [
        ("did:clicked", _("Clicked")),
        ("did:opened", _("Opened")),
        ("last:opened", _("Opened, of the last campaigns")),
        ("last:clicked", _("Clicked, of the last campaigns")),
        ("did:sent", _("Was sent")),
        ("top", _("Engagement")),
    ]
    if offer.names.segments:
        person.append(("segment", _("Segment")))
    if _by_hand(offer):
        person.append(("fixed", _("Chosen by hand")))
    more = [(f"more:{word}", pick(source.label, current_language())) for word, source in SOURCES.items()]
    profile = [(f"field:{field.key}", _name(field)) for field in offer.names.fields]
    groups = [(_("Person"), person), (_("Mails"), deeds), (_("Purchases"), customer), (_("Profile"), profile), (_("More"), more)]
    return [(title, options) for title, options in groups if options]


def _by_hand(offer: Offer) -> Options:
    """The segments whose people were chosen one by one."""
    return [(str(one.id), pick(one.name, current_language())) for one in offer.names.segments.values() if is_by_hand(one.id, one.tree)]


def _name(field: FieldFacts) -> str:
    name = pick(field.label, current_language())
    return str(_("%(field)s (archived)", field=name)) if field.archived else name


def ops(row: Row, offer: Offer) -> Options:
    """The ways to compare what the row is about, as (key, word)."""
    word, _sep, key = row.what.partition(":")
    if word == "field":
        return _field_ops(offer.fields.get(key))
    return [(op, str(OP_WORDS["not-in-list" if (word, op) == ("list", "not-in") else op])) for op in _OPS.get(word, ("is",))]


_OFTEN = ("at-least", "at-most", "exactly", "never")
_OPS: Mapping[str, Sequence[str]] = {
    "list": ("confirmed", "pending", "left", "not-in"),
    "source": ("in",),
    "joined": ("within", "before"),
    "last_order": ("within", "before"),
    "origin": ("in",),
    "tracking": ("in",),
    "lifecycle": ("in",),
    "rfm": ("in",),
    "more": ("in",),
    "consent": ("given", "not-given"),
    "did": _OFTEN,
    "last": _OFTEN,
    "bought": _OFTEN,
    "spent": ("at-least", "at-most"),
    "average": ("at-least", "at-most"),
    "top": ("best",),
    "silent": ("yes", "no"),
}


def _field_ops(field: FieldFacts | None) -> Options:
    if field is None:
        return [("is", str(OP_WORDS["is"]))]
    if field.kind == "boolean":
        return [(op, str(OP_WORDS[op])) for op in ("yes", "no")]
    words = {**OP_WORDS, **_DATE_WORDS} if field.kind == "date" else OP_WORDS
    return [(op, str(words[op])) for op in ops_of(field.key, field.kind)]


def settled(row: Row, offer: Offer) -> Row:
    """The row with a way to compare that exists, and with its boxes' first values where nothing was typed yet."""
    known = [op for op, _word in ops(row, offer)]
    row.op = row.op if row.op in known else known[0]
    if not row.boxes:
        for box in boxes(row, offer):
            start = box.start or (box.options[0][0] if box.kind == "select" and box.options else "")
            row.boxes = {**row.boxes, box.name: [start]} if start else row.boxes
    return row


def boxes(row: Row, offer: Offer) -> list[Box]:
    """The boxes to fill in for what the row is about and how it compares."""
    word, _sep, key = row.what.partition(":")
    if word == "field":
        return _field_boxes(offer.fields.get(key), row.op)
    return _BOXES[word](row, offer) if word in _BOXES else []


def _field_boxes(field: FieldFacts | None, op: str) -> list[Box]:
    if field is None or op in ("empty", "not-empty") or field.kind == "boolean":
        return []
    if field.options:
        options = [(key, pick(label, current_language())) for key, label in field.options.items()]
        return [Box("value", "checks", _("Options"), options)]
    kind = {"number": "number", "money": "number", "date": "date"}.get(field.kind, "text")
    if op == "birthday-within-days":
        return [Box("value", "number", _("Days ahead"), after=_("days"), start="7", least=0)]
    if op in ("between", "age-between"):
        kind = "number" if op == "age-between" else kind
        return [Box("low", kind, _("Lowest"), after=_("and")), Box("high", kind, _("Highest"), after=field.currency)]
    return [Box("value", kind, _("Value"), after=field.currency)]


def _days(start: str = "", hint: str = "") -> Box:
    return Box("days", "number", _("Days"), after=_("days"), start=start, least=1, hint=hint)


def _list_boxes(_row: Row, offer: Offer) -> list[Box]:
    lists = [(slug, pick(name, current_language())) for slug, name in (offer.names.lists or {}).items()]
    return [Box("value", "select", _("List"), lists)]


def _segment_boxes(_row: Row, offer: Offer) -> list[Box]:
    others = [(str(one.id), pick(one.name, current_language())) for one in offer.names.segments.values() if one.id != offer.own_id]
    return [Box("value", "select", _("Segment"), others)]


def _language_boxes(_row: Row, _offer: Offer) -> list[Box]:
    return [Box("value", "select", _("Language"), [(code, pick(names, current_language())) for code, names in LANGUAGE_NAMES.items()])]


def _source_boxes(_row: Row, _offer: Offer) -> list[Box]:
    return [Box("value", "checks", _("Options"), [(one.value, pick(SOURCE_NAMES[one], current_language())) for one in SourceClass])]


def _did_boxes(row: Row, offer: Offer) -> list[Box]:
    ever = _("ever")
    after = _("times, in") if row.what == "did:ordered" else _("mails, in")
    times = _times(row, after)
    window = _days("90", ever)
    if row.what == "did:ordered" or not offer.mailings:
        return [*times, window]
    asked = [*times, window, Box("mailing", "select", _("Which mail"), [("", _("any mail")), *offer.mailings], reshapes=True)]
    links = offer.links.get(row.text("mailing"), ()) if row.what == "did:clicked" else ()
    return [*asked, Box("link", "select", _("Which link"), [("", _("any link")), *links])] if links else asked


def _times(row: Row, after: str) -> list[Box]:
    return [] if row.op == "never" else [Box("times", "number", _("How often"), after=after, start="1", least=1)]


def _last_boxes(row: Row, _offer: Offer) -> list[Box]:
    return [*_times(row, _("of their last")), Box("last", "number", _("How many campaigns"), after=_("campaigns"), start="10", least=1)]


def _bought_boxes(row: Row, offer: Offer) -> list[Box]:
    known = offer.products if row.what == "bought:product" else offer.categories
    name = Box("value", "select", _("Name"), known) if known else Box("value", "text", _("Name"), hint=_("as the shop writes it"))
    return [*_times(row, _("times,")), name, _days("", _("ever"))]


def _checks(names: Mapping[Any, Mapping[str, str]]) -> list[Box]:
    return [Box("value", "checks", _("Options"), [(str(key), pick(name, current_language())) for key, name in names.items()])]


def _consent_boxes(_row: Row, _offer: Offer) -> list[Box]:
    return [Box("value", "select", _("What for"), [(str(key), pick(name, current_language())) for key, name in PURPOSE_NAMES.items()])]


def _more_boxes(row: Row, offer: Offer) -> list[Box]:
    return [Box("value", "checks", _("Options"), offer.more.get(row.what.partition(":")[2], ()))]


def _spent_boxes(_row: Row, _offer: Offer) -> list[Box]:
    return [Box("amount", "number", _("Amount"), after=_("in"), start="50", least=0), _days("365", _("ever"))]


def _top_boxes(_row: Row, _offer: Offer) -> list[Box]:
    return [Box("share", "number", _("Share"), after=_("%, in"), start="10", least=0), _days("90")]


_BOXES: Mapping[str, Callable[[Row, Offer], list[Box]]] = {
    "list": _list_boxes,
    "segment": _segment_boxes,
    "language": _language_boxes,
    "source": _source_boxes,
    "joined": lambda _row, _offer: [_days("30")],
    "last_order": lambda _row, _offer: [_days("90")],
    "origin": lambda _row, offer: [Box("value", "checks", _("Options"), offer.origins)],
    "consent": _consent_boxes,
    "tracking": lambda _row, _offer: _checks(LEVEL_NAMES),
    "lifecycle": lambda _row, _offer: _checks(STAGE_NAMES),
    "rfm": lambda _row, _offer: _checks(RFM_NAMES),
    "fixed": lambda _row, offer: [Box("value", "select", _("Segment"), _by_hand(offer))],
    "more": _more_boxes,
    "did": _did_boxes,
    "last": _last_boxes,
    "bought": _bought_boxes,
    "average": _spent_boxes,
    "spent": _spent_boxes,
    "top": _top_boxes,
}
