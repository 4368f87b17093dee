"""Addresses of the studio's own files; each carries a mark of its content, so that browsers may keep it for long."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

KEPT_SECONDS = 365 * 24 * 3600


def serve_assets(app: Flask) -> None:
    """Give the templates of ``app`` the word ``asset("mailflow.css")``."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_SECONDS
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a file below static/."""
    return url_for("static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((Path(__file__).parent / "static" / name).read_bytes()).hexdigest()[:10]
