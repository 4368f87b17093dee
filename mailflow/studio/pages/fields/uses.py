"""What names a field: forms, segments and newsletters, each with the way to it."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mailflow.audience.registry import forms_asking
from mailflow.content.naming import newsletters_naming
from mailflow.foundation.language import pick
from mailflow.segments.queries import testing
from mailflow.studio.language import current_language


@dataclass(frozen=True)
class Use:
    """One place that names a field."""

    what: str
    name: str
    address: str


def uses_of(session: Session, key: str) -> list[Use]:
    """Everything that names the field with this key."""
    language = current_language()
    return [
        *(Use(_("Form"), pick(one.title, language), url_for("forms.edit", form_id=one.id)) for one in forms_asking(session, key)),
        *(Use(_("Segment"), pick(one.name, language), url_for("segments.edit", segment_id=one.id)) for one in testing(session, key)),
        *(Use(_("Newsletter"), one.name, url_for("newsletters.edit", newsletter_id=one.id)) for one in newsletters_naming(session, key)),
    ]
