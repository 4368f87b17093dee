"""From rows to bytes: what leaves is what the page behind /view shows, with this reader's own tokens, read with few questions."""

import email
import email.header
import gc
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import Message as Parsed

import pytest
from liquid.exceptions import LiquidError
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Brand, List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.words import Tracking
from mailflow.content.store import keep
from mailflow.content.words import Compiled
from mailflow.delivery.facts import Batch
from mailflow.delivery.letters import Press
from mailflow.delivery.transports.grammar import dotted
from mailflow.delivery.view import view_html
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose, Token
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Mailing, Message

URL = "https://cartas.example.com"
LINKS = ("https://casaolivo.example/?a=1&b=2", "https://casaolivo.example/otra")
HTML = (
    "<!DOCTYPE html>\n<p>Hola, {{ subscriber.first_name | default: 'amiga' }} de {{ subscriber.place }}.</p>\n"
    '{% if subscriber.sex == "f" %}<a href="{{ link_1 }}">ella</a>{% else %}<a href="{{ link_2 }}">todos</a>{% endif %}'
    "{% if offer.code %}<b>{{ offer.code }}</b> {{ offer.value }} {{ offer.minimum }} {{ offer.ends_on }} {{ offer.conditions }}{% endif %}"
    "{% for list in subscriptions %}<i>{{ list.name }}</i>{% endfor %}{{ subscription.list }} {{ subscription.confirmed_on }} "
    '<a href="{{ links.unsubscribe }}">baja</a> <a href="{{ links.preferences }}">p</a> <a href="{{ links.view }}">v</a>{{ pixel }}'
)
TEXT = (
    "Hola, {{ subscriber.first_name }}:\n\n{% if offer.code %}{{ offer.code }}{% endif %}\n\n{% if subscription.list %}Por "
    "{{ subscription.list }}{% endif %}\n\n{{ link_1 }} {{ links.unsubscribe }}\n"
)


class Shop:
    """A started shop with a list, to which people are added, and mailings made by hand."""

    def __init__(self, database: Database, ring: Ring, now: datetime) -> None:
        self.database, self.ring, self.now = database, ring, now
        with database.begin() as session:
            first_start(session, now=now)
            session.execute(update(Brand).values(from_name="Casa Ölivo", from_address="hola@example.com", reply_to="taller@example.com"))

    def reader(self, name: str, *, tracking: str = Tracking.INDIVIDUAL, language: str = "es", **values: str) -> int:
        with self.database.begin() as session:
            made = Subscriber(email=f"{name}@example.net", email_key=f"{name}@example.net", tracking=tracking, source="form:newsletter")
            made.created_at = made.confirmed_at = self.now
            made.language = language
            session.add(made)
            session.flush()
            joined = Subscription(subscriber_id=made.id, list_id=self.list_id(session), state="confirmed", asked_at=self.now)
            joined.confirmed_at = self.now - timedelta(days=2)
            session.add(joined)
            set_values(session, made.id, values)
            return made.id

    def list_id(self, session: Session) -> int:
        return session.scalars(select(List.id)).one()

    def mailing(self, html: str = HTML, text: str = TEXT, subject: str = "Otoño", *, kind: str = "campaign", language: str = "es") -> int:
        with self.database.begin() as session:
            brand = session.scalars(select(Brand.id)).one()
            made = Mailing(kind=kind, source_id=1, template=subject[:20], name="Otoño", brand_id=brand, lane=2, policy="hold")
            made.created_at = made.due_at = self.now
            session.add(made)
            session.flush()
            keep(session, made, language, Compiled(subject, "", html, text, LINKS, language, len(html)), now=self.now)
            return made.id

    def row(self, mailing: int, person: int, *, language: str = "es", of_list: bool = True, **context: int) -> int:
        with self.database.begin() as session:
            address = session.scalar(select(Subscriber.email).where(Subscriber.id == person)) or "marta@example.com"
            made = Message(
                mailing_id=mailing, person_key=person, address=address, language=language, lane=2, due_at=self.now, context=context
            )
            made.list_id = self.list_id(session) if of_list else None
            session.add(made)
            session.flush()
            return made.id

    def code(self, person: int, text: str) -> int:
        with self.database.begin() as session:
            offer = session.scalars(select(Offer).where(Offer.slug == "prueba")).first() or Offer(
                slug="prueba", name={"es": "Hola"}, kind="percent", value=10, minimum=4050, days=14, created_at=self.now,
                conditions={"es": "Una vez & ya.", "en": "Once & for all."},
            )  # fmt: skip
            session.add(offer)
            session.flush()
            made = Code(offer_id=offer.id, subscriber_id=person, text=text, issued_at=self.now, ends_at=self.now + timedelta(days=14))
            session.add(made)
            session.flush()
            return made.id

    def letters(self, *ids: int, press: Press | None = None) -> list[bytes]:
        press = press or Press()
        with self.database.read() as session:
            rows = list(session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)))
            batch = Batch(session, rows, press=press, mint=self.ring.mint, public_url=URL)
        envelopes = [press.letter(row, batch, ring=self.ring, now=self.now) for row in rows]
        for one in envelopes:  # the promise that lets it leave unread
            assert one.stuffed
            assert one.content.isascii()
            assert dotted(one.content) == one.content
        return [one.content for one in envelopes]

    def viewed(self, row: int) -> str | None:
        with self.database.read() as session:
            return view_html(session, row, mint=self.ring.mint, public_url=URL)


@pytest.fixture
def shop(database: Database, ring: Ring, now: datetime) -> Shop:
    return Shop(database, ring, now)


def parts(raw: bytes) -> tuple[Parsed, str, str]:
    parsed = email.message_from_bytes(raw)
    text, html = (part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in parsed.get_payload())
    return parsed, text, html


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def listen(_connection, _cursor, statement, *_) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(database.engine, "before_cursor_execute", listen)


def test_what_leaves_is_what_the_page_shows(shop: Shop) -> None:
    mailing = shop.mailing()
    english = shop.mailing(subject="Autumn", language="en")
    ana = shop.reader("ana", first_name="Ana <3", sex="f", place="ES-SE")
    berta = shop.reader("berta", tracking=Tracking.AGGREGATE, sex="m")
    carla = shop.reader("carla", language="en", first_name="Carla.", place="ES-SE")
    rows = [
        shop.row(mailing, ana, code_id=shop.code(ana, ".ANA=1")),
        shop.row(mailing, berta),
        shop.row(english, carla, language="en", code_id=shop.code(carla, "CARLA-1")),
    ]
    made = [parts(raw) for raw in shop.letters(*rows)]
    assert [html for _, _, html in made] == [shop.viewed(row) for row in rows]
    of_ana, of_berta, of_carla = ((text, html) for _, text, html in made)
    assert "Hola, Ana &lt;3 de Sevilla" in of_ana[1]
    assert ">ella<" in of_ana[1]
    assert ">todos<" in of_berta[1]
    assert "amiga" in of_berta[1]
    assert "<b>.ANA=1</b> 10 % 40,50\xa0€ sábado 5 de diciembre de 2026 Una vez &amp; ya." in of_ana[1]
    assert "Once &amp; for all." in of_carla[1]
    assert "jueves 19 de noviembre de 2026" in of_berta[1]
    assert of_ana[0].startswith("Hola, Ana <3:\n\n.ANA=1\n\nPor ")
    assert of_berta[0].startswith("Hola, :\n\nPor ")


def test_tokens_name_the_message_or_only_the_mailing(shop: Shop) -> None:
    mailing = shop.mailing()
    ana, berta = shop.reader("ana", sex="f"), shop.reader("berta", tracking=Tracking.AGGREGATE, sex="f")
    rows = [shop.row(mailing, ana), shop.row(mailing, berta)]
    first, second = (parts(raw)[2] for raw in shop.letters(*rows))
    read = shop.ring.mint.read
    click, seen = re.compile(f'{URL}/c/([^"]+)'), re.compile(f'{URL}/o/([^"]+)\\.gif')
    assert read(Purpose.CLICK, click.findall(first)[0]) == Token(rows[0], 1)
    assert read(Purpose.OPEN, seen.findall(first)[0]) == Token(rows[0])
    assert read(Purpose.CLICK_MAILING, click.findall(second)[0]) == Token(mailing, 1)
    assert read(Purpose.OPEN_MAILING, seen.findall(second)[0]) == Token(mailing)
    assert read(Purpose.VIEW, re.findall(f'{URL}/view/([^"]+)', second)[0]) == Token(rows[1])
    assert read(Purpose.PREFERENCES, re.findall(f'{URL}/preferences/([^"]+)', second)[0]) == Token(berta)


def test_of_who_chose_less_a_mail_carries_no_more_than_she_chose(shop: Shop) -> None:
    mailing = shop.mailing()
    last, none = shop.reader("lola", tracking=Tracking.LAST_OPEN, sex="f"), shop.reader("nora", tracking=Tracking.NONE, sex="f")
    rows = [shop.row(mailing, last), shop.row(mailing, none)]
    made = [parts(raw) for raw in shop.letters(*rows)]
    assert [html for _, _, html in made] == [shop.viewed(row) for row in rows]
    read = shop.ring.mint.read
    of_last, of_none = (html for _, _, html in made)
    assert read(Purpose.OPEN, re.findall(f'{URL}/o/([^"]+)\\.gif', of_last)[0]) == Token(rows[0])
    assert read(Purpose.CLICK_MAILING, re.findall(f'{URL}/c/([^"]+)', of_last)[0]) == Token(mailing, 1)
    assert f"{URL}/o/" not in of_none
    assert f"{URL}/c/" not in of_none
    assert f'<a href="{LINKS[0].replace("&", "&amp;")}">ella</a>' in of_none
    assert read(Purpose.LEAVE, re.findall(f'{URL}/unsubscribe/([^"]+)', of_none)[0])
    assert f"{LINKS[0]} {URL}/unsubscribe/" in " ".join(made[1][1].split())


def test_the_header_lines_are_those_that_providers_ask_for(shop: Shop) -> None:
    row = shop.row(shop.mailing(subject="{{ subscriber.first_name }}, otoño"), shop.reader("ana", first_name="Ana\r\nBcc: x@example.com"))
    raw = shop.letters(row)[0]
    parsed = parts(raw)[0]
    assert list(parsed.keys()) == [
        *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Post", "Precedence"),
        *("List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
    ]
    assert str(email.header.make_header(email.header.decode_header(parsed["Subject"]))) == "Ana Bcc: x@example.com, otoño"
    assert (parsed["To"], parsed["Reply-To"], parsed["Date"]) == (
        "ana@example.net",
        "taller@example.com",
        "Sat, 21 Nov 2026 12:00:00 +0000",
    )
    assert parsed["Message-ID"] == f"<m{row}.{shop.ring.hash(f'message {row}')[:20]}@example.com>"
    leave = re.fullmatch(f"<{URL}/unsubscribe/(.+)>", parsed["List-Unsubscribe"])
    with shop.database.read() as session:
        assert leave
        assert shop.ring.mint.read(Purpose.LEAVE, leave.group(1)) == Token(session.scalars(select(Subscription.id)).one())
    assert shop.letters(row)[0] == raw


def test_a_notice_asks_for_no_answer_and_offers_no_leaving(shop: Shop) -> None:
    mailing = shop.mailing("<p>{{ links.preferences }}</p>", "x\n", kind="notice")
    parsed, _, html = parts(shop.letters(shop.row(mailing, shop.reader("ana"), of_list=False))[0])
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["List-Unsubscribe"] is None
    assert f"{URL}/preferences/" in html


def test_staff_get_a_believable_mail_whose_links_count_nobody(shop: Shop) -> None:
    row = shop.row(shop.mailing(kind="test"), -1, of_list=False)
    parsed, _, html = parts(shop.letters(row)[0])
    assert parsed["To"] == "marta@example.com"
    assert "Hola, Ana de Sevilla" in html
    assert 'href="https://casaolivo.example/?a=1&amp;b=2"' in html
    assert "/o/" not in html
    assert html == shop.viewed(row)


def test_who_is_in_no_list_any_more_gets_no_line_to_leave_by(shop: Shop) -> None:
    row = shop.row(shop.mailing(), shop.reader("ana", first_name="Ana"))
    with shop.database.begin() as session:
        session.delete(session.scalars(select(Subscription)).one())
    parsed, _, html = parts(shop.letters(row)[0])
    assert (parsed["List-Unsubscribe"], parsed["Precedence"]) == (None, "bulk")
    assert 'href=""' in html
    assert html == shop.viewed(row)


def test_a_list_mail_with_a_link_that_stands_for_nothing_can_still_be_left(shop: Shop) -> None:
    """Nobody asked for a confirmation here; the address stays empty, the line to leave by does not."""
    row = shop.row(shop.mailing('<a href="{{ links.confirm }}">x</a>{{ links.confirm_expires_on }}'), shop.reader("ana"))
    parsed, _, html = parts(shop.letters(row)[0])
    assert parsed["List-Unsubscribe"].startswith(f"<{URL}/unsubscribe/")
    assert html == '<a href="">x</a>'


def test_addresses_reach_what_is_interpreted_too(shop: Shop) -> None:
    html = '{% for n in (1..2) %}<a href="{{ link_1 }}">{{ n }}</a>{{ pixel }}{% endfor %}{% assign v = links.view %}{{ v | upcase }}'
    row = shop.row(shop.mailing(html, "{% if link_2 %}{{ link_2 | downcase }}{% endif %}", "{{ link_1 }}"), shop.reader("ana"))
    parsed, text, written = parts(shop.letters(row)[0])
    assert written == shop.viewed(row)
    assert written.count("<img src=") == 2
    assert text.startswith(f"{URL}/c/")
    assert f"{URL}/c/" in str(email.header.make_header(email.header.decode_header(parsed["Subject"])))


def test_one_persons_mail_that_cannot_be_made_stops_nobody_elses(shop: Shop) -> None:
    mailing = shop.mailing(
        "{% if subscriber.first_name == 'Ana' %}{% for n in (1..999) %}{% for m in (1..999) %}x{% endfor %}{% endfor %}{% endif %}ja"
    )
    rows = [shop.row(mailing, shop.reader(name.lower(), first_name=name)) for name in ("Ana", "Berta")]
    press = Press()
    with shop.database.read() as session:
        claimed = [session.get_one(Message, row) for row in rows]
        batch = Batch(session, claimed, press=press, mint=shop.ring.mint, public_url=URL)
    with pytest.raises(LiquidError):
        press.letter(claimed[0], batch, ring=shop.ring, now=shop.now)
    assert b"ja" in press.letter(claimed[1], batch, ring=shop.ring, now=shop.now).content


def test_a_mailing_not_compiled_in_a_language_is_nobodys_letter_in_it(shop: Shop) -> None:
    rows = [shop.row(shop.mailing(), shop.reader("ana"), language=language) for language in ("en",)]
    with pytest.raises(KeyError):
        shop.letters(*rows)


def test_nothing_is_read_that_no_mail_names(shop: Shop) -> None:
    mailing = shop.mailing('<a href="{{ link_1 }}">x</a><a href="{{ links.unsubscribe }}">x</a>', "Hola\n")
    named = shop.mailing("{{ subscriber.first_name }}", "Hola\n", "Otro")
    few = [shop.row(mailing, shop.reader(f"ana{number}", first_name="Ana", sex="f")) for number in range(3)]
    more = [shop.row(mailing, shop.reader(f"berta{number}", first_name="Berta")) for number in range(30)]
    press = Press()
    shop.letters(*few, press=press)
    with statements(shop.database) as asked:
        shop.letters(*few, press=press)
    read = " ".join(asked)
    assert not [table for table in ("profile_value", "field", "code", "offer", "confirmation_request") if f"FROM {table}" in read]
    assert not re.search(r"subscriber\.email|confirmed_at", read)
    with statements(shop.database) as asked_for_more:
        shop.letters(*more, press=press)
    assert len(asked_for_more) == len(asked)
    with statements(shop.database) as asked_with_name:
        shop.letters(shop.row(named, shop.reader("carla", first_name="Carla")), press=press)
    assert "FROM profile_value" in " ".join(asked_with_name)
    assert "day" not in next(each for each in asked_with_name if "FROM profile_value" in each)


def test_a_changed_sender_signs_the_next_batch(shop: Shop) -> None:
    row, press = shop.row(shop.mailing(), shop.reader("ana")), Press()
    before = shop.letters(row, press=press)[0]
    with shop.database.begin() as session:
        session.execute(update(Brand).values(from_address="nueva@example.com"))
    assert b"hola@example.com" in before
    assert b"nueva@example.com" in shop.letters(row, press=press)[0]


def test_a_batch_that_is_done_with_leaves_memory_at_once(shop: Shop) -> None:
    mailing = shop.mailing("{{ subscriber.first_name }} {% if offer.code %}{{ offer.code }}{% endif %}{{ subscription.list }}", "Hola\n")
    row = shop.row(mailing, shop.reader("ana", first_name="Ana"))
    press = Press()
    gc.collect()
    gc.disable()
    try:
        with shop.database.read() as session:
            rows = [session.get_one(Message, row)]
            batch = Batch(session, rows, press=press, mint=shop.ring.mint, public_url=URL)
            press.letter(rows[0], batch, ring=shop.ring, now=shop.now)
        seen = weakref.ref(batch)
        del batch
        assert seen() is None, "a batch that refers to itself waits, with all its readers, for the garbage collector"
    finally:
        gc.enable()
