"""Whether a process may still act on its database: that it is no copy, and has the tables this version knows."""

import logging
import signal
from datetime import datetime

from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import OTHER_LIFE, Fence
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import known_shapes, shape_of

OTHER_SHAPE = "version"
"""The database's tables were brought to another version's shape while this process runs."""
NO_ANSWER = (OperationalError, ProgrammingError)
"""What a database raises that is away or busy, or whose tables were changed: that is the second on PostgreSQL, the first on SQLite."""
LASTING = (OTHER_LIFE, OTHER_SHAPE)
"""What only a new process can live with."""
_log = logging.getLogger(__name__)


class Standing:
    """As it was when the process began; asked again as long as it runs."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Looks once: ``word`` says why nothing may be begun, or ""."""
        self._database = database
        self._fence = Fence(settings.home)
        self._shape = shape_of(database) and known_shapes()[-1]  # none at all: made without migrations, as tests do
        self.word = ""
        self.look()

    def look(self) -> str:
        """Ask; why nothing may be begun, or ""."""
        if not self._reshaped():
            with self._database.read() as session:
                self._say(self._fence.look(session))
        return self.word

    def count(self, session: Session, *, now: datetime) -> str:
        """Ask, with a sign of life; ``keep`` is called once it was committed."""
        self._say(self._fence.count(session, now=now))
        return self.word

    def keep(self) -> None:
        """After the commit: note it outside the database, and look at its shape."""
        self._fence.keep()
        self._reshaped()

    def _reshaped(self) -> bool:
        if self.word not in LASTING and shape_of(self._database) != self._shape:
            self._say(OTHER_SHAPE)
        return self.word == OTHER_SHAPE

    def _say(self, word: str) -> None:
        if self.word in LASTING or word == self.word:
            return
        self.word = word
        if word:
            _log.warning("nothing is begun: %s", _SENTENCES.get(word, word))
        else:
            _log.info("nothing stands in the way any more")


def may_act(standing: Standing) -> bool:
    """Whether anything may be done now. A process that only a new one can take the place of is told to end."""
    try:
        word = standing.look()
    except DBAPIError:
        _log.exception("the database did not answer; asked again at the next tick")
        return False
    if word in LASTING:
        signal.raise_signal(signal.SIGTERM)  # as anybody would end this process: whoever keeps it alive begins a new one
    return not word


_SENTENCES = {
    "restored": "the database came back from a copy or a backup; look at what waits, then say “mailflow release”",
    "copied": "this data folder is a copy, or another database's; use a new folder, or say “mailflow release” if the other is gone",
    OTHER_LIFE: "the database was released; this process ends, to begin anew",
    OTHER_SHAPE: "the tables were brought to another version's shape; this process ends, start the new version",
}
