"""Exports of Mailchimp, Brevo and listmonk: who is gone there is never confirmed here, and stays out of the next file too."""

import random
import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from sqlalchemy import select

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import FileError, ImportState, Outcome, Policies, Policy
from mailflow.audience.models import Subscriber, Suppression, SuppressionLine
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.ring import Ring
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried, worked

CHIMP = {
    "subscribed_members_export_9f2.csv": '"Email Address","First Name",TAGS\nana@example.org,Ana,"""vip"""\ncarla@example.org,Carla,\n',
    "unsubscribed_members_export_9f2.csv": "Email Address,UNSUB_TIME,First Name\ncarla@example.org,2024-01-01,Carla\n",
    "cleaned_members_export_9f2.csv": "Email Address,First Name\ndario@example.org,Darío\n",
    "nonsubscribed_members_export_9f2.csv": "Email Address,First Name\nelena@example.org,Elena\n",
}
BREVO = "CONTACT ID;EMAIL;NOMBRE;EMAIL_BLACKLISTED\n1;ana@example.org;Ana;no\n2;carla@example.org;Carla;yes\n"
LISTMONK = "uuid,email,name,attributes,status\n1,ana@example.org,Ana,{},enabled\n2,carla@example.org,Carla,{},blocklisted\n"


def packed(files: dict[str, str], method: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as each:
        for name, text in files.items():
            each.writestr(name, text)
    return out.getvalue()


def counts(shop: Shop, ring: Ring, now: datetime, content: bytes, **how: Policies) -> dict[str, int]:
    number = brought(shop.database, content, now, **how)
    tried(shop.database, number, ring, now)
    carried(shop.database, number, ring, now)
    with shop.database.read() as session:
        one = session.get_one(Import, number)
        assert one.counts == one.expected
        return dict(one.counts)


def test_who_is_gone_from_mailchimp_never_comes_in(shop: Shop, ring: Ring, now: datetime) -> None:
    found = counts(shop, ring, now, packed(CHIMP))
    assert found == {"new": 1, "left-there": 1, "bounced-there": 1, "not-in-there": 1, "twice": 1}
    assert shop.states("ana@example.org") == {"newsletter": "confirmed"}
    assert shop.states("carla@example.org") == {"newsletter": "left"}
    with shop.database.read() as session:
        assert session.scalar(select(Subscriber.confirmed_at).where(Subscriber.email_key == "carla@example.org")) is None
        assert session.scalars(select(Suppression.address_hash)).all() == [ring.hash("dario@example.org")]
        assert session.scalars(select(SuppressionLine.event)).all() == ["added"]
    again = counts(shop, ring, now, b"email\ncarla@example.org\ndario@example.org\nelena@example.org\n")
    assert again == {Outcome.LEFT: 1, Outcome.SUPPRESSED: 1, Outcome.NEW: 1}


@pytest.mark.parametrize("text", [BREVO, LISTMONK], ids=["Brevo", "listmonk"])
def test_who_is_blocked_there_is_left_here(shop: Shop, ring: Ring, now: datetime, text: str) -> None:
    assert counts(shop, ring, now, text.encode()) == {"new": 1, "left-there": 1}
    assert shop.states("carla@example.org") == {"newsletter": "left"}


def test_what_she_said_here_counts_for_more_than_an_old_export(shop: Shop, ring: Ring, now: datetime) -> None:
    shop.joined("carla@example.org", now=now)
    counts(shop, ring, now, BREVO.encode())
    assert shop.states("carla@example.org") == {"newsletter": "confirmed"}


def test_offices_and_addresses_for_a_day_by_policy(shop: Shop, ring: Ring, now: datetime) -> None:
    rows = b"email\ninfo@example.org\nAtencion.Cliente@example.org\nx@mailinator.com\ny@mx.mailinator.com\nana@example.org\n"
    strict = Policies(roles=Policy.REFUSE, disposables=Policy.REFUSE)
    assert counts(shop, ring, now, rows, policies=strict) == {"new": 1, "role": 2, "disposable": 2}
    assert counts(shop, ring, now, rows) == {"known": 1, "new": 2, "disposable": 2}
    assert counts(shop, ring, now, rows, policies=Policies(disposables=Policy.MARK)) == {"known": 3, "new": 2}
    with shop.database.read() as session:
        last = session.scalars(select(Import).order_by(Import.id.desc())).first()
        assert last is not None
        assert last.marked == {"role": 2, "disposable": 2}


def with_statuses(*words: str) -> bytes:
    return "\n".join(["email,status", *(f"p{number}@example.org,{word}" for number, word in enumerate(words))]).encode()


def test_who_complained_there_is_blocked_here_for_good(shop: Shop, ring: Ring, now: datetime) -> None:
    with shop.database.begin() as session:
        suppress(session, "p0@example.org", SuppressionReason.HARD_BOUNCE, ring=ring, now=now)
    found = counts(shop, ring, now, with_statuses("complained", "Spam", "junk", "active"))
    assert found == {"complained-there": 3, "new": 1}
    with shop.database.read() as session:
        assert list(session.scalars(select(Suppression.reason))) == ["complaint"] * 3
        lines = select(SuppressionLine.reason).order_by(SuppressionLine.id)
        assert list(session.scalars(lines)) == ["hard-bounce", *["complaint"] * 3]


def test_a_status_that_nobody_knows_lets_nobody_in(shop: Shop, ring: Ring, now: datetime) -> None:
    words = ("never subscribed", "cancelled", "suppressed", "unsub", "soft bounce", "hard bounces", "who knows", "Suscrita", "")
    found = counts(shop, ring, now, with_statuses(*words))
    assert found == {"not-in-there": 1, "left-there": 3, "unknown-there": 2, "bounced-there": 1, "new": 2}


def cut(shift: int) -> bytes:
    """Mailchimp's export with some bytes of its second file changed on the way."""
    drawn = random.Random(1)
    whole = bytearray(
        packed(
            {
                "unsubscribed_1.csv": "Email Address\n" + "".join(f"u{number}@example.org\n" for number in range(80)),
                "nonsubscribed_1.csv": "Email Address\n" + "".join(f"n{drawn.random()}@example.org\n" for _ in range(3000)),
                "subscribed_1.csv": "Email Address\n" + "".join(f"s{number}@example.org\n" for number in range(30)),
            },
            zipfile.ZIP_DEFLATED,
        )
    )
    whole[whole.index(b"nonsubscribed_1.csv") + shift] ^= 0x5A
    return bytes(whole)


@pytest.mark.parametrize("shift", [500, 5000])
def test_an_export_damaged_on_the_way_fails_and_says_so(shop: Shop, ring: Ring, now: datetime, shift: int) -> None:
    number = brought(shop.database, cut(shift), now)
    assert worked(shop.database, number, ring, now) == ImportState.FAILED
    with shop.database.read() as session:
        assert session.get_one(Import, number).fault == "damaged"


def test_an_export_locked_with_a_password_is_not_taken(shop: Shop, now: datetime) -> None:
    locked = bytearray(packed({"subscribed_1.csv": "Email Address\nana@example.org\n"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileError) as refused:
        brought(shop.database, bytes(locked), now)
    assert refused.value.word == "damaged"
