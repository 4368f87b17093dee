"""Which column holds what, guessed from its name in Spanish or English, from what other programs call it, or from what is in it."""

import unicodedata
from collections.abc import Mapping, Sequence

from mailflow.audience.importing.words import EMAIL, IGNORED, LANGUAGE, STATUS, Row
from mailflow.audience.models import Field
from mailflow.audience.standard import STANDARD

_NAMES = {
    EMAIL: ("email", "e-mail", "mail", "correo", "correo electronico", "email address", "direccion de correo", "direccion de email"),
    LANGUAGE: ("language", "idioma", "lang", "locale"),
    STATUS: (
        "status",
        "subscriber status",
        "subscription status",
        "email status",
        "blocklisted",
        "blacklisted",
        "email blocklisted",
        "email blacklisted",
        "emailblacklisted",
        "estado de suscripcion",
        "estado de la suscripcion",
    ),
    "first_name": ("first name", "firstname", "nombre", "nombre de pila", "name", "prenom", "fname", "first_name"),
    "last_name": ("last name", "lastname", "surname", "family name", "apellido", "primer apellido", "lname"),
    "telephone": (
        "phone",
        "phone number",
        "mobile",
        "mobile phone",
        "cell",
        "cell phone",
        "sms",
        "whatsapp",
        "tel",
        "tlf",
        "tfno",
        "telefono movil",
        "movil",
        "telefono de contacto",
        "n telefono",
    ),
    "company": ("company", "organisation", "organization", "organizacion", "negocio"),
    "sex": ("sex", "sexo", "gender", "genero"),
    "birth_date": (
        "birthday",
        "birth date",
        "birthdate",
        "date of birth",
        "dob",
        "fecha de nacimiento",
        "f nacimiento",
        "fecha nacimiento",
        "fecha nac",
        "f nac",
        "nacimiento",
        "cumpleanos",
    ),
    "place": ("place", "province", "provincia", "region", "state"),
    "country": ("country", "pais", "country code"),
    "city": ("city", "town", "ciudad", "poblacion", "localidad", "municipio"),
    "interests": ("interests", "intereses", "gustos"),
    "tier": ("tier", "nivel", "loyalty", "fidelidad"),
}
"""Mailchimp writes "Email Address" and "First Name", Brevo "EMAIL" and "NOMBRE" or "FIRSTNAME", listmonk "email" and "name"."""
_LOOKED_AT = 50


def guess(header: Sequence[str], rows: Sequence[Row], fields: Sequence[Field]) -> dict[str, str]:
    """What each column, by its place as text, holds: "email", "language", a field's key; ignored ones are left out."""
    fields = [one for one in fields if one.archived_at is None]
    known = {name: target for target, names in _NAMES.items() for name in names if target in _keys(fields)}
    known |= {plain(label): field.key for field in sorted(fields, key=_is_standard) for label in field.label.values()}
    known |= {plain(field.key): field.key for field in fields} | dict.fromkeys(_NAMES[EMAIL], EMAIL)
    found: dict[str, str] = {}
    for place, name in enumerate(header):
        target = known.get(plain(name), IGNORED)
        if target and target not in found.values():
            found[str(place)] = target
    if EMAIL not in found.values() and (place_of_mail := _with_addresses(rows, len(header))) is not None:
        found[str(place_of_mail)] = EMAIL
    return found


def _is_standard(field: Field) -> bool:
    return field.key in STANDARD


def plain(text: str) -> str:
    """A name without case, accents, marks and needless blanks, so that "Correo electrónico" is "correo electronico"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(" " if letter in "_*:." else letter for letter in apart if not unicodedata.combining(letter)).split())


def _keys(fields: Sequence[Field]) -> set[str]:
    return {EMAIL, LANGUAGE, STATUS, *(field.key for field in fields)}


def _with_addresses(rows: Sequence[Row], columns: int) -> int | None:
    """The column most of whose first cells look like addresses."""
    counts: Mapping[int, int] = {
        place: sum("@" in row.cells[place] for row in rows[:_LOOKED_AT] if len(row.cells) > place) for place in range(columns)
    }
    best = max(counts, key=lambda place: counts[place], default=None)
    return best if best is not None and counts[best] * 2 > min(len(rows), _LOOKED_AT) else None
