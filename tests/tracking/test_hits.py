"""Ana opens and clicks; a filter does; what is kept of it and what is not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.foundation.database import Database
from mailflow.foundation.tokens import Purpose, Token
from mailflow.outbox.models import Link, MailingTotal, Message
from mailflow.schema import metadata
from mailflow.tracking.hits import arrival, judge, keep, look_up
from mailflow.tracking.models import Hit
from mailflow.tracking.words import Arrival
from tests.mailed import PHONE, SENT_AT, Mailed, mail_the_cast, mailing, message, person, record_hits

LATER = SENT_AT + timedelta(minutes=10)


def opened(database: Database, message_id: int, *, at=LATER, agent=PHONE, purpose=Purpose.OPEN) -> None:
    with database.begin() as session:
        assert record_hits(session, [arrival(Token(message_id), purpose, now=at, agent=agent)]) == [None]


def clicked(database: Database, message_id: int, link=1, *, at=LATER, agent=PHONE, purpose=Purpose.CLICK) -> str | None:
    with database.begin() as session:
        return record_hits(session, [arrival(Token(message_id, link), purpose, now=at, agent=agent)])[0]


def row(database: Database, message_id: int) -> Message:
    with database.read() as session:
        return session.get_one(Message, message_id)


def lines(database: Database, kind: Kind, *, machine=False) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Activity).where(Activity.kind == kind, Activity.machine.is_(machine)))


def hits(database: Database) -> list[Hit]:
    with database.read() as session:
        return list(session.scalars(select(Hit).order_by(Hit.id)))


def total(database: Database, mailing_id: int) -> MailingTotal | None:
    with database.read() as session:
        return session.get(MailingTotal, mailing_id)


def test_anas_open_is_kept_with_her_message(database: Database, mailed: Mailed) -> None:
    opened(database, mailed.ana_message)
    assert row(database, mailed.ana_message).opened_at == LATER
    assert lines(database, Kind.OPENED) == 1
    assert [(hit.kind, hit.machine, hit.message_id) for hit in hits(database)] == [("open", False, mailed.ana_message)]


def test_a_second_open_leaves_the_first_time_and_within_the_hour_no_second_line(database: Database, mailed: Mailed) -> None:
    opened(database, mailed.ana_message)
    opened(database, mailed.ana_message, at=LATER + timedelta(minutes=5))
    assert row(database, mailed.ana_message).opened_at == LATER
    assert len(hits(database)) == 2
    assert lines(database, Kind.OPENED) == 1


def test_an_open_the_next_day_is_a_line_of_its_own(database: Database, mailed: Mailed) -> None:
    opened(database, mailed.ana_message)
    opened(database, mailed.ana_message, at=LATER + timedelta(days=1))
    assert lines(database, Kind.OPENED) == 2


def test_a_link_that_is_only_looked_up_leads_somewhere_and_keeps_nothing(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        asked = arrival(Token(mailed.ana_message, 1), Purpose.CLICK, now=LATER, agent=PHONE)
        assert look_up(session, [asked]) == ["https://shop.example.com/p/1?a=1&b=2"]
    assert hits(database) == []
    assert row(database, mailed.ana_message).clicked_at is None


def test_a_click_with_pictures_off_counts_as_opened_too(database: Database, mailed: Mailed) -> None:
    assert clicked(database, mailed.ana_message, 2) == "https://shop.example.com/p/2?a=1&b=2"
    assert row(database, mailed.ana_message).clicked_at == row(database, mailed.ana_message).opened_at == LATER
    assert (lines(database, Kind.OPENED), lines(database, Kind.CLICKED)) == (1, 1)


def test_apples_prefetch_is_kept_apart_from_her_open(database: Database, mailed: Mailed) -> None:
    opened(database, mailed.ana_message, agent="Mozilla/5.0")
    found = row(database, mailed.ana_message)
    assert (found.opened_at, found.machine_opened_at) == (None, LATER)
    assert (lines(database, Kind.OPENED), lines(database, Kind.OPENED, machine=True)) == (0, 1)
    assert hits(database)[0].signal == "apple-prefetch"


def test_what_was_judged_before_she_withdrew_is_kept_with_the_totals_alone(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        elena = person(session, "elena")
        elenas = message(session, mailed.mailing, elena.id).id
        session.get_one(Subscriber, mailed.ana).silent_since = SENT_AT
    asked = [arrival(Token(mailed.ana_message), Purpose.OPEN, now=LATER, agent="Mimecast")]
    for number in (1, 2, 3, 4):  # a filter's
        at = LATER + timedelta(seconds=number)
        asked.append(arrival(Token(mailed.ana_message, number), Purpose.CLICK, now=at, agent=PHONE))
    asked.append(arrival(Token(elenas, 1), Purpose.CLICK, now=LATER, agent=PHONE))
    with database.read() as session:
        book, _ = judge(session, asked)
    with database.begin() as session:
        session.get_one(Subscriber, mailed.ana).tracking = "aggregate"
    with database.begin() as session:
        keep(session, book)
    assert [hit.message_id for hit in hits(database)] == [None] * 5 + [elenas]
    found = row(database, mailed.ana_message)
    assert (found.opened_at, found.clicked_at, found.machine_opened_at, found.machine_clicked_at) == (None,) * 4
    assert row(database, elenas).clicked_at == LATER
    with database.read() as session:
        assert set(session.scalars(select(Activity.subscriber_id))) == {elena.id}
        assert session.get_one(Subscriber, mailed.ana).silent_since == SENT_AT
    counted = total(database, mailed.mailing)
    assert counted is not None
    assert (counted.machine_opens, counted.clicks + counted.machine_clicks) == (1, 4)


def test_what_was_judged_before_she_was_forgotten_names_her_no_more(database: Database, mailed: Mailed) -> None:
    with database.read() as session:
        book, _ = judge(session, [arrival(Token(mailed.ana_message, 1), Purpose.CLICK, now=LATER, agent=PHONE)])
    with database.begin() as session:
        session.delete(session.get_one(Subscriber, mailed.ana))
    with database.begin() as session:
        keep(session, book)
    assert [hit.message_id for hit in hits(database)] == [None]
    assert lines(database, Kind.CLICKED) == 0


def test_a_scanners_click_is_no_persons_click_or_open(database: Database, mailed: Mailed) -> None:
    assert clicked(database, mailed.ana_message, agent="Mimecast") is not None
    found = row(database, mailed.ana_message)
    assert (found.opened_at, found.clicked_at, found.machine_clicked_at) == (None, None, LATER)


def test_a_hit_before_the_mail_was_handed_over_is_a_machines(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        waiting = message(session, mailed.mailing, 99, state="sending")
        waiting.person_key = mailed.ana
        waiting.occasion = 1
    opened(database, waiting.id)
    assert hits(database)[0].signal == "too-soon"


def test_a_person_can_open_a_mail_of_which_nobody_knew_whether_it_arrived(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        doubtful = message(session, mailed.mailing, mailed.ana, state="uncertain", occasion=1)
    opened(database, doubtful.id)
    assert row(database, doubtful.id).opened_at == LATER


def test_a_filter_that_tries_every_link_is_found_out_and_its_first_clicks_too(database: Database, mailed: Mailed) -> None:
    for number in (1, 2, 3, 4):
        clicked(database, mailed.ana_message, number, at=LATER + timedelta(seconds=number))
    found = row(database, mailed.ana_message)
    assert (found.opened_at, found.clicked_at) == (None, None)
    assert found.machine_clicked_at == LATER + timedelta(seconds=1)
    assert {hit.signal for hit in hits(database)} == {"burst"}
    assert (lines(database, Kind.CLICKED), lines(database, Kind.OPENED)) == (0, 0)


def test_what_she_did_before_the_filter_came_stays_hers(database: Database, mailed: Mailed) -> None:
    clicked(database, mailed.ana_message, 5)
    for number in (1, 2, 3, 4):
        clicked(database, mailed.ana_message, number, at=LATER + timedelta(minutes=1, seconds=number))
    assert row(database, mailed.ana_message).clicked_at == LATER
    assert lines(database, Kind.CLICKED) == 1


def test_a_reader_who_takes_her_time_over_every_link_is_a_person(database: Database, mailed: Mailed) -> None:
    for number in range(1, 6):
        clicked(database, mailed.ana_message, number, at=LATER + timedelta(seconds=10 * number))
    assert not any(hit.machine for hit in hits(database))


def test_bertas_hits_are_counted_for_the_mailing_alone(database: Database, mailed: Mailed) -> None:
    opened(database, mailed.mailing, purpose=Purpose.OPEN_MAILING)
    clicked(database, mailed.mailing, purpose=Purpose.CLICK_MAILING)
    clicked(database, mailed.mailing, purpose=Purpose.CLICK_MAILING, agent="curl/8")
    found = total(database, mailed.mailing)
    assert (found.opens, found.clicks, found.machine_opens, found.machine_clicks) == (1, 1, 0, 1)
    assert {hit.message_id for hit in hits(database)} == {None}
    assert lines(database, Kind.OPENED) + lines(database, Kind.CLICKED) == 0


def test_after_consent_was_withdrawn_an_old_token_stores_nothing_of_hers_and_still_leads(database: Database, mailed: Mailed) -> None:
    assert clicked(database, mailed.berta_message) is not None  # a token that names her message
    opened(database, mailed.berta_message)
    found = row(database, mailed.berta_message)
    assert (found.opened_at, found.clicked_at) == (None, None)
    assert {hit.message_id for hit in hits(database)} == {None}
    assert lines(database, Kind.CLICKED) == 0
    assert total(database, mailed.mailing).clicks == 1


def level(database: Database, person_id: int, word: str) -> None:
    with database.begin() as session:
        session.get_one(Subscriber, person_id).tracking = word


def kept_of(database: Database, message_id: int, person_id: int) -> tuple[object, ...]:
    """All that names her: marks of her message, hits, lines of the ledger, her last day."""
    found = row(database, message_id)
    with database.read() as session:
        lines_of_hers = session.scalar(select(func.count()).select_from(Activity).where(Activity.subscriber_id == person_id))
        day = session.get_one(Subscriber, person_id).last_open_on
    marks = [found.opened_at, found.clicked_at, found.machine_opened_at, found.machine_clicked_at]
    return any(marks), sum(hit.message_id is not None for hit in hits(database)), lines_of_hers, day


def test_of_who_wants_nothing_measured_not_even_a_total_is_kept_and_links_still_lead(database: Database, mailed: Mailed) -> None:
    level(database, mailed.ana, "none")
    opened(database, mailed.ana_message)
    assert clicked(database, mailed.ana_message) == "https://shop.example.com/p/1?a=1&b=2"
    assert kept_of(database, mailed.ana_message, mailed.ana) == (False, 0, 0, None)
    assert (hits(database), total(database, mailed.mailing)) == ([], None)


def test_of_who_lets_her_last_open_be_kept_only_its_day_is(database: Database, mailed: Mailed) -> None:
    level(database, mailed.ana, "last-open")
    opened(database, mailed.ana_message)
    opened(database, mailed.ana_message, at=LATER + timedelta(days=2), agent="Mimecast")
    clicked(database, mailed.ana_message)
    assert kept_of(database, mailed.ana_message, mailed.ana) == (False, 0, 0, LATER.date())
    opened(database, mailed.ana_message, at=LATER + timedelta(days=3))
    assert kept_of(database, mailed.ana_message, mailed.ana) == (False, 0, 0, LATER.date() + timedelta(days=3))
    assert total(database, mailed.mailing).opens == 2


@pytest.mark.parametrize(("word", "kept"), [("none", 0), ("aggregate", 1), ("last-open", 1)])
def test_what_was_judged_before_she_chose_less_is_kept_as_she_chose(database: Database, mailed: Mailed, word: str, kept: int) -> None:
    with database.read() as session:
        book, _ = judge(session, [arrival(Token(mailed.ana_message), Purpose.OPEN, now=LATER, agent=PHONE)])
    level(database, mailed.ana, word)
    with database.begin() as session:
        keep(session, book)
    assert kept_of(database, mailed.ana_message, mailed.ana) == (False, 0, 0, None)
    assert len(hits(database)) == kept


def test_a_day_judged_before_she_said_no_is_not_kept(database: Database, mailed: Mailed) -> None:
    level(database, mailed.ana, "last-open")
    with database.read() as session:
        book, _ = judge(session, [arrival(Token(mailed.ana_message), Purpose.OPEN, now=LATER, agent=PHONE)])
    level(database, mailed.ana, "aggregate")
    with database.begin() as session:
        keep(session, book)
    assert kept_of(database, mailed.ana_message, mailed.ana)[3] is None


def test_an_erased_persons_old_token_names_nobody(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        session.delete(session.get_one(Subscriber, mailed.ana))
    assert clicked(database, mailed.ana_message) is not None
    assert {hit.message_id for hit in hits(database)} == {None}


def test_s_23_a_link_that_is_not_ours_leads_nowhere(database: Database, mailed: Mailed) -> None:
    assert clicked(database, mailed.ana_message, 6) is None
    assert clicked(database, 4711) is None
    assert clicked(database, 4711, purpose=Purpose.CLICK_MAILING) is None
    assert hits(database) == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.example.com", "https:/\\evil.example.com", "http://evil.example.com\\@good.example.com",
     "http://user@evil.example.com", "https://x.example.com/\r\nSet-Cookie: a=b", "https://x\t.example.com", "data:text/html,x", "", "http://"],
)  # fmt: skip
def test_s_23_even_a_stored_target_must_be_a_plain_web_address(database: Database, mailed: Mailed, url: str) -> None:
    with database.begin() as session:
        session.add(Link(mailing_id=mailed.mailing, number=9, url=url))
    assert clicked(database, mailed.ana_message, 9) is None


def test_links_of_another_mailing_are_not_reached(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        other = mailing(session, "Otra", source_id=2)
        session.add(Link(mailing_id=other.id, number=77, url="https://shop.example.com/other"))
    assert clicked(database, mailed.ana_message, 77) is None


def test_a_click_ends_silence_and_an_open_does_not(database: Database, mailed: Mailed) -> None:
    silence(database, mailed)
    opened(database, mailed.ana_message)
    assert silent(database, mailed)
    clicked(database, mailed.ana_message)
    assert not silent(database, mailed)


def test_a_machines_clicks_do_not_end_silence(database: Database, mailed: Mailed) -> None:
    silence(database, mailed)
    for number in (1, 2, 3, 4):
        clicked(database, mailed.ana_message, number, at=LATER + timedelta(seconds=number))
    assert silent(database, mailed)


def silence(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        session.get_one(Subscriber, mailed.ana).silent_since = SENT_AT
        session.add(Activity(at=SENT_AT, kind=Kind.MARKED_SILENT, subscriber_id=mailed.ana))


def silent(database: Database, mailed: Mailed) -> bool:
    with database.read() as session:
        return session.get_one(Subscriber, mailed.ana).silent_since == SENT_AT


def test_a_loop_that_loads_the_picture_fills_no_disk(database: Database, mailed: Mailed) -> None:
    for second in range(130):
        opened(database, mailed.ana_message, at=LATER + timedelta(seconds=second))
    assert len(hits(database)) == 100


def test_tests_to_staff_count_nothing(database: Database, mailed: Mailed) -> None:
    with database.begin() as session:
        test = message(session, mailed.mailing, -1)
    opened(database, test.id)
    assert clicked(database, test.id) is not None
    assert hits(database) == []


def story(mailed: Mailed) -> list[Arrival]:
    """Ana reads and clicks, a filter tries every link, somebody counted only, somebody unknown, all within seconds."""
    asked = [(Purpose.OPEN, mailed.ana_message, 0, 0), (Purpose.CLICK, mailed.ana_message, 5, 1), (Purpose.OPEN, mailed.ana_message, 0, 60)]
    asked += [(Purpose.CLICK, mailed.ana_message, number, 120 + number) for number in (1, 2, 3, 4, 5)]
    asked += [(Purpose.OPEN_MAILING, mailed.mailing, 0, 121), (Purpose.CLICK_MAILING, mailed.mailing, 1, 122), (Purpose.OPEN, 4711, 0, 123)]
    asked += [(Purpose.CLICK, mailed.berta_message, 1, 124), (Purpose.CLICK, mailed.ana_message, 99, 125)]
    asked += [(Purpose.OPEN, mailed.ana_message, 0, 130)]
    return [
        arrival(Token(row_id, link), purpose, now=LATER + timedelta(seconds=second), agent=PHONE) for purpose, row_id, link, second in asked
    ]


def left_behind(database: Database, mailed: Mailed) -> tuple[object, ...]:
    with database.read() as session:
        kept = [(hit.at, hit.kind, hit.message_id, hit.link_number, hit.machine, hit.signal) for hit in hits(database)]
        told = select(Activity.at, Activity.kind, Activity.machine, Activity.message_id).order_by(Activity.at, Activity.kind)
        written = session.execute(told.where(Activity.kind != Kind.CORRECTED))  # told once a judgement, by however many hits
        found, counted = row(database, mailed.ana_message), total(database, mailed.mailing)
        firsts = (found.opened_at, found.clicked_at, found.machine_opened_at, found.machine_clicked_at)
        return kept, [tuple(line) for line in written], firsts, (counted.opens, counted.clicks, counted.machine_clicks)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 14])
def test_hits_written_together_leave_what_they_would_have_left_alone(tmp_path: Path, size: int) -> None:
    left = []
    for each, name in ((1, "alone"), (size, "together")):
        database = Database(f"sqlite:///{tmp_path / name}.sqlite3")
        metadata.create_all(database.engine)
        with database.begin() as session:
            mailed = mail_the_cast(session)
        arrivals, ways = story(mailed), []
        for start in range(0, len(arrivals), each):
            with database.begin() as session:
                ways += record_hits(session, arrivals[start : start + each])
        left.append((ways, left_behind(database, mailed)))
        database.close()
    assert left[0] == left[1]
    assert {hit[5] for hit in left[0][1][0]} == {"", "burst"}
