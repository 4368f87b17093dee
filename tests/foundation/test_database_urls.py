"""What may stand in MAILFLOW_DATABASE_URL, and what is said of what may not."""

import sys

import pytest

from mailflow.foundation.database import Database
from mailflow.foundation.settings import SettingsError


@pytest.mark.parametrize("written", ["postgres", "postgresql", "postgresql+psycopg"])
def test_however_postgresql_is_written_its_one_driver_is_meant(written: str) -> None:
    assert Database(f"{written}://bruno@db.example.net/shop").url == "postgresql+psycopg://bruno@db.example.net/shop"


NONE_OF_OURS = ["postgresql+psycopg2://bruno@db.example.net/shop", "mysql://bruno@db.example.net/shop", "postgres://bruno:a:b@c:d/shop"]


@pytest.mark.parametrize("url", ["a shop", "oracle+nothing://bruno@db.example.net/shop", "postgresql+psycopg//forgotten", *NONE_OF_OURS])
def test_what_is_no_database_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(SettingsError, match=r"MAILFLOW_DATABASE_URL: write sqlite:///"):
        Database(url)


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r'pip install "psycopg\[binary\]"'):
        Database("postgresql://bruno@db.example.net/shop")
