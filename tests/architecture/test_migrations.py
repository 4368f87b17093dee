"""Migrations are numbered, named as their revision, go both ways, and end where the models are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from mailflow.cli.backup.rows import count_rows
from mailflow.cli.migrate import downgrade, upgrade
from mailflow.foundation.database import Database
from mailflow.schema import metadata
from tests.architecture.shape import ROOT

VERSIONS = sorted((ROOT / "migrations/versions").glob("*.py"))


def test_they_are_numbered_without_gaps_and_named_as_their_revision() -> None:
    for number, file in enumerate(VERSIONS, start=1):
        assert file.name.startswith(f"{number:04d}_")
        assert re.search(rf'^revision = "{file.stem}"$', file.read_text("utf-8"), re.MULTILINE), file.name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'm.sqlite3'}"
        return
    with request.getfixturevalue("server").fresh(empty=True) as empty:
        yield empty


def test_the_last_one_ends_where_the_models_are(url: str) -> None:
    upgrade(url)
    database = Database(url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_each_one_goes_down_and_up_again(url: str) -> None:
    upgrade(url)
    downgrade(url, "base")
    database = Database(url)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.close()
    upgrade(url)


def test_they_leave_an_empty_database_empty(url: str) -> None:
    """What is moved or put back goes into tables without rows; a row that a migration made would be there twice."""
    upgrade(url)
    database = Database(url)
    with database.engine.connect() as connection:
        assert {name: count for name, count in count_rows(connection).items() if count} == {}
    database.close()
