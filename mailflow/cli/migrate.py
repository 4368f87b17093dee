"""Bringing a database's tables to this version's shape, and back."""

import logging

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ProgrammingError

from mailflow.foundation.database import Database
from mailflow.foundation.paths import bundled

_log = logging.getLogger(__name__)


def configuration(url: str) -> Config:
    """Alembic's settings for a database; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(bundled("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Up to a revision; nothing happens when it is there already."""
    command.upgrade(configuration(url), revision)
    if revision == "head" and url.startswith("postgres"):
        _make_room_for_shared_work(url)


def _make_room_for_shared_work(url: str) -> None:
    """Procrastinate's tables, where it is installed; without them one scheduler does all the work."""
    try:
        from mailflow.scheduler.crew_tables import make_tables
    except ModuleNotFoundError:
        return
    database = Database(url)
    try:
        make_tables(database)
    except ProgrammingError as error:
        _log.warning("Procrastinate's tables could not be made: %s", str(error.orig).strip())
    finally:
        database.close()


def downgrade(url: str, revision: str) -> None:
    """Back down to a revision, data carried as far as it fits."""
    command.downgrade(configuration(url), revision)
