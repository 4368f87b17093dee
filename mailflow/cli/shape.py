"""Whether a database's tables are of this version's shape, asked before a process does anything with them."""

import sys

from sqlalchemy.exc import DBAPIError

from mailflow.foundation.database import Database
from mailflow.foundation.shape import MOVED, known_shapes, shape_of


def refuse_other_shape(url: str) -> None:
    """End the process with one sentence and the remedy unless the database was upgraded to exactly this version."""
    database = Database(url)
    try:
        sentence = _fault(database)
    except DBAPIError as error:
        why = str(error.orig).strip().partition("\n")[0].rstrip(".")
        sentence = f"The database cannot be opened: {why}. Check MAILFLOW_HOME and MAILFLOW_DATABASE_URL"
    finally:
        database.close()
    if sentence:
        sys.exit(f"mailflow cannot start. {sentence}.")


def refuse_newer_shape(url: str) -> None:
    """End the process with one sentence where the tables are of a version that this one does not know."""
    database = Database(url)
    try:
        found = shape_of(database)
    except DBAPIError:
        return  # whoever upgrades says it better
    finally:
        database.close()
    if found and found not in known_shapes():
        sys.exit(f"mailflow cannot start. {_unknown(found)}.")


_NEWER = "The database was upgraded by a newer mailflow: install that version again, or go back to a copy of the data from before"

_MOVED = (
    "These data were moved to PostgreSQL: set MAILFLOW_DATABASE_URL to where they are now. To go on here instead, and give up what "
    "happened there: mailflow db stay"
)


def _unknown(shape: str) -> str:
    return _MOVED if shape.startswith(MOVED) else _NEWER


def _fault(database: Database) -> str:
    found, known = shape_of(database), known_shapes()
    if found == known[-1]:
        return ""
    if found is None:
        return "The database has no tables yet: run “mailflow db upgrade” first"
    if found not in known:
        return _unknown(found)
    return f"The tables are of an older version ({found}): run “mailflow db upgrade” first"
