"""``mailflow export`` as a person runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailflow.cli.commands import cli


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *words: str) -> tuple[int, str]:
    monkeypatch.setenv("MAILFLOW_HOME", str(home))
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    result = CliRunner().invoke(cli, ["export", *words])
    return result.exit_code, result.output


def test_a_file_is_made_once_and_refusals_are_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, home = tmp_path / "todo.csv", tmp_path / "home"
    assert run(monkeypatch, home, str(file), "--list", "newsletter", "--columns", "email,lists")[0] == 0
    assert file.read_text("utf-8-sig") == "email,lists\n"
    assert file.stat().st_mode & 0o777 == 0o600
    for words in (
        [str(file)],
        [str(tmp_path / "x.pdf")],
        [str(tmp_path / "y.csv"), "--list", "z"],
        [str(tmp_path / "y.csv"), "--columns", "z"],
    ):
        code, said = run(monkeypatch, home, *words)
        assert (code, len(said.splitlines()), "Traceback" in said) == (1, 1, False)
