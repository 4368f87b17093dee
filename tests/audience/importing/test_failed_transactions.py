"""A transaction that fails once is done again, and comes to what it would have come to."""

from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mailflow.audience.importing.keeping import BLOCK
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.stepping import step
from mailflow.foundation.ring import Ring
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, tried


@pytest.mark.parametrize("before", [0, 1])
def test_a_trial_whose_write_fails_takes_nobody_for_met(shop: Shop, ring: Ring, now: datetime, before: int) -> None:
    database, people = shop.database, BLOCK + 10
    number = brought(database, b"email\n" + b"".join(b"p%d@example.org\n" % (each % (people - 1)) for each in range(people)), now)

    def tried_blocks() -> tuple[str, int]:
        with database.read() as session:
            one = session.get_one(Import, number)
            return one.state, one.tried

    while tried_blocks() != ("checking", before):
        step(database, number, ring=ring, now=now)
    armed = [True]

    def lose(_connection: object) -> None:
        if armed.pop():
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))

    event.listen(database.engine, "commit", lose)
    with pytest.raises(OperationalError):
        step(database, number, ring=ring, now=now)
    event.remove(database.engine, "commit", lose)
    tried(database, number, ring, now)
    with database.read() as session:
        assert session.get_one(Import, number).expected == {"new": people - 1, "twice": 1}
