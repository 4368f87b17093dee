"""``mailflow suppression`` as a person runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailflow.cli.commands import cli


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def once(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["suppression", *words])
        return result.exit_code, result.output

    return once


def test_it_is_put_on_shown_and_taken_off(run, tmp_path: Path) -> None:
    assert run("add", "@bad.example", "--note", "traps") == (0, "Blocked.\n")
    assert "by-hand, everything, since" in run("show", "x@bad.example")[1]
    file = tmp_path / "robinson.csv"
    file.write_text("email\nana@example.net\nana@example.net\nnobody\n", encoding="utf-8")
    assert run("import", str(file)) == (0, "1 are new, 1 were known, 1 lines could not be read.\n")
    assert "robinson, marketing" in run("show", "ANA@example.net")[1]
    assert run("lift", "ana@example.net", "--note", "agreed") == (0, "2: lifted\n")
    assert run("show", "ana@example.net") == (0, "Not blocked.\n")


@pytest.mark.parametrize(
    "words", [("add", "nobody"), ("add", "ana@example.net", "--scope", "all"), ("import", "/nowhere.csv"), ("show", "?")]
)
def test_what_cannot_be_is_a_sentence(run, words: tuple[str, ...]) -> None:
    code, said = run(*words)
    assert (code, len(said.splitlines()), "Traceback" in said) == (1, 1, False)
