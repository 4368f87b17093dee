"""What every public view works with: the database, the settings, the keys and the clock."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request
from sqlalchemy.orm import Session

from mailflow.audience.words import Origin
from mailflow.foundation.surroundings import Surroundings


@dataclass(frozen=True)
class PublicSurroundings(Surroundings):
    """What this door is told besides."""

    gives_code: Callable[[Session], bool]
    """Whether whoever confirms a first list is sent a code; stages that this door does not know decide that."""


def here() -> PublicSurroundings:
    """The surroundings of the application that serves this request."""
    found: PublicSurroundings = current_app.extensions["mailflow"]
    return found


def origin() -> Origin:
    """Where this request comes from."""
    return Origin(request.remote_addr or "", request.user_agent.string)
