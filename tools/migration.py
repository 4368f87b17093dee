"""Writes the next numbered migration from the difference between the models and the last one."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from mailflow.cli.migrate import configuration, upgrade

_VERSIONS = Path("migrations/versions")


def write(name: str) -> None:
    """Compare a database at the newest migration with the models, and write what differs."""
    number = f"{len(list(_VERSIONS.glob('[0-9]*.py'))) + 1:04d}"
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.sqlite3"
        if number != "0001":
            upgrade(url)
        config = configuration(url)
        config.set_main_option("file_template", "%%(rev)s")
        written = command.revision(config, message=name.capitalize(), autogenerate=True, rev_id=f"{number}_{slug}")
        subprocess.run(["ruff", "format", "-q", written.path], check=True, env={"PATH": str(Path(sys.executable).parent)})


if __name__ == "__main__":
    write(sys.argv[1])
