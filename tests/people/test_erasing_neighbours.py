"""Carla is forgotten, and only Carla: not who has her old address now, nor what is on its way, nor who is called much the same."""

from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.address import read_address
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.models import Brand, Subscriber
from mailflow.audience.suppression import gets_nothing
from mailflow.outbox.models import Mailing, Message
from mailflow.people.addressing import change_address
from mailflow.people.erasing import erase
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried


def test_an_address_she_had_that_is_another_persons_now_stays_hers(shop: Shop, now: datetime) -> None:
    carla = shop.joined("shared@example.net", "newsletter", now=now)
    with shop.database.begin() as session:
        change_address(session, session.get_one(Subscriber, carla), read_address("carla@example.net"), by=1, now=now, ring=shop.ring)
        session.add(Subscriber(email="shared@example.net", email_key="shared@example.net", source="api", created_at=now))
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    with shop.database.read() as session:
        assert gets_nothing(session, "carla@example.net", ring=shop.ring, now=now)
        assert not gets_nothing(session, "shared@example.net", ring=shop.ring, now=now)


@pytest.mark.parametrize(("state", "after"), [("sending", "sending"), ("claimed", "skipped")])
def test_what_is_on_the_wire_is_its_senders_to_tell(shop: Shop, now: datetime, state: str, after: str) -> None:
    carla = shop.joined("carla@example.net", "newsletter", now=now)
    common = {"lane": 2, "due_at": now}
    with shop.database.begin() as session:
        brand = session.scalars(select(Brand.id)).one()
        session.add(Mailing(id=7, kind="campaign", source_id=1, name="x", brand_id=brand, policy="hold", created_at=now, **common))
        session.flush()
        session.add(Message(mailing_id=7, person_key=carla, address="carla@example.net", language="es", state=state, worker="w", **common))
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    with shop.database.read() as session:
        told = session.execute(select(Message.state, Message.worker, Message.address)).all()
        assert told == [(after, "w" if after == "sending" else None, "")]


def test_who_is_erased_between_the_trial_and_the_start_does_not_come_in(shop: Shop, now: datetime) -> None:
    carla = shop.joined("carla@example.net", "taller", now=now)
    number = brought(shop.database, b"email\ncarla@example.net\nana@example.net\n", now)
    tried(shop.database, number, shop.ring, now)
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    carried(shop.database, number, shop.ring, now)
    with shop.database.read() as session:
        assert session.scalars(select(Subscriber.email)).all() == ["ana@example.net"]
        counts = session.get_one(Import, number).counts
        assert (counts["new"], counts["suppressed"]) == (1, 1)


def test_who_is_called_much_the_same_stays_in_the_file(shop: Shop, now: datetime) -> None:
    carla = shop.joined("carla@example.net", "taller", now=now)
    rows = ("juancarla@example.net", "m.carla@example.net", "carla@example.net.ar", '"Carla <CARLA@example.net>."')
    number = brought(shop.database, "\n".join(("email", *rows, "")).encode(), now)
    tried(shop.database, number, shop.ring, now)
    assert erase(shop.database, carla, ring=shop.ring, now=now)
    with shop.database.read() as session:
        kept = session.scalars(select(ImportBlock.rows)).one()
        assert [cells for _, _, cells in kept] == [[one] for one in rows[:3]] + [[]]
        assert session.get_one(Import, number).sample == [[one] for one in rows[:3]]


def test_a_row_is_found_however_its_domain_is_spelled(shop: Shop, now: datetime) -> None:
    number = brought(shop.database, '"email"\n"Ana <ana@cañon.es>"\nAna@cañon.es\nana@xn--caon-hqa.es\n'.encode(), now)
    tried(shop.database, number, shop.ring, now)
    carried(shop.database, number, shop.ring, now)
    with shop.database.read() as session:
        ana = session.scalars(select(Subscriber.id)).one()
    assert erase(shop.database, ana, ring=shop.ring, now=now)
    with shop.database.read() as session:
        left = session.execute(select(ImportBlock.rows, ImportBlock.outcomes, ImportBlock.judged)).all()
        assert "ana" not in repr((left, session.get_one(Import, number).sample)).lower()
