"""S-20: a segment that takes too long to count is stopped and told in words, on pages and to programs; nobody meets an error."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mailflow.api.assembly import create_api
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Subscriber
from mailflow.foundation import limited
from mailflow.foundation.accounts import SCOPES, make_api_key
from mailflow.foundation.database import Database
from mailflow.foundation.limited import Limit, TooSlowError
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.segments.count import count
from mailflow.segments.save import create
from tests.segments.slow_condition import SLOW, slow_condition
from tests.studio.conftest import Visitor

HASTY = 0.08


@pytest.fixture
def slow(database: Database, now: datetime) -> Iterator[int]:
    """The number of a slow segment, in a shop with Ana in it, whose readers wait for a blink."""
    with slow_condition(), database.begin() as session:
        first_start(session, now=now)
        session.add(Subscriber(email="ana@example.net", email_key="ana@example.net", language="es", source="demo", created_at=now))
        made = create(session, "Lenta", {"all": [SLOW]}, now=now).segment
        assert made
    with slow_condition():
        yield made.id


@pytest.fixture
def program(database: Database, settings: Settings, ring: Ring, now: datetime) -> FlaskClient:
    with database.begin() as session:
        key = make_api_key(session, "shop", scopes=SCOPES, now=now)
    client = create_api(database, settings, ring, clock=lambda: now).test_client()
    client.environ_base |= {"HTTP_AUTHORIZATION": f"Bearer {key.text}", "HTTP_ACCEPT_LANGUAGE": "es"}
    return client


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "SECONDS", HASTY)


def answer_is_in_words(program: FlaskClient, slow: int, asked: str) -> None:
    answer = program.get(f"/v1/segments/{slow}/{asked}")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "tarda demasiado" in answer.json["detail"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("asked", ["count", "members", "explain?subscriber=1"])
def test_s_20_a_program_is_told_that_it_takes_too_long(program: FlaskClient, slow: int, asked: str) -> None:
    answer_is_in_words(program, slow, asked)


def test_s_20_without_the_limit_the_program_would_wait(program: FlaskClient, slow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted variant: readers who wait for ever."""
    monkeypatch.setattr(limited, "SECONDS", float("inf"))
    with pytest.raises(AssertionError):
        answer_is_in_words(program, slow, "count")


@pytest.mark.usefixtures("hasty")
def test_s_20_pages_say_so_and_the_segment_can_still_be_changed(bruno: Visitor, slow: int) -> None:
    builder = bruno.get(f"/segments/{slow}?who=ana@example.net")
    assert builder.status_code == 200
    assert "Counting took too long and was stopped." in builder.text
    assert "Looking this up took too long" in builder.text
    listing = bruno.get("/segments/")
    assert "Counting took too long; open it" in listing.text
    found = bruno.get(f"/subscribers/?segment={slow}")
    assert found.status_code == 503
    assert "This takes too long" in found.text
    assert bruno.get("/subscribers/1").status_code == 200


@pytest.mark.usefixtures("hasty")
def test_s_20_one_slow_condition_leaves_the_total_and_a_dash(bruno: Visitor, slow: int) -> None:
    form = {"node": ["t.0:row", "t.1:row"], "t.how": "all", "t.0.what": "language", "t.0.in.value": "en"}
    more = {"t.1.what": "more:slow", "t.1.op": "in", "t.1.in.value": "x"}
    page = bruno.post("/segments/preview", form | more).text  # type: ignore[arg-type]
    assert "<b>0</b> people right now" in page
    assert "Counting this one took too long" in page


def test_s_20_what_was_stopped_spoils_nothing_and_the_limit_ends_with_the_question(database: Database, slow: int, now: datetime) -> None:
    tree = {"all": [SLOW]}
    with database.read() as session:
        before = session.execute(text("SELECT count(*) FROM subscriber")).scalar()
        with pytest.raises(TooSlowError), Limit(HASTY).on(session):
            count(session, tree, now=now)
        with Limit(HASTY).on(session):
            assert session.execute(text("SELECT count(*) FROM subscriber")).scalar() == before
        assert count(session, tree, now=now) == 1, "no limit is left behind: a campaign's own question takes as long as it takes"
