"""Ana confirms, is welcomed with her code, and is reminded of it once if she has not used it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mailflow.activity.words import Kind
from mailflow.offers.models import Code
from mailflow.offers.queries import offer_named
from mailflow.offers.redeem import redeem
from mailflow.outbox.models import Mailing, Message
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.recipes import RECIPES, ensure_recipes
from tests.sequences.cast import House, days, sequence

SECOND = timedelta(seconds=1)


@pytest.fixture
def ana(house: House, now: datetime) -> int:
    """Bruno has switched the welcome on; Ana confirms a minute later, and the scheduler ticks a second after."""
    house.switch("welcome", True, now - timedelta(minutes=1))
    person = house.join("Ana", now)
    house.tick(now + SECOND)
    return person


def code_of(house: House, person: int) -> Code:
    with house.database.read() as session:
        return session.scalars(select(Code).where(Code.subscriber_id == person)).one()


def use_code(house: House, person: int, now: datetime) -> None:
    with house.database.begin() as session:
        redeem(session, code_of(house, person).text, subscriber_id=person, reference="A-1", amount=6400, now=now)


def test_the_welcome_is_in_the_outbox_a_second_after_the_confirmation(house: House, ana: int, now: datetime):
    assert house.mails(ana) == ["welcome"]
    with house.database.read() as session:
        message = session.scalars(select(Message)).one()
    assert message.due_at == now + SECOND
    assert message.list_id == house.enrolment(ana).list_id


def test_the_message_carries_the_number_of_her_code_and_nothing_personal(house: House, ana: int):
    with house.database.read() as session:
        message = session.scalars(select(Message)).one()
    assert message.context == {"code_id": code_of(house, ana).id}
    assert code_of(house, ana).text.startswith("ANA-")


def test_the_step_is_a_mailing_of_the_sequences_lane_that_holds_what_is_uncertain(house: House, ana: int):
    with house.database.read() as session:
        mailing = session.scalars(select(Mailing)).one()
    assert (mailing.kind, mailing.lane, mailing.policy, mailing.name) == ("step", 1, "hold", "Bienvenida, con su código")


def test_the_reminder_waits_for_ten_o_clock_three_days_before_the_last_day(house: House, ana: int):
    due = house.enrolment(ana).due_at
    assert due.astimezone(ZoneInfo("Europe/Madrid")) == datetime(2026, 12, 2, 10, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    house.run(due - SECOND)
    assert house.mails(ana) == ["welcome"]
    house.run(due)
    assert house.mails(ana) == ["welcome", "welcome_reminder"]


def test_the_reminder_speaks_of_the_same_code(house: House, ana: int):
    house.run(house.enrolment(ana).due_at)
    with house.database.read() as session:
        contexts = list(session.scalars(select(Message.context)))
    assert contexts[0] == contexts[1]


def test_after_the_reminder_it_is_over(house: House, ana: int, now: datetime):
    house.run(house.enrolment(ana).due_at, now + days(60), now + days(400))
    assert house.mails(ana) == ["welcome", "welcome_reminder"]
    assert (house.enrolment(ana).state, house.enrolment(ana).reason) == ("done", "finished")


def test_who_used_her_code_is_not_reminded(house: House, ana: int, now: datetime):
    use_code(house, ana, now + days(2))
    house.run(now + days(12))
    assert house.mails(ana) == ["welcome"]
    assert (house.enrolment(ana).state, house.enrolment(ana).reason) == ("ended", "code-used")


def test_who_left_is_not_reminded(house: House, ana: int, now: datetime):
    house.leave(ana, now + days(2))
    house.run(now + days(12))
    assert house.mails(ana) == ["welcome"]
    assert house.enrolment(ana).reason == "left"


def test_who_left_before_the_welcome_gets_no_code(house: House, now: datetime):
    house.switch("welcome", True, now)
    carla = house.join("Carla", now)
    house.leave(carla, now)
    house.tick(now + SECOND)
    assert house.mails(carla) == []
    with house.database.read() as session:
        assert session.scalar(select(Code)) is None


def test_nobody_is_reminded_of_a_code_that_has_ended(house: House, ana: int):
    house.run(code_of(house, ana).ends_at + SECOND)
    assert house.mails(ana) == ["welcome"]
    assert house.enrolment(ana).reason == "code-ended"


def test_a_sign_up_for_two_lists_is_welcomed_once(house: House, now: datetime):
    house.switch("welcome", True, now)
    elena = house.join("Elena", now, lists=2)
    house.run(now + SECOND, now + 2 * SECOND)
    assert house.mails(elena) == ["welcome"]


def test_s_53_confirming_again_after_leaving_brings_no_second_welcome_and_no_second_code(house: House, ana: int, now: datetime):
    house.leave(ana, now + days(1))
    house.note(Kind.CONFIRMED, ana, now + days(2), list_id=1, detail={"first": True})
    house.run(now + days(2))
    assert house.mails(ana) == ["welcome"]
    code_of(house, ana)


def test_confirming_a_further_list_is_no_first_confirmation(house: House, now: datetime):
    house.switch("welcome", True, now)
    elena = house.join("Elena", now - days(30))
    house.note(Kind.CONFIRMED, elena, now + SECOND, list_id=2, detail={"first": False})
    house.run(now + SECOND)
    assert house.mails(elena) == []


def test_switched_off_brings_nobody_in(house: House, now: datetime):
    ana = house.join("Ana", now)
    house.run(now + SECOND)
    house.switch("welcome", True, now + days(1))
    house.run(now + days(1))
    assert house.enrolment(ana) is None


def test_who_confirmed_before_it_was_switched_on_is_not_brought_in(house: House, now: datetime):
    ana = house.join("Ana", now)
    house.switch("welcome", True, now + SECOND)
    house.run(now + 2 * SECOND)
    assert house.enrolment(ana) is None


def test_switching_off_keeps_people_where_they_are_and_on_again_goes_on(house: House, ana: int, now: datetime):
    due = house.enrolment(ana).due_at
    house.switch("welcome", False, now + days(1))
    house.run(due)
    assert house.mails(ana) == ["welcome"]
    house.switch("welcome", True, due + days(1))
    house.run(due + days(1))
    assert house.mails(ana) == ["welcome", "welcome_reminder"]


def test_switching_off_holds_back_mails_that_have_not_left(house: House, ana: int, now: datetime):
    for on, state in ((False, "paused"), (True, "open")):
        assert house.switch("welcome", on, now + SECOND)
        with house.database.read() as session:
            assert session.scalars(select(Mailing.state)).one() == state


def test_switching_on_twice_changes_nothing(house: House, ana: int, now: datetime):
    assert not house.switch("welcome", True, now + days(9))
    with house.database.read() as session:
        assert sequence(session, "welcome").switched_at == now - timedelta(minutes=1)


def test_an_erased_person_is_let_go(house: House, now: datetime):
    house.switch("welcome", True, now)
    ana = house.join("Ana", now)
    with house.database.begin() as session:
        session.delete(house.person(ana))
    house.run(now + SECOND)
    assert house.enrolment(ana) is None


def test_the_recipes_are_made_once_and_off(house: House, now: datetime):
    with house.database.begin() as session:
        again = ensure_recipes(session, now=now)
        assert [one.on for one in again] == [False, False]
        assert len(list(session.scalars(select(Sequence)))) == len(RECIPES)
        assert len(list(session.scalars(select(Step)))) == 8
        assert offer_named(session, "first-purchase").value == 10


def test_every_recipe_begins_with_a_mail():
    assert {recipe.parts[0].kind for recipe in RECIPES.values()} == {"mail"}


def test_many_people_go_on_in_slices(house: House, now: datetime):
    house.switch("welcome", True, now)
    people = [house.join(f"Ana{number}", now) for number in range(7)]
    with house.database.begin() as session:
        from mailflow.sequences.enrol import enrol_confirmed

        assert enrol_confirmed(session, now=now + SECOND) == 7
    from mailflow.sequences.advance import advance_due

    for expected in (3, 3, 1, 0):
        with house.database.begin() as session:
            assert advance_due(session, now=now + SECOND, limit=3) == expected
    assert [house.mails(person) for person in people] == [["welcome"]] * 7
    with house.database.read() as session:
        assert {one.position for one in session.scalars(select(Enrolment))} == {1}
