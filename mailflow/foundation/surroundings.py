"""What every door is put together with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """The database, the settings, the keys and the clock: opened once, when a door is put together."""

    database: Database
    settings: Settings
    ring: Ring
    clock: Callable[[], datetime]
