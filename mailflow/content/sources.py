"""What a mailing is made from: a newsletter somebody wrote, or a message template."""

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.content.models import Newsletter
from mailflow.content.words import Source
from mailflow.outbox.models import Mailing


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
    return newsletter_source(session.get_one(Newsletter, mailing.newsletter_id), brand=facts)


def newsletter_source(newsletter: Newsletter, *, brand: dict[str, str]) -> Source:
    """A newsletter as the compiler wants it."""
    return Source(
        template=newsletter.template,
        mjml=newsletter.mjml,
        slots=newsletter.slots,
        subject=newsletter.subject,
        preheader=newsletter.preheader,
        language=newsletter.language,
        brand=brand,
    )
