"""``mailflow import`` as a person runs it: it says first what would happen, a kill loses and doubles nobody, and refusals are sentences."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.models import ConsentLine, Subscriber
from mailflow.cli.start import open_ready
from mailflow.foundation.database import Database
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings

PEOPLE = 4_000


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh installation, made once."""
    home = tmp_path_factory.mktemp("installed")
    settings = Settings(home=home)
    database = open_ready(settings)
    open_ring(database, settings)
    database.close()
    return home


@pytest.fixture
def home(installed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(installed, tmp_path / "home"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "clientes.csv"
    rows = "".join(f"persona{n}@example.org;Nombre {n % 50};{'Mujer' if n % 2 else 'Hombre'}\n" for n in range(PEOPLE))
    file.write_text(f"Correo;Nombre;Sexo\n{rows}ana@gmial.com;Ana;\n", encoding="utf-8")
    return file


def command(home: Path, *words: str, language: str = "en_GB.UTF-8") -> "subprocess.Popen[str]":
    told = {"MAILFLOW_HOME": str(home), "LC_ALL": language, "PYTHONUNBUFFERED": "1"}
    started = [sys.executable, "-m", "mailflow", "import", *words]
    return subprocess.Popen(started, env={**os.environ, **told}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def said(home: Path, *words: str, language: str = "en_GB.UTF-8") -> tuple[int, str]:
    process = command(home, *words, language=language)
    text, _ = process.communicate(timeout=100)
    return process.returncode, text


def counted(home: Path) -> tuple[int, int, int]:
    """People, consent lines, imports that are kept."""
    database = Database(Settings(home=home).database_url)
    with database.read() as session:
        found = tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Subscriber, ConsentLine, Import))
    database.close()
    return found[0], found[1], found[2]


def done_of(home: Path) -> int:
    database = Database(Settings(home=home).database_url)
    try:
        with database.read() as session:
            return session.scalar(select(Import.done)) or 0
    finally:
        database.close()


def test_killed_in_the_middle_it_goes_on_where_it_was(home: Path, file: Path) -> None:
    code, text = said(home, str(file), "--wording", "En la tienda", "--dry-run", language="es_ES.UTF-8")
    assert code == 0
    assert f"{PEOPLE:,}".replace(",", "\N{NO-BREAK SPACE}") + "  personas nuevas" in text
    assert "probablemente mal escrita" in text
    assert "No se ha importado a nadie." in text
    assert counted(home) == (0, 0, 0), "what was only tried out is not kept"
    process = command(home, str(file), "--wording", "En la tienda", "--yes")
    for wanted in (1, 3):
        until = time.monotonic() + 60
        while done_of(home) < wanted:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        process = command(home, "--resume", "1")
    text, _ = process.communicate(timeout=100)
    assert process.returncode == 0, text
    assert "new people" in text
    assert counted(home) == (PEOPLE, PEOPLE, 1)
    database = Database(Settings(home=home).database_url)
    with database.read() as session:
        blocks = session.scalars(select(ImportBlock))
        assert sum(len(cells) > 0 for block in blocks for _, _, cells in block.rows) == 1, "only who stayed out is kept twice"
    database.close()
    assert "was not interrupted" in said(home, "--resume", "1")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.csv", "--wording", "x"], "There is no file nowhere.csv."),
        (["{file}"], "Say with --wording where and how these people agreed"),
        (["{file}", "--wording", "x", "--list", "taller"], "There is no list “taller”. There are: newsletter."),
        (
            ["{file}", "--wording", "x", "--column", "Correo="],
            "No column of clientes.csv holds addresses. Its columns: Correo, Nombre,",
        ),
        (["{file}", "--wording", "x", "--column", "Foto=email"], "They may hold: email, language, status, first_name"),
        ([], "Name a CSV or Excel file, or an interrupted import with --resume."),
    ],
)
def test_a_refusal_is_a_sentence(home: Path, file: Path, words: list[str], sentence: str) -> None:
    code, text = said(home, *(word.format(file=file) for word in words))
    assert code == 1
    assert sentence in text
    assert "Traceback" not in text
