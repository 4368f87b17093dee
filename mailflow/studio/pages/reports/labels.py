"""Keys and values of reports in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.foundation.language import Words, pick
from mailflow.reporting.words import UNKNOWN
from mailflow.studio.language import current_language

_KEYS = {"age": lazy_gettext("Age"), "source": lazy_gettext("Came by")}
_INTERESTS, _PLACE, _SEX = "interests", "place", "sex"
_VALUES = {
    ("source", "organic"): lazy_gettext("By themselves"),
    ("source", "paid"): lazy_gettext("Advertising"),
    ("source", "social"): lazy_gettext("Social networks"),
    ("source", "referral"): lazy_gettext("A recommendation"),
    ("source", "shop"): lazy_gettext("The shop"),
    ("age", "65+"): lazy_gettext("65 and over"),
}
_YES_NO = {"yes": lazy_gettext("Yes"), "no": lazy_gettext("No")}


@dataclass(frozen=True)
class Labels:
    """Words of the field registry and of the keys that reports add to it."""

    keys: Mapping[str, Words] = field(default_factory=dict)
    options: Mapping[tuple[str, str], Words] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """What to call a way of seeing: "Sex", "Age"."""
        return str(_KEYS[key]) if key in _KEYS else pick(self.keys.get(key, {}), current_language()) or key

    def value(self, key: str, value: str) -> str:
        """What to call one group: "Woman", "Sevilla", "Not known"."""
        if value == UNKNOWN:
            return str(_("Not known"))
        known = pick(self.options.get((key, value), {}), current_language()) or _VALUES.get((key, value)) or _YES_NO.get(value)
        return str(known or (value.replace("-", "–") if key == "age" else value))

    def people(self, key: str, value: str) -> str:
        """The people of one group, as the subject of a sentence."""
        name = self.value(key, value)
        if value == UNKNOWN:
            return str(_("People of whom it is not known"))
        if key == _SEX and value in ("f", "m"):
            return str(pgettext("people", "Women") if value == "f" else pgettext("people", "Men"))
        if key == "age":
            return str(_("People aged %(band)s", band=name))
        if key == _PLACE:
            return str(_("People from %(place)s", place=name))
        if key == _INTERESTS:
            return str(_("People who like “%(interest)s”", interest=name))
        return str(_("People with “%(key)s: %(value)s”", key=self.key(key), value=name))


def labels(session: Session) -> Labels:
    """The words of every field and option of this installation."""
    registry = fields(session)
    options = {(one.key, str(option["key"])): option["label"] for one in registry for option in one.options}
    return Labels({one.key: one.label for one in registry}, options)
