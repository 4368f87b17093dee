"""A condition tree as a sentence, in Spanish or English."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from mailflow.audience.words import SourceClass
from mailflow.foundation.language import pick
from mailflow.segments.phrases import LANGUAGE_NAMES, LEVEL_NAMES, PHRASES, PURPOSE_NAMES, RFM_NAMES, SOURCE_NAMES, STAGE_NAMES, phrase
from mailflow.segments.sources import OF_KIND
from mailflow.segments.words import (
    Agreed,
    AtStage,
    Average,
    Bought,
    CameBy,
    CameFrom,
    Did,
    FieldTest,
    Fixed,
    Group,
    How,
    InRfm,
    InSegment,
    Joined,
    LastOrder,
    Membership,
    Often,
    Op,
    Part,
    Silent,
    Speaks,
    Spent,
    Top,
    Tracked,
    Window,
)


def describe(tree: Part, language: str, *, currency: str = "EUR", mailings: Mapping[str, str] | None = None) -> str:
    """The tree or one part of it in words: "En Boletín, y además ha comprado o ha hecho clic". ``mailings`` are names by number."""
    said = _Teller(language, currency, mailings or {}).part(tree, top=True)
    return said[:1].upper() + said[1:]


def _way(often: Often) -> str:
    """The key of a way to say how often."""
    if often.most is None:
        return "once" if often.least == 1 else "often"
    return "never" if often.most == 0 else "exactly" if often.least else "most"


class _Teller:
    """Tells parts in one language."""

    def __init__(self, language: str, currency: str, mailings: Mapping[str, str]) -> None:
        self.language = language
        self.mailings = mailings
        self.currency = currency
        self.space = "" if language == "en" else "\N{NO-BREAK SPACE}"
        self.locale = {"en": "en_GB", "es": "es_ES"}[language]

    def say(self, key: str, **facts: object) -> str:
        return phrase(self.language, key, facts)

    def part(self, part: Part, *, top: bool = False) -> str:
        if isinstance(part, Group):
            return self.group(part, top=top)
        source = OF_KIND.get(type(part))
        return source.tell(part, self.language) if source else _TELL[type(part)](self, part)

    def group(self, group: Group, *, top: bool = False) -> str:
        if not group.parts:
            return self.say("nobody" if group.how is How.ANY else "everybody")
        if group.how is How.NONE:
            return self.say("without", whom=self.join([self.part(part) for part in group.parts], "or"))
        if len(group.parts) == 1:
            return self.part(group.parts[0], top=top)
        said = self.join([self.part(part) for part in group.parts], "and" if group.how is How.ALL else "or")
        return said if top else f"({said})"

    def join(self, words: Iterable[str], word: str) -> str:
        """ "a, b y c"; the word between the last two is and, or, nor."""
        said = list(words)
        if len(said) < 2:
            return said[0] if said else ""
        between = phrase(self.language, word, {"following": said[-1]})
        return f"{', '.join(said[:-1])} {between} {said[-1]}"

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def money(self, cents: int, currency: str = "") -> str:
        digits = "#,##0.00" if cents % 100 else "#,##0"
        pattern = f"¤{digits}" if self.language == "en" else f"{digits}{self.space}¤"
        return str(format_currency(cents / 100, currency or self.currency, format=pattern, locale=self.locale, currency_digits=False))

    def within(self, days: int | None) -> str:
        return "" if days is None else " " + self.say("within", days=self.number(days))

    def window(self, key: str, window: Window) -> str:
        return self.say(f"{key}-{'within' if window.within else 'before'}", days=self.number(window.days))

    def field(self, test: FieldTest) -> str:
        value = self.value(test)
        kind = "number" if test.field.kind == "money" else test.field.kind
        key = test.op.value if kind not in ("date", "number") else f"{kind}-{test.op.value}"
        if test.field.kind == "boolean":
            key = "yes" if test.value else "no"
        return self.say(key if key in PHRASES else test.op.value, field=pick(test.field.label, self.language), **value)

    def value(self, test: FieldTest) -> dict[str, str]:
        if test.field.kind == "money" and test.value is not None:
            said = [self.money(cents, test.field.currency) for cents in (test.value if isinstance(test.value, tuple) else (test.value,))]
            return {"value": said[0], "low": said[0], "high": said[-1]}
        if test.op in (Op.BETWEEN, Op.AGE_BETWEEN):
            low, high = (self.one(value) for value in test.value)
            return {"low": low, "high": high}
        if isinstance(test.value, tuple):
            words = {Op.NOT_IN: "nor", Op.NONE_OF: "nor", Op.ALL_OF: "and"}
            labels = [pick(test.field.options.get(key, {}), self.language) or key for key in test.value]
            return {"value": self.join(labels, words.get(test.op, "or"))}
        return {"value": self.one(test.value)}

    def one(self, value: Any) -> str:
        if isinstance(value, str):
            return self.say("quoted", text=value)
        if isinstance(value, int | float):
            return self.number(float(value))
        return str(format_date(value, "long", locale=self.locale)) if value is not None else ""

    def membership(self, test: Membership) -> str:
        return self.say(f"list-{test.state}", name=self.say("quoted", text=pick(test.name, self.language)))

    def language_of(self, test: Speaks) -> str:
        return self.say("speaks", language=pick(LANGUAGE_NAMES[test.language], self.language))

    def source(self, test: CameFrom) -> str:
        return self.say("source", source=self.join([pick(SOURCE_NAMES[SourceClass(one)], self.language) for one in test.sources], "or"))

    def did(self, test: Did) -> str:
        where = {"mailing": self.mailing(test.mailing), "link": test.link, "last": test.last}
        often = _way(test.often)
        if test.mailing is not None:
            often = ("never-" if often == "never" else "") + ("one" if test.link is None else "link")
        elif test.last is not None:
            often = f"last-{'often' if often == 'once' else often}"
        return self.say(f"{test.deed}-{often}", times=self.times(test.often), **where) + self.within(test.within_days)

    def mailing(self, number: int | None) -> str:
        name = self.mailings.get(str(number))
        return self.say("quoted", text=name) if name else self.say("mailing", number=number)

    def times(self, often: Often) -> str:
        return self.number(often.least or often.most or 0)

    def bought(self, test: Bought) -> str:
        what = self.say(f"bought-{test.by}", name=self.say("quoted", text=test.name))
        return self.say(f"bought-{_way(test.often)}", what=what, times=self.times(test.often)) + self.within(test.within_days)

    def paid(self, test: Spent | Average) -> str:
        word = "spent" if isinstance(test, Spent) else "average"
        most = "" if test.often.most is None else "-most"
        return self.say(f"{word}{most}", amount=self.money(test.often.least or test.often.most or 0)) + self.within(test.within_days)

    def named(self, key: str, names: Mapping[Any, Mapping[str, str]], chosen: Iterable[str]) -> str:
        return self.say(key, names=self.join([pick(names[one], self.language) for one in chosen], "or"))

    def top(self, test: Top) -> str:
        share = format_percent(test.permille / 1000, format=f"#,##0.#{self.space}%", locale=self.locale)
        return self.say("top", share=share) + self.within(test.within_days)

    def silent(self, test: Silent) -> str:
        return self.say("silent" if test.yes else "not-silent")

    def segment(self, test: InSegment) -> str:
        return self.say("segment", name=self.say("quoted", text=pick(test.name, self.language)))


_TELL: Mapping[type, Callable[[_Teller, Any], str]] = {
    FieldTest: _Teller.field,
    Membership: _Teller.membership,
    Speaks: _Teller.language_of,
    CameFrom: _Teller.source,
    Joined: lambda teller, test: teller.window("joined", test.window),
    CameBy: lambda teller, test: teller.say("origin", names=teller.join(test.sources, "or")),
    Agreed: lambda teller, test: teller.say(
        "consent-given" if test.given else "consent-not-given", purpose=pick(PURPOSE_NAMES[test.purpose], teller.language)
    ),
    Tracked: lambda teller, test: teller.named("tracking", LEVEL_NAMES, test.levels),
    AtStage: lambda teller, test: teller.named("lifecycle", STAGE_NAMES, test.stages),
    InRfm: lambda teller, test: teller.named("rfm", RFM_NAMES, test.groups),
    Fixed: lambda teller, _: teller.say("fixed"),
    Did: _Teller.did,
    Bought: _Teller.bought,
    Spent: _Teller.paid,
    Average: _Teller.paid,
    LastOrder: lambda teller, test: teller.window("last-order", test.window),
    Top: _Teller.top,
    Silent: _Teller.silent,
    InSegment: _Teller.segment,
}

Teller = _Teller
"""Tells numbers, days and amounts in one language, for whoever says more about a person than the tree does."""
