"""Two tabs ask something of one import, and somebody is erased between trial and start: each is asked of what it is by then."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import select

from mailflow.audience.importing.asking import settle, start
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import Asked, AskReason, Basis, Grounds, ImportState, Plan
from mailflow.audience.models import List, Subscriber
from mailflow.foundation.ring import Ring
from mailflow.people.erasing import erase
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried

FILE = b"email,Nombre\nana@example.org,Ana\nberta@example.org,Berta\n"


def test_what_is_settled_anew_in_one_tab_is_not_started_untried_in_another(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    number = brought(database, FILE, now)
    tried(database, number, ring, now)
    asked: list[Asked] = []

    def starts() -> None:
        with database.begin() as session:
            asked.append(start(session, session.get_one(Import, number), now=now))

    other = threading.Thread(target=starts)
    with database.begin() as session:
        one = session.get_one(Import, number)
        target = session.scalars(select(List.id).where(List.slug == "rebajas")).one()
        assert settle(session, one, Plan(target, one.mapping, Grounds(Basis.CUSTOMER, "Cliente")), now=now + timedelta(hours=1))
        session.flush()
        other.start()
        other.join(0.3)
    other.join()
    assert [each.reason for each in asked] == [AskReason.NOT_NOW]
    with database.read() as session:
        assert session.get_one(Import, number).state == ImportState.CHECKING


def test_who_is_erased_between_trial_and_start_does_not_come_in(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    ana = shop.joined("ana@example.org", "taller", now=now)
    number = brought(database, FILE, now)
    tried(database, number, ring, now)
    erase(database, ana, ring=ring, now=now)
    carried(database, number, ring, now)
    with database.read() as session:
        assert list(session.scalars(select(Subscriber.email))) == ["berta@example.org"]
        assert session.get_one(Import, number).counts == {"suppressed": 1, "new": 1}
