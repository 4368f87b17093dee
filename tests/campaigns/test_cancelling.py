"""Cancelling a large campaign: nobody gets it from that moment on, and who waited is told so in short transactions."""
# ruff: noqa: F811  # fixtures are taken from the campaigns' tests

import pytest
from sqlalchemy import select, update

from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.outbox.models import Mailing, Message
from tests.campaigns.test_uncertain import house  # noqa: F401
from tests.house import House


def _waiting(house: House) -> int:
    with house.database.read() as session:
        return len(session.scalars(select(Message.id).where(Message.state == "pending")).all())


def test_who_waits_is_told_slice_by_slice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "SLICE", 1)
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.state = "sending"
        session.execute(update(Message).where(Message.mailing_id == campaign.mailing_id).values(state="pending", reason=None))
    before = _waiting(house)
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert control.cancel(session, campaign, now=house.now)
    assert _waiting(house) == before - 1
    with house.database.read() as session:
        assert session.scalars(select(Mailing.state).where(Mailing.id == campaign.mailing_id)).one() == "cancelled"
    sent = len(house.sink.received)
    house.tick()
    assert _waiting(house) == 0
    assert len(house.sink.received) == sent
    with house.database.read() as session:
        reasons = set(session.scalars(select(Message.reason).where(Message.mailing_id == campaign.mailing_id)))
        assert reasons == {"cancelled"}
        assert control.cancelled_waiting(session) == []
