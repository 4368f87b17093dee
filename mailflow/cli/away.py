"""A database that does not answer: one sentence to whoever asked for something, whichever command it was."""

from sqlalchemy.exc import OperationalError

from mailflow.cli.speech import tell
from mailflow.foundation.busy import is_busy
from mailflow.foundation.language import Words

_AWAY: Words = {
    "en": "The database does not answer: {why}. Check MAILFLOW_HOME and MAILFLOW_DATABASE_URL, and that its server runs.",
    "es": "La base de datos no responde: {why}. Revisa MAILFLOW_HOME y MAILFLOW_DATABASE_URL, y que su servidor esté en marcha.",
}


def told_of(error: Exception) -> str:
    """What to say of an error that ended a command; "" where it is a fault of ours, which is better shown as it is."""
    if not isinstance(error, OperationalError) or not is_busy(error):
        return ""
    why = str(error.orig).strip().partition("\n")[0].rstrip(".")  # what comes after are hints of its own, and our statement
    return tell(_AWAY, why=why)
