"""A small random town: people with every kind of field, state and deed."""

import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.models import Brand, ConsentLine, Field, List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.outbox.models import Mailing
from mailflow.segments import keeping_up
from mailflow.segments.models import Purchase, Segment, SegmentMember

NAMES = ["Ana", "José", "JOSÉ", "jose", "Íñigo", "Carla 100%", "Da_río", "O'Brien", "Elena; --", "Ñandú", "María\\"]
INTERESTS = ["vajilla", "cocina", "textil"]
PLACES = ["ES-SE", "ES-M", "ES-B"]
LISTS = ["casa", "club"]
SOURCES = ["organic", "paid", "social"]
ORIGINS = ["demo", "form:newsletter", "import:3"]
MAILINGS = [1, 2, 3, 4, 5]
BOUGHT = [("Jarra", "Loza"), ("Fuente", "Loza"), ("Mantel", ""), ("Jarra", "")]


def _options(keys: list[str]) -> list[dict[str, object]]:
    return [{"key": key, "label": {"es": key.title(), "en": key.upper()}} for key in keys]


def fields() -> list[Field]:
    """One field of every kind."""
    kinds = [
        ("first_name", "string", []),
        ("children", "number", []),
        ("has_dog", "boolean", []),
        ("birth_date", "date", []),
        ("wedding", "date", []),
        ("sex", "one-of", ["f", "m", "x"]),
        ("place", "place", PLACES),
        ("interests", "many-of", INTERESTS),
    ]
    labels = {"first_name": "Nombre", "interests": "Intereses", "sex": "Sexo"}
    return [
        Field(key=key, kind=kind, label={"es": labels.get(key, key), "en": key}, options=_options(options), position=place)
        for place, (key, kind, options) in enumerate(kinds)
    ]


def settle(session: Session, now: datetime, size: int = 40, seed: int = 7) -> None:
    """Fill the database with ``size`` people."""
    chance = random.Random(seed)
    brand = Brand(
        name="Casa Olivo", from_name="Casa", from_address="hola@example.com", postal_address="Calle 1", shop_url="https://example.com"
    )
    session.add_all([brand, *fields()])
    session.flush()
    lists = [
        List(slug=slug, brand_id=brand.id, name={"es": slug.title(), "en": slug.upper()}, description={}, created_at=now) for slug in LISTS
    ]
    session.add_all(lists)
    facts = {"template": "", "brand_id": brand.id, "lane": 1, "policy": "hold", "created_at": now, "due_at": now}
    session.add_all(Mailing(id=one, kind="step" if one == 3 else "campaign", source_id=one, name=f"N {one}", **facts) for one in MAILINGS)
    session.flush()
    for number in range(size):
        _person(session, number, lists, chance, now)
    session.flush()
    by_hand = Segment(slug=None, name={"es": "A mano", "en": "By hand"}, tree={"all": [{"fixed": 1}]}, created_at=now, changed_at=now)
    session.add(by_hand)
    session.flush()
    people = chance.sample(range(1, size + 1), size // 4)
    session.add_all(SegmentMember(segment_id=by_hand.id, subscriber_id=number, added_at=now) for number in people)
    keeping_up.catch_up(session)


def _person(session: Session, number: int, lists: list[List], chance: random.Random, now: datetime) -> None:
    def ago(most: int) -> datetime:
        return now - timedelta(days=chance.randint(0, most), seconds=chance.choice([0, 0, 1, 3600]))

    person = Subscriber(
        email=f"p{number}@example.net",
        email_key=f"p{number}@example.net",
        language=chance.choice(["es", "en", None]),
        source=chance.choice(ORIGINS),
        source_class=chance.choice(SOURCES),
        created_at=ago(400),
        confirmed_at=chance.choice([None, ago(300), ago(40)]),
        silent_since=chance.choice([None, None, ago(20)]),
        tracking=chance.choice(["none", "aggregate", "individual"]),
    )
    session.add(person)
    session.flush()
    for one in lists:
        state = chance.choice(["pending", "confirmed", "confirmed", "left", None])
        if state:
            session.add(Subscription(subscriber_id=person.id, list_id=one.id, state=state, asked_at=now))
    profile = {
        "first_name": chance.choice([*NAMES, None]),
        "children": chance.choice([None, 0, 1, 2.5, -3]),
        "has_dog": chance.choice([None, True, False]),
        "birth_date": chance.choice([None, _birthday(chance, now), date(2000, 2, 29), date(1985, 11, 21)]),
        "wedding": chance.choice([None, date(2010, 6, 1), date(2020, 2, 29)]),
        "sex": chance.choice([None, "f", "m"]),
        "place": chance.choice([None, *PLACES]),
        "interests": chance.sample(INTERESTS, chance.randint(0, 3)),
    }
    set_values(session, person.id, {key: value for key, value in profile.items() if value is not None and value != []})
    for purpose in ("tracking", "profiling"):
        for _ in range(chance.choice([0, 1, 2])):
            session.add(_consent(person.id, purpose, chance.random() < 0.6, now))
            session.flush()
    for _ in range(chance.choice([0, 0, 2])):
        session.add(_purchase(person.id, chance.randint(1, 3), ago(100), *chance.choice(BOUGHT)))
    for _ in range(chance.choice([0, 0, 3, 8, 20])):
        kind = chance.choice(["opened", "clicked", "ordered", "sent", "clicked", "sent", "sent"])
        session.add(
            Activity(
                at=ago(chance.choice([10, 60, 200])),
                kind=kind,
                subscriber_id=person.id,
                mailing_id=chance.choice([None, *MAILINGS]) if kind != "ordered" else None,
                detail={"link": chance.randint(0, 2)} if kind == "clicked" else {},
                amount=chance.choice([None, 500, 4600]) if kind == "ordered" else None,
                machine=kind in ("opened", "clicked") and chance.random() < 0.4,
            )
        )


def _consent(person: int, purpose: str, granted: bool, now: datetime) -> ConsentLine:
    said = {"wording": "", "wording_digest": "", "language": "es", "source": "form:newsletter", "method": "box"}
    return ConsentLine(subscriber_id=person, at=now, purpose=purpose, granted=granted, **said)


def _purchase(person: int, order: int, at: datetime, product: str, category: str) -> Purchase:
    return Purchase(subscriber_id=person, order_id=order, at=at, product=product, category=category, quantity=1, amount=3900)


def _birthday(chance: random.Random, now: datetime) -> date:
    day = now.date() + timedelta(days=chance.randint(-5, 30))
    return day.replace(year=chance.randint(1950, 2008), day=min(day.day, 28))
