"""What every public view works with: the database, the settings, the keys and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request
from sqlalchemy.orm import Session

from mailflow.audience.words import Origin
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """Opened once, when the application is put together."""

    database: Database
    settings: Settings
    ring: Ring
    clock: Callable[[], datetime]
    gives_code: Callable[[Session], bool]
    """Whether whoever confirms a first list is sent a code; stages that this door does not know decide that."""


def here() -> Surroundings:
    """The surroundings of the application that serves this request."""
    found: Surroundings = current_app.extensions["mailflow"]
    return found


def origin() -> Origin:
    """Where this request comes from."""
    return Origin(request.remote_addr or "", request.user_agent.string)
