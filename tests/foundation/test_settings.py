"""Settings come from the environment, are checked together, and are not told with their secrets."""

from pathlib import Path

import pytest

from mailflow.foundation.settings import Settings, SettingsError, read_settings


def test_each_kind_of_value_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = {"HOME": str(tmp_path), "PORT": "8100", "CHECK_DELIVERABILITY": "Yes", "RENDER_SECONDS": "2.5", "MAIL_URL": "smtp://a:25"}
    for name, text in told.items():
        monkeypatch.setenv(f"MAILFLOW_{name}", text)
    settings = read_settings()
    assert (settings.home, settings.port, settings.check_deliverability) == (tmp_path, 8100, True)
    assert (settings.render_seconds, settings.mail_url) == (2.5, "smtp://a:25")
    assert settings.database_url == f"sqlite:///{tmp_path / 'mailflow.sqlite3'}"
    assert settings.base_url == "http://localhost:8100"


@pytest.mark.parametrize(("ours", "plain", "port"), [(None, "9000", 9000), ("9001", "9000", 9001), (None, "", 8000)])
def test_plain_port_is_obeyed_where_ours_says_nothing(monkeypatch: pytest.MonkeyPatch, ours: str | None, plain: str, port: int) -> None:
    monkeypatch.delenv("MAILFLOW_PORT", raising=False)
    monkeypatch.setenv("PORT", plain)
    if ours:
        monkeypatch.setenv("MAILFLOW_PORT", ours)
    assert read_settings().port == port


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"PORT": "many", "TRUSTED_PROXIES": "11", "CHECK_DELIVERABILITY": "perhaps", "RENDER_SECONDS": "nan", "BASE_URL": "shop"}
    for name, text in told.items():
        monkeypatch.setenv(f"MAILFLOW_{name}", text)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert set(caught.value.faults) == {name.lower() for name in told}
    assert "MAILFLOW_PORT: a whole number is wanted" in str(caught.value)
    assert "MAILFLOW_TRUSTED_PROXIES: write a number from 0 to 10" in str(caught.value)


def test_secrets_are_not_shown() -> None:
    settings = Settings(secret_key="hush", mail_url="smtp://user:hush@host", database_url="postgresql://me:hush@host/db")
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(("written", "level"), [("debug", "DEBUG"), ("Warning", "WARNING")])
def test_the_log_level_may_be_written_small(written: str, level: str) -> None:
    assert Settings(log_level=written).log_level == level


def test_a_log_level_that_nobody_knows_is_told() -> None:
    with pytest.raises(SettingsError, match="MAILFLOW_LOG_LEVEL: write one of DEBUG"):
        Settings(log_level="loud")
