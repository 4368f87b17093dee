"""What every view may ask for."""

from typing import cast

from flask import current_app

from mailflow.foundation.surroundings import Surroundings


def surroundings() -> Surroundings:
    """The surroundings of the application that serves this request."""
    return cast("Surroundings", current_app.extensions["mailflow"])
