"""Bringing a database's tables to this version's shape, and back."""

from alembic import command
from alembic.config import Config

from mailflow.foundation.paths import bundled


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


def downgrade(url: str, revision: str) -> None:
    """Back down to a revision, data carried as far as it fits."""
    command.downgrade(configuration(url), revision)
