"""What is typed about a field: read, changed by its buttons, and shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from mailflow.audience.field_rules import MOST_OPTIONS, FieldSheet
from mailflow.audience.models import Field
from mailflow.foundation.language import LANGUAGES
from mailflow.studio.bilingual import read_words


@dataclass(frozen=True)
class Line:
    """One option as the page shows it; ``people`` have chosen it."""

    key: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    off: bool = False
    people: int = 0

    @property
    def empty(self) -> bool:
        """Whether nobody has written anything there."""
        return not self.key and not any(self.label.values())


@dataclass(frozen=True)
class Typed:
    """A field's sheet as the page shows it."""

    label: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    public: bool = False
    required: bool = False
    report: bool = False
    currency: str = ""

    @property
    def sheet(self) -> FieldSheet:
        """What is to be kept; lines that nobody wrote on are left out."""
        options = [{"key": one.key, "label": dict(one.label), "off": one.off} for one in self.lines if not one.empty]
        return FieldSheet(dict(self.label), dict(self.help), options, self.public, self.required, self.report)


def typed_of(row: Field, people: Mapping[str, int]) -> Typed:
    """The sheet of a field that is there."""
    lines = [Line(one["key"], one["label"], bool(one.get("off")), people.get(one["key"], 0)) for one in row.options]
    return Typed(row.label, row.help, lines, row.public, row.required, row.report, row.currency)


def read(form: MultiDict[str, str], people: Mapping[str, int]) -> Typed:
    """What was typed."""
    keys, offs = form.getlist("option_key")[:MOST_OPTIONS], form.getlist("option_off")
    words = {language: form.getlist(f"option_{language}") for language in LANGUAGES}
    lines = [
        Line(
            key,
            {language: texts[place].strip() if place < len(texts) else "" for language, texts in words.items()},
            off=place < len(offs) and offs[place] == "1",
            people=people.get(key, 0),
        )
        for place, key in enumerate(keys)
    ]
    marks = {name: name in form for name in ("public", "required", "report")}
    return Typed(read_words(form, "label"), read_words(form, "help"), lines, **marks, currency=form.get("currency", "").strip().upper())


def act(typed: Typed, button: str) -> Typed:
    """The sheet after one of its buttons: add, up:2, down:2, remove:2, back:2."""
    deed, _, number = button.partition(":")
    lines = list(typed.lines)
    if deed == "add":
        return replace(typed, lines=[*lines, Line()])
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if not 0 <= place < len(lines):
        return typed
    line = lines.pop(place)
    if deed == "remove" and line.people:
        lines.insert(place, replace(line, off=True))
    elif deed == "back":
        lines.insert(place, replace(line, off=False))
    elif deed in ("up", "down"):
        lines.insert(max(0, place - 1 if deed == "up" else place + 1), line)
    return replace(typed, lines=lines)
