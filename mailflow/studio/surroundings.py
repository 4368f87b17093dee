"""What every view may ask for: the database, the settings, the clock and the person signed in."""

from datetime import datetime
from typing import cast

from flask import current_app

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.surroundings import Surroundings


def surroundings() -> Surroundings:
    """The surroundings of the application that serves this request."""
    return cast("Surroundings", current_app.extensions["mailflow"])


def current_database() -> Database:
    """The database of this request: ``begin()`` to write, ``read()`` to look."""
    return surroundings().database


def current_settings() -> Settings:
    """The settings of this installation."""
    return surroundings().settings


def current_ring() -> Ring:
    """The keys of this installation."""
    return surroundings().ring


def current_instant() -> datetime:
    """Now, by the clock the studio was given."""
    return surroundings().clock()
