"""Which shape a database's tables have, and which one this version knows."""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from mailflow.foundation.database import Database
from mailflow.foundation.paths import bundled

MOVED = "moved "
"""Stands before the number of its shape in a database whose data were moved elsewhere: no process of any version begins on it."""


def shape_of(database: Database) -> str | None:
    """The migration that the database stands at; None where none was ever made."""
    with database.read() as session:
        try:
            found = session.scalar(text("SELECT version_num FROM alembic_version"))
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" in str(error.orig):
                return None
            raise
    return None if found is None else str(found)


def known_shapes() -> list[str]:
    """This version's migrations in their order; each is named as its file."""
    return sorted(file.stem for file in (bundled("migrations") / "versions").glob("[0-9]*.py"))
