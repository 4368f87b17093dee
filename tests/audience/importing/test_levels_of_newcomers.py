"""Whoever comes by a file or a program begins with the rule of her country, as who signs up does; her consent lines say so."""

from datetime import datetime

import pytest
from sqlalchemy import event, select

from mailflow.audience import levels
from mailflow.audience.adding import Grounds, Person, add_or_change
from mailflow.audience.derived import differing
from mailflow.audience.importing.words import Basis
from mailflow.audience.models import ConsentLine, Field, List, Subscriber
from mailflow.audience.words import Method, Tracking
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried
from tests.audience.importing.test_taking_back import undone

FILE = "email,País\nana@example.org,España\nberta@example.org,Alemania\ncarla@example.org,AT\ndario@example.org,Portugal\n"


def levels_of(shop: Shop) -> dict[str, str]:
    return {one.email.partition("@")[0]: one.tracking for one in shop.rows(Subscriber)}


def _agree(shop: Shop) -> None:
    with shop.database.read() as session:
        assert differing(session, list(session.scalars(select(Subscriber.id)))) == []


def test_a_file_brings_each_under_her_countrys_rule(shop: Shop, now: datetime) -> None:
    shop.joined("ana@example.org", now=now, tracking=True)
    with shop.database.begin() as session:
        assert levels.set_default(session, "PT", Tracking.LAST_OPEN, "CNPD")
    number = brought(shop.database, FILE.encode(), now)
    tried(shop.database, number, shop.ring, now)
    carried(shop.database, number, shop.ring, now)
    assert levels_of(shop) == {"ana": "individual", "berta": "none", "carla": "none", "dario": "last-open"}
    lines = [one for one in shop.rows(ConsentLine) if one.method == Method.DEFAULT]
    assert sorted((one.choice, one.source, one.granted) for one in lines) == [
        ("last-open", f"import:{number}", False),
        ("none", f"import:{number}", False),
        ("none", f"import:{number}", False),
    ]
    _agree(shop)
    assert undone(shop.database, number, shop.ring, now)["people"] == 3


def test_many_cost_no_more_statements_than_few(shop: Shop, now: datetime) -> None:
    def statements(prefix: str, people: int) -> int:
        rows = [f"{prefix}{place}@example.org,Alemania" for place in range(people)]
        number = brought(shop.database, "\n".join(["email,País", *rows]).encode(), now)
        tried(shop.database, number, shop.ring, now)
        found: list[str] = []
        count = lambda *told: found.append(told[2])  # noqa: E731  # to be taken away again by its name
        event.listen(shop.database.engine, "before_cursor_execute", count)
        carried(shop.database, number, shop.ring, now)
        event.remove(shop.database.engine, "before_cursor_execute", count)
        return len(found)

    assert statements("pocas", 2) == statements("muchas", 200)
    assert set(levels_of(shop).values()) == {"none"}
    _agree(shop)


@pytest.mark.parametrize("proven", [True, False])
def test_a_program_brings_her_under_it_too(shop: Shop, now: datetime, proven: bool) -> None:
    with shop.database.begin() as session:
        assert session.scalar(select(Field.id).where(Field.key == "country"))
        lists = list(session.scalars(select(List.id).where(List.slug == "newsletter")))
        said = Person("eva@example.org", "es", None, {"country": "DE"}, lists, Grounds(Basis.CONSENT, "Sí", "caja"), proven)
        add_or_change(session, said, ring=shop.ring, now=now)
    assert levels_of(shop) == {"eva": "none"}
    _agree(shop)
    if not proven:
        with shop.database.begin() as session:
            held = session.connection().exec_driver_sql("select max(id) from confirmation_request").scalar()
        shop.confirms(held, now=now)
        assert levels_of(shop) == {"eva": "none"}
        _agree(shop)
