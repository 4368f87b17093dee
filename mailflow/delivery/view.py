"""A message as its reader would see it in a browser: made again from what its mailing was compiled to."""

from sqlalchemy.orm import Session

from mailflow.delivery.facts import Batch
from mailflow.delivery.letters import Press
from mailflow.foundation.tokens import TokenMint
from mailflow.outbox.models import Message


def view_html(session: Session, message_id: int, *, mint: TokenMint, public_url: str) -> str | None:
    """The HTML of one message, or None when there is no such message or its mailing was never compiled."""
    message = session.get(Message, message_id)
    press = Press()
    if message is None or not press.load(session, message.mailing_id, message.language):
        return None
    batch = Batch(session, [message], press=press, mint=mint, public_url=public_url)
    return press.personal(message, batch).html
