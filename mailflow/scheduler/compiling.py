"""Compiling a mailing's mails when they are first needed: read, compile in a child with no transaction open, keep."""

from datetime import datetime

from mailflow.campaigns.kept import mailing_source
from mailflow.content.compile import compile as compile_mail
from mailflow.content.store import keep, kept
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Mailing


def ensure_compiled(database: Database, settings: Settings, mailing_id: int, language: str, *, now: datetime) -> None:
    """Compile once per mailing and language; raises CompileError with its faults."""
    with database.read() as session:
        if kept(session, mailing_id, language) is not None:
            return
        source = mailing_source(session, session.get_one(Mailing, mailing_id), language, public_url=settings.public_url)
    compiled = compile_mail(source, seconds=settings.render_seconds)
    with database.begin() as session:
        keep(session, session.get_one(Mailing, mailing_id), language, compiled, now=now)
