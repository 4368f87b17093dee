"""What a sender process must not load: whatever only pages, the clock or the command line need. Read from a process of its own."""

import subprocess
import sys
from pathlib import Path

NEEDLESS = (
    "alembic", "apscheduler", "flask", "granian", "jinja2", "lxml", "mjml", "nh3", "premailer", "pydantic", "rich", "typer", "werkzeug",
    "sqlalchemy.dialects.postgresql",
    "mailflow.api", "mailflow.beacons", "mailflow.campaigns", "mailflow.content.compile", "mailflow.demo", "mailflow.reporting",
    "mailflow.segments", "mailflow.sequences", "mailflow.studio", "mailflow.tracking",
)  # fmt: skip
_LOADED = "import sys, mailflow.cli.worker; print(*sys.modules)"


def needless(folder: Path) -> list[str]:
    """The names of NEEDLESS that the sender of the checkout in ``folder`` loads when it starts."""
    told = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    output = subprocess.run([sys.executable, "-c", _LOADED], cwd=folder, env=told, capture_output=True, text=True, check=True).stdout
    loaded = set(output.split())
    assert "mailflow.scheduler.sender" in loaded
    return [name for name in NEEDLESS if name in loaded]
