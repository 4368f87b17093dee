"""What every view may ask for: the database and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from mailflow.foundation.database import Database


@dataclass(frozen=True)
class Surroundings:
    """The parts of the product that the API was put together with."""

    database: Database
    clock: Callable[[], datetime]


def surroundings() -> Surroundings:
    """The surroundings of the application that serves this request."""
    return cast("Surroundings", current_app.extensions["mailflow"])
