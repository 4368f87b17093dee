"""What mailings brought: figures, machines apart, and who did not get them and why."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing, MailingTotal, Message
from mailflow.outbox.words import State
from mailflow.reporting.figures import COLUMNS, figures
from mailflow.reporting.words import CampaignReport, Figures, LeftOut

BOUNCED = "bounced"
"""State word here of a mail that was taken and came back."""


def report(session: Session, mailing_id: int) -> CampaignReport:
    """The report of a mailing; raises ``NoResultFound`` when there is none."""
    return reports(session, [session.get_one(Mailing, mailing_id)])[0]


def reports(session: Session, mailings: Sequence[Mailing]) -> list[CampaignReport]:
    """The reports of several mailings, in their order, by three statements however many they are."""
    ids = [mailing.id for mailing in mailings]
    grouped = select(Message.mailing_id, *COLUMNS).where(Message.mailing_id.in_(ids)).group_by(Message.mailing_id)
    sums = {row[0]: figures(row[1:]) for row in session.execute(grouped)}
    totals = {total.mailing_id: total for total in session.scalars(select(MailingTotal).where(MailingTotal.mailing_id.in_(ids)))}
    left_out = _left_out(session, ids)
    return [_report(one, sums.get(one.id, Figures()), totals.get(one.id), left_out[one.id]) for one in mailings]


def _left_out(session: Session, ids: Sequence[int]) -> dict[int, list[LeftOut]]:
    """By mailing, the most frequent first; rows that still wait are not left out."""
    final = (State.SKIPPED, State.FAILED, State.UNCERTAIN)
    count = func.count(Message.id)
    rows = select(Message.mailing_id, Message.state, func.coalesce(Message.reason, ""), count)
    rows = rows.where(Message.mailing_id.in_(ids), Message.state.in_(final))
    rows = rows.group_by(Message.mailing_id, Message.state, Message.reason).order_by(count.desc(), Message.state, Message.reason)
    found: dict[int, list[LeftOut]] = defaultdict(list)
    for mailing_id, state, reason, people in session.execute(rows):
        found[mailing_id].append(LeftOut(state, reason, people))
    return found


def _report(mailing: Mailing, sums: Figures, total: MailingTotal | None, left_out: list[LeftOut]) -> CampaignReport:
    if sums.bounced:
        left_out = sorted([*left_out, LeftOut(BOUNCED, "", sums.bounced)], key=lambda one: -one.people)
    return CampaignReport(
        mailing.id,
        mailing.name,
        mailing.list_id,
        mailing.due_at,
        sums,
        aggregate_opens=total.opens if total else 0,
        aggregate_clicks=total.clicks if total else 0,
        machine_opens=sums.machine_opened + (total.machine_opens if total else 0),
        machine_clicks=sums.machine_clicked + (total.machine_clicks if total else 0),
        left_out=tuple(left_out),
    )
