"""The addresses of imports, described."""

from typing import Any

from mailflow.api.describing import answer, looking, named, page, problems
from mailflow.audience.importing.words import Basis, Policy

_TOKEN = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
_FILES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/zip",
    "application/x-ndjson",
    "application/octet-stream",
)


def import_paths() -> dict[str, Any]:
    """Bringing people in from a file, and taking them back."""
    one = "/v1/imports/{id}"
    started = "It is not tried out yet, or was started or stopped already: nothing was done."
    return {
        "/v1/imports": {
            "get": looking("Imports, the last brought first", "imports:read", page("ImportTold"), []),
            "post": _taking(),
        },
        one: {"get": _looking("One import: how far it is, what would become of its rows, what became of them")},
        f"{one}/report": {"get": _report()},
        f"{one}/start": {"post": _asking("Let the people of a tried out import come in", started)},
        f"{one}/cancel": {"post": _asking("Stop it; who came in by then is in", "It has ended: nothing was done.")},
        f"{one}/undo": {"post": _asking("Take back what it did; who has done something since stays", "There is nothing to take back.")},
    }


def _taking() -> dict[str, Any]:
    policy = {"type": "string", "enum": [str(one) for one in Policy]}
    return {
        "summary": "Bring a file: CSV, Excel, the ZIP of a Mailchimp export, or JSON lines. Nobody comes in until it is started",
        "security": [{"key": ["imports:write"]}],
        "parameters": [
            _asked("list", {"type": "string"}, "The slug of the list they join.", required=True),
            _asked("basis", {"type": "string", "enum": [str(one) for one in Basis]}, "Why they may be written to.", required=True),
            _asked("wording", {"type": "string", "maxLength": 800}, "Where and how they agreed; kept with each as proof.", required=True),
            _asked("columns", {"type": "string"}, 'What columns hold, as JSON: {"Correo": "email", "Notas": ""}; the others are guessed.'),
            _asked("name", {"type": "string", "maxLength": 120}, "What the file is called."),
            _asked("roles", policy, "Addresses of an office, such as info@; mark unless told."),
            _asked("disposables", policy, "Addresses for one day; refuse unless told."),
            _KEY,
        ],
        "requestBody": {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _FILES}},
        "responses": {
            "200": answer("Brought already with this Idempotency-Key.", named("ImportTold")),
            "202": answer("Taken. It is read and tried out by itself; ask again until its state is `checked`.", named("ImportTold")),
            **problems("400", "401", "403", "503"),
            **problems("409", words="Another file was sent with this Idempotency-Key."),
            **problems("413", words="More than 200 MB."),
            **problems("422", words="No file that can be read, or its columns do not fit."),
        },
    }


def _asked(name: str, schema: dict[str, Any], words: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": words}


def _looking(summary: str) -> dict[str, Any]:
    return looking(summary, "imports:read", named("ImportTold"), [_TOKEN], paged=False)


def _report() -> dict[str, Any]:
    told = _looking("The rows that did not come in, or not whole, one by one")
    table = {"description": "As asked.", "content": {"text/csv": {"schema": {"type": "string"}}}}
    return {**told, "responses": {**told["responses"], "200": table}}


def _asking(summary: str, refused: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "security": [{"key": ["imports:write"]}],
        "parameters": [_TOKEN],
        "responses": {
            "200": answer("The import as it is now.", named("ImportTold")),
            **problems("400", "401", "403", "404", "503"),
            **problems("409", words=refused),
        },
    }
