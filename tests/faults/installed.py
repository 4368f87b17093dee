"""Installations with a launched campaign, each made once and copied for whoever asks for the same again."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks.crowd import launched
from mailflow.foundation.settings import Settings

_FILES = ("mailflow.sqlite3", "secret.key")


def install(settings: Settings, people: int, campaigns: int) -> None:
    """Fill the empty installation of ``settings``."""
    if settings.database_url.startswith("sqlite"):
        for name in _FILES:
            shutil.copy2(_made(people, campaigns) / name, settings.home / name)
        return
    url = make_url(settings.database_url)
    made = f"launched_{people}_{campaigns}"
    with psycopg.connect(host=url.host, port=url.port, user=url.username, dbname="postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (made,)).fetchone():
            launched(settings, people, campaigns=campaigns)
            server.execute(f"CREATE DATABASE {made} TEMPLATE {url.database} STRATEGY file_copy")  # type: ignore[arg-type]
            return
        server.execute(f"DROP DATABASE {url.database}")  # type: ignore[arg-type]
        server.execute(f"CREATE DATABASE {url.database} TEMPLATE {made} STRATEGY file_copy")  # type: ignore[arg-type]


@cache
def _made(people: int, campaigns: int) -> Path:
    home = Path(tempfile.mkdtemp(prefix="mailflow-launched-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    launched(Settings(home=home, base_url="https://cartas.example.com"), people, campaigns=campaigns)
    return home
