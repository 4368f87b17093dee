"""Which newsletters name a field of the profile in their personal tags."""

from sqlalchemy.orm import Session

from mailflow.content.models import Newsletter
from mailflow.content.person_fields import fields_named
from mailflow.content.queries import newsletters
from mailflow.content.sources import newsletter_source


def newsletters_naming(session: Session, key: str) -> list[Newsletter]:
    """The newsletters whose personal tags name the field with this key."""
    return [one for one in newsletters(session) if key in fields_named(newsletter_source(one, brand={}))]
