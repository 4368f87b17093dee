"""What a mailing is made from: a newsletter somebody wrote, or a message template."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.content.models import Newsletter
from mailflow.content.words import Source
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind

TEST_MARKS = {"es": "[Prueba]", "en": "[Test]"}
"""What a test's subject begins with, so that nobody takes it for the mail itself."""
_LETTER = ("template", "mjml", "slots", "subject", "preheader", "language")


def brand_facts(brand: Brand, *, public_url: str) -> dict[str, str]:
    """What every mail of a brand says of it; ``public_url`` is where its pictures are served."""
    return {
        "name": brand.name,
        "postal_address": brand.postal_address,
        "url": brand.shop_url,
        "accent": brand.accent,
        "pictures": f"{public_url}/pictures",
    }


def source_of(session: Session, mailing: Mailing, language: str, *, public_url: str) -> Source:
    """The source of a mailing's mails in a language; a newsletter has one language, its own."""
    facts = brand_facts(session.get_one(Brand, mailing.brand_id), public_url=public_url)
    if mailing.newsletter_id is None:
        return Source(template=mailing.template, kind="message", language=language, brand=facts)
    source = newsletter_source(session.get_one(Newsletter, mailing.newsletter_id), brand=facts)
    return _marked(source) if mailing.kind == MailingKind.TEST else source


def newsletter_source(newsletter: Newsletter, *, brand: dict[str, str]) -> Source:
    """A newsletter as the compiler wants it."""
    return letter_source(letter_of(newsletter), brand=brand)


def letter_of(newsletter: Newsletter) -> dict[str, Any]:
    """All that a newsletter puts into its mail, in plain values."""
    return {key: getattr(newsletter, key) for key in _LETTER}


def letter_source(letter: Mapping[str, Any], *, brand: dict[str, str]) -> Source:
    """The plain values of ``letter_of`` as the compiler wants them."""
    return Source(**{key: letter[key] for key in _LETTER}, brand=brand)


def _marked(source: Source) -> Source:
    """The same mail with a subject that says it is a test; one that says so already stays."""
    if source.subject.strip().startswith(tuple(TEST_MARKS.values())):
        return source
    return replace(source, subject=f"{TEST_MARKS.get(source.language, TEST_MARKS['en'])} {source.subject}")
