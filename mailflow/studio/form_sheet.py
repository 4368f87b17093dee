"""Reads what is typed about a sign-up form: every part checked, every fault told in its place."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mailflow.audience.fields import fields
from mailflow.audience.forms import FormFacts
from mailflow.audience.models import Form
from mailflow.audience.queries import lists
from mailflow.audience.words import SourceClass
from mailflow.foundation.language import pick
from mailflow.studio.bilingual import check_words, read_words
from mailflow.studio.language import current_language

TEXTS = {"title": 100, "intro": 400, "consent_wording": 600, "tracking_wording": 600}
"""The texts of a form and how long each may be."""


@dataclass(frozen=True)
class Choices:
    """What a form can offer: lists and public fields, as (key, label)."""

    lists: list[tuple[str, str]]
    fields: list[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """A form's values by column, its part of the address (empty where none was typed), and what is wrong by field name."""

    slug: str
    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> FormFacts:
        """The form's values, to be kept."""
        return FormFacts(**self.values)


def choices(session: Session) -> Choices:
    """What a form can offer on this installation; internal fields are never asked in public."""
    language = current_language()
    its_lists = [(one.slug, pick(one.name, language)) for one in lists(session) if one.public]
    return Choices(its_lists, [(one.key, pick(one.label, language)) for one in fields(session, public_only=True)])


def sheet_of(form: Form) -> Sheet:
    """The sheet of a form that is there."""
    names = (*TEXTS, "list_slugs", "field_keys", "source_class")
    return Sheet(form.slug, {name: getattr(form, name) for name in names})


def empty_sheet(model: Form | None) -> Sheet:
    """The sheet of a new form; consent is worded as in the one that is there already."""
    words = {"consent_wording": model.consent_wording, "tracking_wording": model.tracking_wording} if model else {}
    start = {name: words.get(name, {}) for name in TEXTS}
    return Sheet("", {**start, "list_slugs": [], "field_keys": [], "source_class": SourceClass.ORGANIC.value})


def read_sheet(typed: MultiDict[str, str], offered: Choices) -> Sheet:
    """What was typed; ``problems`` is empty when it may be kept."""
    values: dict[str, Any] = {name: read_words(typed, name) for name in TEXTS}
    values["list_slugs"] = [slug for slug, _label in offered.lists if slug in typed.getlist("list_slugs")]
    values["field_keys"] = [key for key, _label in offered.fields if key in typed.getlist("field_keys")]
    source = typed.get("source_class", "")
    values["source_class"] = source if source in tuple(SourceClass) else SourceClass.ORGANIC.value
    return Sheet(typed.get("slug", "").strip().lower(), values, _problems(values))


def _problems(values: dict[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, most in TEXTS.items():
        problems |= check_words(values[name], name, most, required=name != "intro")
    if not values["list_slugs"]:
        problems["list_slugs"] = _("Choose at least one list: whoever signs up joins something.")
    return problems
