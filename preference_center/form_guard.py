"""What keeps machines from filling in open forms, without cookies or riddles: a signed time and a box no person sees."""

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mailflow.audience.models import Field
from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose

TRAP = "website"
FIELD = "form_token"
FASTEST = timedelta(seconds=1)
LONGEST = timedelta(hours=24)
_OWN = frozenset({"email", "use_email", "lists", "shown_lists", "shown", "consent", "tracking", "language", "do", FIELD, TRAP})
"""What our forms carry besides the fields of the registry."""
_WORD = re.compile(r"[a-z][a-z_]{0,29}")
_MOST_NAMED = 5
_log = logging.getLogger(__name__)


def form_token(ring: Ring, *, now: datetime) -> str:
    """The signed moment at which a form was shown."""
    return ring.mint.make(Purpose.FORM, int(now.timestamp() * 1000))


def note_unasked(answers: MultiDict[str, str], asked: Iterable[Field], offered: Iterable[str]) -> None:
    """Say in the log that somebody tried answers which nobody asked for (S-22): they are ignored, and their values are never written."""
    keys = {field.key for field in asked}
    known = _OWN | keys | {f"{key}_{part}" for key in keys for part in ("day", "month", "year")}
    unasked = [name for name in answers if name not in known] + ["lists"] * bool(set(answers.getlist("lists")) - set(offered))
    if unasked:
        named = sorted(filter(_WORD.fullmatch, unasked))[:_MOST_NAMED]
        _log.warning("a public form held %d answers that nobody asked for; ignored: %s", len(unasked), ", ".join(named) or "-")


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
