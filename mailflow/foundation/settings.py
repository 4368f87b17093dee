"""What the one who runs the machine can set, all of it by environment variables that begin with MAILFLOW_."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?/?", re.IGNORECASE)
"""What may stand in MAILFLOW_BASE_URL: nothing may follow the host and its port."""
_BOUNDS = {
    "port": (1, 65535),
    "trusted_proxies": (0, 10),
    "render_seconds": (0.01, 3600),
    "late_minutes": (1, 10080),
    "import_days": (1, 3650),
}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_LOG_FORMS = ("text", "json")
_SHORTEST_TOKEN = 16
_YES, _NO = frozenset({"1", "true", "yes", "on", "y", "t"}), frozenset({"0", "false", "no", "off", "n", "f"})


class SettingsError(ValueError):
    """Settings that cannot be; ``faults`` has a sentence for each, by the setting's name."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """All of them at once, so that nobody mends them one start at a time."""
        super().__init__("; ".join(f"MAILFLOW_{name.upper()}: {sentence}" for name, sentence in faults.items()))
        self.faults = dict(faults)


def _default_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "mailflow"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation's settings; docs/en/settings.md and docs/es/ajustes.md explain each of them. SettingsError: they cannot be."""

    home: Path = field(default_factory=_default_home)
    """The data folder: one folder to back up."""
    database_url: str = field(default="", repr=False)
    """Where the data live; empty means SQLite inside the data folder."""
    mail_url: str = field(default="sandbox:", repr=False)
    """How mail leaves: sandbox: or smtp://user:pass@host:port?tls=none|try|starttls|implicit."""
    mail_routes: str = ""
    """A TOML file of named routes, for mail that leaves another way than mail_url."""
    base_url: str = ""
    """The public address that links in mails carry."""
    secret_key: str = field(default="", repr=False)
    """Wraps all keys; made and kept in the data folder on first start."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: int = 8000
    """Port of the web server; plain PORT is obeyed too."""
    trusted_proxies: int = 0
    """How many proxies in front are ours: that many entries of X-Forwarded-For are believed."""
    check_deliverability: bool = False
    """Ask the DNS whether a domain takes mail before accepting an address."""
    render_seconds: float = 5.0
    """Most seconds that compiling one newsletter may take."""
    late_minutes: int = 60
    """A campaign found later than this after its hour is held for a person to decide."""
    import_days: int = 30
    """How long the rows of an ended import are kept, for its report and for taking it back."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_form: str = "text"
    """text, for people, or json, for programs: one object a line."""
    metrics_token: str = field(default="", repr=False)
    """What a monitoring system shows at /metrics as its bearer token; empty: nobody else's computer is answered."""

    def __post_init__(self) -> None:
        """Check each one, and fill in those that follow from others."""
        faults = {
            name: f"write a number from {least} to {most}"
            for name, (least, most) in _BOUNDS.items()
            if not least <= getattr(self, name) <= most
        }
        if self.base_url and not _is_origin(self.base_url):
            faults["base_url"] = "write http:// or https://, the host and if need be a port, such as https://mail.my-shop.example"
        if self.log_level.upper() not in _LEVELS:
            faults["log_level"] = f"write one of {', '.join(_LEVELS)}"
        if self.log_form not in _LOG_FORMS:
            faults["log_form"] = f"write one of {', '.join(_LOG_FORMS)}"
        if self.metrics_token and len(self.metrics_token) < _SHORTEST_TOKEN:
            faults["metrics_token"] = f"write at least {_SHORTEST_TOKEN} characters, or nothing"
        if faults:
            raise SettingsError(faults)
        object.__setattr__(self, "log_level", self.log_level.upper())
        home = self.home.expanduser().resolve()
        object.__setattr__(self, "home", home)
        object.__setattr__(self, "database_url", self.database_url or f"sqlite:///{home / 'mailflow.sqlite3'}")
        object.__setattr__(self, "base_url", self.base_url.lower() or f"http://localhost:{self.port}")

    @property
    def public_url(self) -> str:
        """The public address without a slash at its end."""
        return self.base_url.rstrip("/")


def read_settings() -> Settings:
    """The settings as the environment has them; SettingsError names every one that cannot be."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for each in fields(Settings):
        plain = os.environ.get("PORT") or None if each.name == "port" else None
        text, read = os.environ.get(f"MAILFLOW_{each.name.upper()}", plain), _READERS[each.type]  # type: ignore[index]  # annotations are types here
        try:
            values |= {} if text is None else {each.name: read(text)}
        except ValueError:
            faults[each.name] = f"{_WANTED[read]} is wanted"
    try:
        settings = Settings(**values)
    except SettingsError as error:
        faults |= error.faults
    if faults:
        raise SettingsError(faults)
    return settings


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError(text)
    return word in _YES


_READERS: Mapping[type, Callable[[str], Any]] = {str: str, Path: Path, int: int, float: float, bool: _yes_or_no}
_WANTED = {int: "a whole number", float: "a number", _yes_or_no: "yes or no"}


def _is_origin(text: str) -> bool:
    try:
        return bool(_ORIGIN.fullmatch(text)) and urlsplit(text).port != 0
    except ValueError:
        return False
