"""What every view may ask for: the database, the settings, the clock and the person signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """The parts of the product that the studio was put together with."""

    database: Database
    settings: Settings
    ring: Ring
    clock: Callable[[], datetime]


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
