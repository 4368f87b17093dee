"""What the mails of a sequence brought so far."""

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind
from mailflow.reporting.figures import COLUMNS, figures
from mailflow.reporting.words import StepLine
from mailflow.sequences.models import Step


def report(session: Session, sequence_id: int) -> list[StepLine]:
    """One line for each step that has sent a mail, in the order of the steps."""
    step_mail = and_(Mailing.source_id == Step.id, Mailing.kind == MailingKind.STEP)
    rows = select(Step.id, Step.position, Mailing.template, *COLUMNS).join(Mailing, step_mail)
    rows = rows.join(Message, Message.mailing_id == Mailing.id).where(Step.sequence_id == sequence_id)
    grouped = rows.group_by(Step.id, Step.position, Mailing.template).order_by(Step.position, Mailing.template)
    return [StepLine(step, position, template, figures(sums)) for step, position, template, *sums in session.execute(grouped)]
