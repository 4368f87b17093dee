"""The demo shop's 2,000 people: who they are, when and how they came, and how much they care."""

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailflow.audience.words import Telephone

HOW_MANY = 2000
_WOMEN = """
Ana María Carmen Lucía Elena Marta Laura Cristina Isabel Pilar Rosa Teresa Paula Sara Irene Nuria Silvia Raquel Beatriz
Rocío Inés Alba Clara Julia Eva Noelia Lorena Patricia Mercedes Dolores
""".split()
_MEN = """
Antonio Manuel José Francisco David Juan Javier Daniel Carlos Miguel Rafael Pedro Pablo Sergio Luis Jorge Alberto Álvaro
Adrián Diego Fernando Rubén Iván Óscar Andrés Ignacio Vicente Ramón Enrique Tomás
""".split()
FIRST_NAMES = [*_WOMEN, *_MEN]
SURNAMES = """
García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz
Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez
Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias Ferrer Vidal Puig Soler Etxeberria Nadal
""".split()
_PLACES = {
    "ES-SE": 17, "ES-M": 16, "ES-B": 12, "ES-V": 9, "ES-MA": 7, "ES-CO": 5, "ES-GR": 5, "ES-CA": 5, "ES-Z": 4, "ES-BI": 4,
    "ES-A": 4, "ES-MU": 3, "ES-C": 3, "ES-PM": 3, "ES-O": 2, "ES-VA": 2, "other": 2,
}  # fmt: skip
_SOURCES = {"organic": 42, "shop": 22, "social": 14, "paid": 14, "referral": 8}
INTERESTS = {"vajilla": 46, "textil": 38, "cocina": 34, "recetas": 44, "copas": 22, "flores": 18, "terraza": 16, "regalos": 24}
_CARE_BY_SOURCE = {"organic": 1.0, "shop": 1.2, "social": 0.8, "paid": 0.6, "referral": 1.35}


@dataclass
class Person:
    """One made-up person; ``care`` from 0 to about 2 is how readily she answers, 1 being ordinary."""

    number: int
    email: str
    language: str
    joined: datetime
    source: str
    profile: dict[str, str | date | list[str]]
    lists: tuple[int, ...]
    care: float
    tracked: bool
    apple: bool
    bounces_from: int | None = None
    """The number of the issue from which her address no longer exists."""
    left: datetime | None = None
    answered: datetime | None = field(default=None)
    """Her last click or order, as the year is told."""
    code: str | None = None
    silent: datetime | None = None
    asked: datetime | None = None
    """When a reactivation was sent to her."""

    @property
    def sex(self) -> str:
        """ "f", "m", "x", or "unknown" for who did not say."""
        return str(self.profile.get("sex", "unknown"))


def people(chance: random.Random, now: datetime) -> list[Person]:
    """The same 2,000 people each time, as seen from ``now``."""
    return [_person(number, chance, now) for number in range(1, HOW_MANY + 1)]


def _person(number: int, chance: random.Random, now: datetime) -> Person:
    sex = chance.choices(("f", "m", "x"), (62, 35, 3))[0]
    first = chance.choice(_WOMEN if sex == "f" or (sex == "x" and chance.random() < 0.5) else _MEN)
    last = chance.choice(SURNAMES)
    source = chance.choices(tuple(_SOURCES), tuple(_SOURCES.values()))[0]
    domain = chance.choices(("example.net", "example.com", "example.org"), (5, 4, 1))[0]
    return Person(
        number=number,
        email=f"{_plain(first)}.{_plain(last)}{number}@{domain}",
        language="en" if chance.random() < 0.06 else "es",
        joined=now - timedelta(days=_days_ago(chance), minutes=chance.randrange(1440)),
        source=source,
        profile=_profile(first, sex, chance, now.date()) | _reached(number, last),
        lists=tuple(place for place, share in enumerate((1.0, 0.55, 0.4)) if chance.random() < share),
        care=_care(chance, source, sex),
        tracked=chance.random() < 0.88,
        apple=chance.random() < 0.28,
        bounces_from=chance.randrange(2, 26) if chance.random() < 0.02 else None,
        left=now - timedelta(days=chance.randrange(1, 300)) if chance.random() < 0.07 else None,
    )


def _days_ago(chance: random.Random) -> int:
    """Six in ten joined within the year, more of them lately."""
    return int(365 * chance.random() ** 1.4) + 1 if chance.random() < 0.6 else 365 + int(900 * chance.random() ** 1.5)


def _care(chance: random.Random, source: str, sex: str) -> float:
    """One in six never answers; the rest spread widely around ordinary."""
    if chance.random() < 0.13:
        return 0.02
    return (0.45 + chance.betavariate(1.6, 2.4) * 1.7) * _CARE_BY_SOURCE[source] * (1.1 if sex == "f" else 0.92)


def _profile(first: str, sex: str, chance: random.Random, today: date) -> dict[str, str | date | list[str]]:
    profile: dict[str, str | date | list[str]] = {"first_name": first}
    if chance.random() < 0.9:
        profile["sex"] = sex
    if chance.random() < 0.78:
        age = min(84, max(18, int(chance.gauss(46, 13))))
        profile["birth_date"] = today - timedelta(days=age * 365 + chance.randrange(365))
    if chance.random() < 0.92:
        profile["place"] = chance.choices(tuple(_PLACES), tuple(_PLACES.values()))[0]
    likes = [key for key, share in INTERESTS.items() if chance.random() * 100 < share]
    if likes and chance.random() < 0.85:
        profile["interests"] = list(likes)
    if chance.random() < 0.14:
        profile["tier"] = "club"
    return profile


def _reached(number: int, last: str) -> dict[str, str | date | list[str]]:
    """Everybody's surname, and of three in five a telephone."""
    digits = f"600{number:06}"
    told = Telephone(f"+34{digits}", f"{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}")
    return {"last_name": last, "telephone": told} if number % 5 < 3 else {"last_name": last}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
