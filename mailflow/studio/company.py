"""The company whose studio this is: name, language, zone and currency, read once per request."""

from dataclasses import dataclass

from flask import Flask, g
from sqlalchemy import select

from mailflow.audience.models import Brand, Installation
from mailflow.foundation.language import DEFAULT_LANGUAGE
from mailflow.studio.surroundings import current_database


@dataclass(frozen=True)
class Company:
    """What every page may show or count with."""

    name: str = ""
    language: str = DEFAULT_LANGUAGE
    zone: str = "Europe/Madrid"
    currency: str = "EUR"


def company() -> Company:
    """The installation's company; defaults where nothing has been set yet."""
    if "company" not in g:
        g.company = _read()
    known: Company = g.company
    return known


def introduce(app: Flask) -> None:
    """Give the templates of ``app`` the word ``company()``."""
    app.jinja_env.globals["company"] = company


def _read() -> Company:
    with current_database().read() as session:
        installation = session.get(Installation, 1)
        name = session.scalar(select(Brand.name).order_by(Brand.id).limit(1)) or ""
    if installation is None:
        return Company(name)
    return Company(name, installation.language, installation.zone, installation.currency)
