"""Ana answers nothing under one address: two records made one are in peace, unless she clicked or ordered since under the other."""

from datetime import datetime, timedelta

import pytest

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import Subscriber
from mailflow.people.merging import merge
from tests.audience.audience_shop import Shop

DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "silent"), [(-1, True), (1, False)])
@pytest.mark.parametrize("silent_is_kept", [False, True])
def test_silence_outlives_a_merge_but_no_click(shop: Shop, now: datetime, days: int, silent: bool, silent_is_kept: bool) -> None:
    people = shop.joined("ana@example.net", "newsletter", now=now), shop.joined("a.ferrer@casaolivo.es", "newsletter", now=now)
    quiet, other = people
    kept, gone = people if silent_is_kept else people[::-1]
    since = now + 10 * DAY
    with shop.database.begin() as session:
        session.get_one(Subscriber, quiet).silent_since = since
        ledger.note(session, Kind.CLICKED, other, now=since + days * DAY)
    with shop.database.begin() as session:
        merge(session, kept, gone, by=1, now=since + 20 * DAY, ring=shop.ring)
        assert session.get_one(Subscriber, kept).silent_since == (since if silent else None)
