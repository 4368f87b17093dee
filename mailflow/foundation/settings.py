"""What the one who runs the machine can set, all of it by environment variables that begin with MAILFLOW_."""

import os
import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?/?", re.IGNORECASE)
"""What may stand in MAILFLOW_BASE_URL: nothing may follow the host and its port."""


def _default_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "mailflow"


class Settings(BaseSettings):
    """One installation's settings; docs/en/settings.md and docs/es/ajustes.md explain each of them."""

    model_config = SettingsConfigDict(env_prefix="MAILFLOW_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_default_home, description="The data folder: one folder to back up.")
    database_url: str = Field(default="", description="Where the data live; empty means SQLite inside the data folder.")
    mail_url: str = Field(
        default="sandbox:", description="How mail leaves: sandbox: or smtp://user:pass@host:port?tls=none|starttls|implicit."
    )
    mail_routes: str = Field(default="", description="A TOML file of named routes, for mail that leaves another way than mail_url.")
    base_url: str = Field(default="", description="The public address that links in mails carry.")
    secret_key: str = Field(default="", description="Wraps all keys; made and kept in the data folder on first start.")
    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the web server; plain PORT is obeyed too.")
    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="How many proxies in front are ours: that many entries of X-Forwarded-For are believed."
    )
    check_deliverability: bool = Field(default=False, description="Ask the DNS whether a domain takes mail before accepting an address.")
    render_seconds: float = Field(default=5.0, gt=0, description="Most seconds that compiling one newsletter may take.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @model_validator(mode="before")
    @classmethod
    def _obey_plain_port(cls, values: dict[str, object]) -> dict[str, object]:
        if "port" not in values and os.environ.get("PORT"):
            values["port"] = os.environ["PORT"]
        return values

    @field_validator("base_url")
    @classmethod
    def _only_a_place(cls, value: str) -> str:
        if value and not _is_origin(value):
            raise PydanticCustomError(
                "origin", "write http:// or https://, the host and if need be a port, such as https://mail.my-shop.example"
            )
        return value.lower()

    @model_validator(mode="after")
    def _fill_from_home(self) -> Self:
        home = self.home.expanduser().resolve()
        object.__setattr__(self, "home", home)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{home / 'mailflow.sqlite3'}")
        if not self.base_url:
            object.__setattr__(self, "base_url", f"http://localhost:{self.port}")
        return self

    @property
    def public_url(self) -> str:
        """The public address without a slash at its end."""
        return self.base_url.rstrip("/")


def _is_origin(text: str) -> bool:
    try:
        return bool(_ORIGIN.fullmatch(text)) and urlsplit(text).port != 0
    except ValueError:
        return False
