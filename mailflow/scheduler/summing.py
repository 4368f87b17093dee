"""Reading on in the ledger for the sums that segments are counted by."""

import math
import time

from mailflow.foundation.database import Database
from mailflow.segments.keeping_up import keep, look


def read_on(database: Database, *, seconds: float = math.inf, breathes: bool = False) -> int:
    """Lot after lot in short transactions until nothing is left or time is up; how many lots.

    One that ``breathes`` leaves the database to the sender, the pages and the beacons for as long as each lot took.
    """
    lots, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        with database.read() as session:
            batch = look(session)
        if batch is None:
            break
        with database.begin() as session:
            lots += keep(session, batch)
        if breathes:
            time.sleep(time.monotonic() - began)
    return lots
