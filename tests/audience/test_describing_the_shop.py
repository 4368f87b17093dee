"""Bruno describes the shop, its lists and its forms."""

from datetime import datetime

from sqlalchemy import func, select

from mailflow.audience.first_start import first_start
from mailflow.audience.forms import FormFacts, came_in, change_form, create_form, switch_form
from mailflow.audience.lists import ListFacts, change_list, create_list
from mailflow.audience.models import Brand, Form, Installation, List, Subscriber
from mailflow.audience.queries import open_forms
from mailflow.audience.shop import BrandFacts, InstallationFacts, describe_shop
from mailflow.foundation.database import Database

OLIVO = BrandFacts(
    "Casa Olivo", "Casa Olivo", "hola@casaolivo.example.com", "", "Calle Feria 112", "https://casaolivo.example.com", "#47551f"
)
CANARY = InstallationFacts("es", "Atlantic/Canary", "EUR", 14)
TABLE = ListFacts({"es": "La mesa", "en": "The table"}, {"es": "", "en": ""}, "es", True)


def form_facts(title: str) -> FormFacts:
    words = {"es": title, "en": title}
    return FormFacts(words, words, words, words, ["newsletter"], ["first_name"], "organic")


def test_an_empty_database_gets_its_shop_and_a_second_time_changes_it(database: Database) -> None:
    with database.begin() as session:
        describe_shop(session, OLIVO, CANARY)
        describe_shop(session, BrandFacts(**{**vars(OLIVO), "name": "Casa Olivo Norte"}), CANARY)
    with database.read() as session:
        assert session.scalars(select(Brand.name)).all() == ["Casa Olivo Norte"]
        assert session.get_one(Installation, 1).zone == "Atlantic/Canary"


def test_a_list_stands_after_the_others_and_its_address_is_its_own(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        made = create_list(session, "mesa", TABLE, now=now)
        assert (made.reason, create_list(session, "mesa", TABLE, now=now).reason) == ("made", "slug-taken")
        assert made.list
        assert made.list.position == session.scalar(select(func.max(List.position)))


def test_a_list_needs_a_shop_that_signs(database: Database, now: datetime) -> None:
    with database.begin() as session:
        assert create_list(session, "mesa", TABLE, now=now).reason == "no-brand"


def test_changing_a_list_keeps_its_address(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        row = session.scalars(select(List)).one()
        change_list(session, row, TABLE)
        assert (row.slug, row.name["en"]) == ("newsletter", "The table")


def test_a_new_form_is_closed_until_somebody_opens_it(database: Database, now: datetime) -> None:
    with database.begin() as session:
        made = create_form(session, "feria", form_facts("Feria"), now=now).form
        assert made
        assert not open_forms(session)
        switch_form(session, made, opened=True)
        assert open_forms(session) == [made]
        switch_form(session, made, opened=False)
        assert not open_forms(session)


def test_a_forms_address_is_taken_once_and_stays(database: Database, now: datetime) -> None:
    with database.begin() as session:
        create_form(session, "feria", form_facts("Feria"), now=now)
        assert create_form(session, "feria", form_facts("Otra"), now=now).reason == "slug-taken"
        row = session.scalars(select(Form)).one()
        change_form(session, row, form_facts("Otra"))
        assert (row.slug, row.title["es"]) == ("feria", "Otra")


def test_people_are_counted_by_the_way_they_came(database: Database, now: datetime) -> None:
    with database.begin() as session:
        for name, source in (("ana", "form:newsletter"), ("berta", "form:newsletter"), ("dario", "form:feria"), ("elena", "demo")):
            address = f"{name}@example.net"
            session.add(Subscriber(email=address, email_key=address, source=source, created_at=now))
        session.flush()
        found = came_in(session)
    assert (found.by_form, found.otherwise) == ({"newsletter": 2, "feria": 1}, 1)
