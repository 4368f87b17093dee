"""What every installation begins with: the standard fields, one brand, one list, one form."""

from datetime import datetime
from typing import Any

from mailflow.audience.countries import country_options
from mailflow.audience.models import Brand, Field, Form, List
from mailflow.audience.provinces import province_options
from mailflow.audience.words import FieldKind, Level

_ASKED = ("first_name", "sex", "birth_date", "place", "interests")


def _words(es: str, en: str) -> dict[str, str]:
    return {"es": es, "en": en}


def _options(*options: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "label": _words(es, en)} for key, es, en in options]


def standard_fields() -> list[Field]:
    """The fields that forms, segments, merge tags and reports can count on."""
    sex = _options(("f", "Mujer", "Woman"), ("m", "Hombre", "Man"), ("x", "Prefiero no decirlo", "I'd rather not say"))
    tier = _options(("none", "Sin nivel", "None"), ("club", "Club", "Club"), ("premium", "Premium", "Premium"))
    return [
        _field(1, "first_name", FieldKind.STRING, "Nombre", "First name"),
        _field(1, "last_name", FieldKind.STRING, "Apellidos", "Last name"),
        _field(2, "sex", FieldKind.ONE_OF, "Sexo", "Sex", sex, report=True),
        _field(3, "birth_date", FieldKind.DATE, "Fecha de nacimiento", "Date of birth", report=True),
        _field(4, "place", FieldKind.PLACE, "Provincia", "Province", province_options(), report=True, level=Level.REGION),
        _field(5, "interests", FieldKind.MANY_OF, "Qué te gusta", "What you like", _interests(), report=True),
        _field(6, "tier", FieldKind.ONE_OF, "Nivel de fidelidad", "Loyalty tier", tier, report=True, public=False),
        _field(9, "telephone", FieldKind.TELEPHONE, "Teléfono", "Telephone"),
        _field(10, "company", FieldKind.STRING, "Empresa", "Company", public=False),
        _field(7, "city", FieldKind.PLACE, "Ciudad", "City", level=Level.CITY, public=False),
        _field(8, "country", FieldKind.PLACE, "País", "Country", country_options(), level=Level.COUNTRY, public=False),
    ]


STANDARD = frozenset(
    ["first_name", "last_name", "sex", "birth_date", "place", "interests", "tier", "city", "country", "telephone", "company"]
)
"""These come back at the next start, so they are never taken away, only archived."""


def _field(position: int, key: str, kind: FieldKind, es: str, en: str, options: list[dict[str, Any]] | None = None, **marks: Any) -> Field:
    return Field(key=key, kind=kind, label=_words(es, en), options=options or [], position=position, **marks)


def _interests() -> list[dict[str, Any]]:
    return _options(
        ("vajilla", "Vajilla", "Tableware"),
        ("copas", "Copas y vasos", "Glassware"),
        ("cocina", "Cocina y horno", "Cooking and baking"),
        ("textil", "Textil de mesa", "Table linen"),
        ("flores", "Flores y jarrones", "Flowers and vases"),
        ("terraza", "Terraza y jardín", "Patio and garden"),
        ("regalos", "Regalos", "Gifts"),
        ("recetas", "Recetas", "Recipes"),
    )


def first_brand() -> Brand:
    """A brand that can be seen to be nobody's yet."""
    return Brand(
        name="Mi tienda", from_name="Mi tienda", from_address="hola@example.com", postal_address="Calle y número, código postal y ciudad",
        shop_url="https://example.com/",
    )  # fmt: skip


def first_list(brand: Brand, *, now: datetime) -> List:
    """One newsletter to begin with."""
    return List(
        slug="newsletter",
        brand_id=brand.id,
        name=_words("El boletín", "The newsletter"),
        description=_words("Novedades y ofertas de la tienda. Dos correos al mes.", "News and offers from the shop. Two mails a month."),
        created_at=now,
    )


def first_form(*, now: datetime) -> Form:
    """The form "newsletter", which asks for the standard fields."""
    return Form(
        slug="newsletter",
        title=_words("Lo bueno de la tienda, en tu correo", "The best of the shop, in your inbox"),
        intro=_words(
            "Novedades y ofertas, sin llenarte el buzón. Tú eliges qué.", "News and offers, without a full inbox. You choose what."
        ),
        list_slugs=["newsletter"],
        field_keys=list(_ASKED),
        consent_wording=_words(
            "Quiero recibir por correo los boletines que he marcado. Puedo dejarlos cuando quiera con un clic.",
            "I want to get the newsletters I ticked by e-mail. I can leave them whenever I like with one click.",
        ),
        tracking_wording=_words(
            "Podéis tener en cuenta lo que abro y compro para enviarme lo que me encaje.",
            "You may take into account what I open and buy, to send me what suits me.",
        ),
        created_at=now,
    )
