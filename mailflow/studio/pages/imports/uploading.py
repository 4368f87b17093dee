"""Taking the file: large ones go to the disk as they come, and only from who is signed in."""

import tempfile
from pathlib import Path
from typing import IO

from flask import Flask, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.taking import take_file
from mailflow.audience.importing.words import FileError
from mailflow.studio.numbers import SmallNumbers
from mailflow.studio.pages.imports.routes import blueprint
from mailflow.studio.pages.imports.words import FAULTS
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_settings

LARGEST_FILE = 200 * 1024 * 1024
_REST_OF_THE_FORM = 64 * 1024
_LONGEST_NAME = 120


class Posted(SmallNumbers):
    """A request whose files are written into the data folder, not where the system keeps its short-lived files, perhaps in memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  # werkzeug's names
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        file = tempfile.NamedTemporaryFile(dir=current_settings().home, prefix=".upload-")  # noqa: SIM115  # closed with the request
        g.setdefault("uploads", []).append(file)
        return file


def take_uploads(app: Flask) -> None:
    """Let ``app`` take large files where files are expected, from who is signed in; asked before anything of the form is read."""
    app.request_class = Posted
    app.before_request(_allow_more)
    app.teardown_request(_keep_none)


def _allow_more() -> None:
    if request.endpoint == "imports.upload" and current_user.is_authenticated:
        request.max_content_length = LARGEST_FILE + _REST_OF_THE_FORM


def _keep_none(_fault: BaseException | None) -> None:
    """However it went, also where a form was refused in the middle: no file of it stays."""
    for file in g.pop("uploads", ()):
        file.close()


@blueprint.get("/new")
@staff
def new() -> str:
    """The form for a file."""
    return render_template("studio/imports/new.html", problem="", most=LARGEST_FILE)


@blueprint.post("/")
@staff
def upload() -> Response | tuple[str, int]:
    """Keep the file and show its columns; nobody comes in by it yet."""
    file = request.files.get("file")
    try:
        token = _keep(file) if file and file.filename else ""
    except FileError as fault:
        return _refused(fault.word)
    if not token:
        return _refused("nothing")
    return redirect(url_for("imports.show", token=token), 303)


def _keep(file: FileStorage) -> str:
    file.stream.flush()
    name = Path((file.filename or "").replace("\\", "/")).name[-_LONGEST_NAME:]
    number = take_file(current_database(), Path(file.stream.name), name, now=current_instant())
    with current_database().read() as session:
        return session.get_one(Import, number).token


def _refused(word: str) -> tuple[str, int]:
    return render_template("studio/imports/new.html", problem=FAULTS.get(word, FAULTS["not-text"]), most=LARGEST_FILE), 422
