"""Taking a file over the API: the body is the file, its address says what it is for; nothing of it is held in memory."""

import hashlib
import hmac
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

from flask import Response, g, request
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mailflow.api.json_lines import BadLineError, as_table
from mailflow.api.paging import asked_only, asked_word
from mailflow.api.problems import bad_parameter, language, problem
from mailflow.api.surroundings import surroundings
from mailflow.audience.importing.asking import discard, settle
from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import by_token
from mailflow.audience.importing.taking import take_file
from mailflow.audience.importing.words import Basis, FileError, Grounds, Plan, Policies, Policy
from mailflow.audience.models import List
from mailflow.foundation.keys import secret_of
from mailflow.foundation.language import Words, pick

LARGEST_FILE = 200 * 1024 * 1024
_JSON_LINES = "application/x-ndjson"
_LONGEST_KEY = 200
_LONGEST_TEXT = 800
_PIECE = 256 * 1024
_NO_FILE: Words = {"es": "No es un archivo que se pueda leer", "en": "It is no file that can be read"}
_NO_COLUMNS: Words = {"es": "Las columnas no cuadran", "en": "The columns do not fit"}
_OTHER: Words = {"es": "Con esta clave ya se envió otro archivo.", "en": "Another file was sent with this key."}


class Refused(Exception):  # noqa: N818  # the sender's doing, not ours
    """A file that is not taken; ``answer`` says why."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class _Wanted(NamedTuple):
    list_id: int
    grounds: Grounds
    columns: Mapping[str, str]
    policies: Policies
    name: str


def take() -> tuple[str, bool]:
    """The import's token, and whether it is new. Refused: it cannot be."""
    wanted, again = _wanted(), _token_of_key()
    around = surroundings()
    request.max_content_length = LARGEST_FILE
    if again and (known := _known(again)):
        return known, False
    with tempfile.NamedTemporaryFile(dir=around.settings.home, prefix=".upload-") as file:
        _keep(file)
        try:
            number = take_file(around.database, Path(file.name), wanted.name, now=around.clock())
        except FileError as fault:
            raise Refused(problem(422, f"{pick(_NO_FILE, language())}: {fault.word}")) from fault
    _settle(number, wanted)
    return _named(number, again)


def _wanted() -> _Wanted:
    asked_only("list", "basis", "wording", "columns", "name", "roles", "disposables")
    with surroundings().database.read() as session:
        list_id = session.scalar(select(List.id).where(List.slug == request.args.get("list", "")))
        slugs = list(session.scalars(select(List.slug).order_by(List.position)))
    if list_id is None:
        raise Refused(bad_parameter("list", slugs))
    basis, wording = asked_word("basis", Basis), request.args.get("wording", "").strip()
    if basis is None:
        raise Refused(bad_parameter("basis", [str(one) for one in Basis]))
    if not 0 < len(wording) <= _LONGEST_TEXT:
        raise Refused(bad_parameter("wording", [f"1–{_LONGEST_TEXT}"]))
    policies = Policies(asked_word("roles", Policy) or Policy.MARK, asked_word("disposables", Policy) or Policy.REFUSE)
    return _Wanted(list_id, Grounds(basis, wording), _columns(), policies, request.args.get("name", "api")[:120])


def _columns() -> dict[str, str]:
    """What columns hold, by their names: an object in JSON, {"Correo": "email", "Notas": ""}."""
    try:
        said = json.loads(request.args.get("columns", "{}"))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(held, str) for held in said.values()):
        raise Refused(bad_parameter("columns", ['{"Correo": "email"}']))
    return {plain(name): held for name, held in said.items()}


def _keep(file: IO[bytes]) -> None:
    source = request.stream
    if request.mimetype == _JSON_LINES:
        with tempfile.TemporaryFile(dir=surroundings().settings.home) as lines:
            _copy(source, lines)
            try:
                as_table(lines, file)
            except BadLineError as fault:
                raise Refused(problem(400, errors=[{"parameter": f"line {fault.number}", "detail": fault.words(language())}])) from fault
    else:
        _copy(source, file)
    file.flush()


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    for piece in iter(lambda: source.read(_PIECE), b""):
        target.write(piece)


def _settle(number: int, wanted: _Wanted) -> None:
    around = surroundings()
    with around.database.begin() as session:
        brought = session.get_one(Import, number)
        plan = Plan(wanted.list_id, _mapping(brought, wanted.columns), wanted.grounds, wanted.policies)
        asked = settle(session, brought, plan, now=around.clock())
        if not asked:
            discard(session, brought)
    if not asked:
        raise Refused(problem(422, f"{pick(_NO_COLUMNS, language())}: {asked.reason}"))


def _mapping(brought: Import, columns: Mapping[str, str]) -> dict[str, str]:
    """As guessed, but for what was said; a name that no column has is refused as one."""
    places = {plain(name): str(place) for place, name in enumerate(brought.header)}
    said = {places.get(name, name): held for name, held in columns.items()}
    return {place: held for place, held in brought.mapping.items() if held not in said.values()} | said


def _token_of_key() -> str:
    """The same for the same Idempotency-Key of the same program, and nobody's to guess; nothing without one."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > _LONGEST_KEY:
        raise Refused(bad_parameter("Idempotency-Key", [f"1–{_LONGEST_KEY}"]))
    secret = secret_of(surroundings().settings).encode()
    return hmac.digest(secret, f"import {g.key_id} {key}".encode(), hashlib.sha256).hex()[:32] if key else ""


def _known(token: str) -> str:
    with surroundings().database.read() as session:
        brought = by_token(session, token)
    if brought is not None and brought.name != request.args.get("name", "api")[:120]:
        raise Refused(problem(409, pick(_OTHER, language())))
    return token if brought else ""


def _named(number: int, token: str) -> tuple[str, bool]:
    """Under the token of its key; where another of the same key came first, that one is the import."""
    database = surroundings().database
    try:
        with database.begin() as session:
            if token:
                session.execute(update(Import).where(Import.id == number).values(token=token))
            return _token(session, number), True
    except IntegrityError:
        with database.begin() as session:
            discard(session, session.get_one(Import, number))
        return token, False


def _token(session: Session, number: int) -> str:
    return session.scalars(select(Import.token).where(Import.id == number)).one()
