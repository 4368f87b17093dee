"""What keeps machines from filling in open forms, without cookies or riddles: a signed time and a box no person sees."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _

from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose

TRAP = "website"
FIELD = "form_token"
FASTEST = timedelta(seconds=1)
LONGEST = timedelta(hours=24)


def form_token(ring: Ring, *, now: datetime) -> str:
    """The signed moment at which a form was shown."""
    return ring.mint.make(Purpose.FORM, int(now.timestamp() * 1000))


def is_trapped(answers: Mapping[str, str]) -> bool:
    """Whether the box that no person sees was filled in; such a form gets the usual answer, and nothing is done."""
    return bool(answers.get(TRAP))


def fault_of(answers: Mapping[str, str], ring: Ring, *, now: datetime) -> str | None:
    """What to tell somebody whose form came too fast, too late or without its token; None when all is well."""
    token = ring.mint.read(Purpose.FORM, answers.get(FIELD, ""))
    shown_for = now - datetime.fromtimestamp(token.row_id / 1000, tz=now.tzinfo) if token and token.row_id < 1 << 45 else None
    if shown_for is None or not timedelta() <= shown_for <= LONGEST:
        return str(_("This page had been open for too long. Press the button once more"))
    return str(_("That was very quick. Press the button once more")) if shown_for < FASTEST else None
