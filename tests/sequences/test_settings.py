"""Bruno changes a sequence: all of it or nothing, and never a promise already given."""

from datetime import datetime, timedelta

from mailflow.offers.queries import offer_named
from mailflow.offers.words import Terms
from mailflow.sequences.change import change_sequence, days_of, terms
from tests.sequences.cast import House, days, sequence

CONDITIONS = {"es": "Desde 50 €.", "en": "From €50."}


def change(house: House, recipe: str, now: datetime, terms: Terms | None = None, **wanted: int) -> list[str]:
    with house.database.begin() as session:
        return change_sequence(session, sequence(session, recipe), days=wanted, terms=terms, now=now)


def test_the_settings_can_be_read(house: House):
    with house.database.read() as session:
        assert days_of(session, sequence(session, "welcome")) == {"before_code_ends_days": 3}
        assert days_of(session, sequence(session, "reactivation")) == {"quiet_days": 120, "days": 14}
        assert terms(session, sequence(session, "reactivation")) is None


def test_new_days_and_terms_hold_for_who_comes_next(house: House, now: datetime):
    house.switch("welcome", True, now)
    first = house.join("Ana", now)
    house.run(now)
    assert change(house, "welcome", now, Terms(15, 5000, 30, CONDITIONS), before_code_ends_days=5) == []
    second = house.join("Elena", now)
    house.run(now)
    assert house.enrolment(first).due_at.date() == (now + days(14 - 3)).date()
    assert house.enrolment(second).due_at.date() == (now + days(30 - 5)).date()
    with house.database.read() as session:
        assert sequence(session, "welcome").offer_id == offer_named(session, "first-purchase").id == 2


def test_one_fault_and_nothing_is_changed(house: House, now: datetime):
    assert change(house, "welcome", now, Terms(15, 5000, 7, CONDITIONS), before_code_ends_days=7) == ["before_code_ends_days"]
    assert change(house, "welcome", now, Terms(0, 5000, 0, {"es": "", "en": "x"}), before_code_ends_days=61) == [
        "offer_value",
        "offer_days",
        "offer_conditions_es",
        "before_code_ends_days",
    ]
    with house.database.read() as session:
        assert days_of(session, sequence(session, "welcome")) == {"before_code_ends_days": 3}
        assert terms(session, sequence(session, "welcome")).value == 10


def test_a_new_number_of_quiet_days_is_used_at_the_next_look(house: House, now: datetime):
    person = house.join("Dario", now - days(100))
    from mailflow.activity.words import Kind

    house.note(Kind.SENT, person, now - days(10))
    house.switch("reactivation", True, now)
    house.run(now)
    assert house.mails(person) == []
    assert change(house, "reactivation", now, quiet_days=90, days=7) == []
    house.run(now + timedelta(hours=1))
    assert house.mails(person) == ["reactivation"]
    assert house.enrolment(person).due_at == now + timedelta(hours=1) + days(7)


def test_a_setting_of_another_recipe_is_left_alone(house: House, now: datetime):
    assert change(house, "welcome", now, quiet_days=5) == []
    with house.database.read() as session:
        assert "quiet_days" not in sequence(session, "welcome").settings
