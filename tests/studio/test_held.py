"""Bruno's database came back from a backup: every page says that nothing leaves, one page says why, and a button lets it go on."""

from datetime import datetime, timedelta

from sqlalchemy import select

from mailflow.campaigns.models import Campaign
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import hold, introduce, known
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing, Message
from tests.mailed import mailing, message, person
from tests.studio.conftest import Visitor


def _restored(database: Database, now: datetime) -> None:
    """A campaign on its way, one whose hour has passed, and a mail of a sequence that was due."""
    with database.begin() as session:
        going = mailing(session, name="Aceite nuevo")
        session.add(Campaign(name="Aceite nuevo", state="sending", mailing_id=going.id, created_at=now, started_at=now))
        session.add(Campaign(name="Vajilla", state="scheduled", due_at=now - timedelta(minutes=5), created_at=now))
        session.add(Campaign(name="Navidad", state="scheduled", due_at=now + timedelta(days=5), created_at=now))
        step = mailing(session, name="Bienvenida", source_id=7, kind="step")
        ana = person(session, "ana")
        message(session, going.id, ana.id, state="pending")
        message(session, step.id, ana.id, state="pending", lane=1)
        introduce(session, now=now)
        hold(session, "restored", now=now)


def test_every_page_says_so_and_one_explains(database: Database, bruno: Visitor, now: datetime) -> None:
    assert "Nothing leaves" not in bruno.get("/subscribers/").text
    assert bruno.get("/held/").status_code == 302
    _restored(database, now)
    assert "Nothing leaves" in bruno.get("/subscribers/").text
    page = bruno.get("/held/").text
    assert "Aceite nuevo" in page
    assert "Vajilla" in page
    assert "Navidad" not in page
    assert "1 message may have gone since" in page


def test_release_leaves_each_that_may_have_gone_to_a_person(database: Database, bruno: Visitor, now: datetime) -> None:
    _restored(database, now)
    with database.read() as session:
        before = known(session)
    assert bruno.post("/held/release").status_code == 303
    with database.read() as session:
        after = known(session)
        states = {campaign.name: (campaign.state, campaign.reason) for campaign in session.scalars(select(Campaign))}
        kinds = dict(session.execute(select(Mailing.kind, Message.state).join(Message, Message.mailing_id == Mailing.id)).all())
    assert before
    assert after
    assert (after.held, after.former) == ("", (before.instance,))
    assert states == {"Aceite nuevo": ("paused", "restored"), "Vajilla": ("held", "restored"), "Navidad": ("scheduled", None)}
    assert kinds == {"campaign": "pending", "step": "uncertain"}
    assert "Nothing leaves" not in bruno.get("/subscribers/").text
    assert bruno.post("/held/release").status_code == 303
    with database.read() as session:
        assert known(session) == after


def test_a_second_click_touches_no_journal_of_those_who_send_again(
    database: Database, settings: Settings, bruno: Visitor, now: datetime
) -> None:
    _restored(database, now)
    bruno.post("/held/release")
    journal = settings.home / "journal" / "of-a-sender"
    journal.parent.mkdir()
    journal.touch()
    assert "That was over already." in bruno.post("/held/release", follow_redirects=True).text
    assert journal.exists()


def test_nobody_releases_it_by_a_link_or_without_signing_in(database: Database, bruno: Visitor, stranger: Visitor, now: datetime) -> None:
    _restored(database, now)
    assert bruno.get("/held/release").status_code == 405
    assert bruno.client.post("/held/release").status_code in (400, 403)
    assert stranger.post("/held/release").status_code in (302, 303, 401, 403)
    with database.read() as session:
        found = known(session)
    assert found
    assert found.held == "restored"
