"""What a shop had before fields had levels and amounts stays, and what it has now survives the way back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from mailflow.cli.migrate import downgrade, upgrade

BEFORE = "0016_consent_and_suppression"
PERSON = (
    "INSERT INTO subscriber (id, email, email_key, tracking, source, source_class, created_at)"
    " VALUES (1, 'ana@example.net', 'ana@example.net', 'aggregate', 'api', 'shop', '2026-11-21 12:00:00')"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'm.sqlite3'}"
        return
    with request.getfixturevalue("server").fresh(empty=True) as empty:
        yield empty


def _run(url: str, *statements: str) -> list[Any]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        results = [connection.execute(text(one)) for one in statements]
        rows = results[-1].all() if results[-1].returns_rows else []
    engine.dispose()
    return list(rows)


def test_places_become_regions_and_amounts_survive_as_numbers_on_the_way_back(url: str) -> None:
    upgrade(url, BEFORE)
    field = "INSERT INTO field (id, key, kind, label, options, public, report, position) VALUES ({}, '{}', '{}', '{{}}', '[]', {}, {}, 1)"
    yes, no = ("true", "false") if url.startswith("postgresql") else ("1", "0")
    _run(
        url,
        field.format(1, "place", "place", yes, yes),
        field.format(2, "points", "number", yes, no),
        PERSON,
        "INSERT INTO profile_value (subscriber_id, field_id, position, text) VALUES (1, 1, 0, 'ES-M')",
    )
    upgrade(url)
    assert _run(url, "SELECT key, level FROM field ORDER BY id") == [("place", "region"), ("points", "")]
    _run(
        url,
        "UPDATE field SET kind = 'money', currency = 'EUR' WHERE key = 'points'",
        "INSERT INTO profile_value (subscriber_id, field_id, position, cents) VALUES (1, 2, 0, 1250)",
    )
    downgrade(url, BEFORE)
    assert _run(url, "SELECT key, kind FROM field ORDER BY id") == [("place", "place"), ("points", "number")]
    assert _run(url, "SELECT text, number FROM profile_value ORDER BY field_id") == [("ES-M", None), (None, 12.5)]
