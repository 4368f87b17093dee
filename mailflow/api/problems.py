"""Errors as application/problem+json (RFC 9457), in the reader's language; what was sent is never repeated."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, json, request
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from mailflow.foundation.busy import is_busy
from mailflow.foundation.language import DEFAULT_LANGUAGE, LANGUAGES, Words, pick
from mailflow.foundation.limited import TooSlowError

_log = logging.getLogger(__name__)

_TITLES: Mapping[int, Words] = {
    400: {"es": "No se entiende lo enviado", "en": "What was sent cannot be understood"},
    401: {"es": "Falta una clave válida", "en": "A valid key is missing"},
    403: {"es": "La clave no permite esto", "en": "The key does not allow this"},
    404: {"es": "Aquí no hay nada", "en": "There is nothing here"},
    405: {"es": "Este método no vale aquí", "en": "This method is not allowed here"},
    409: {"es": "Contradice lo que ya consta", "en": "It contradicts what is known"},
    412: {"es": "Ha cambiado desde que lo miraste", "en": "It has changed since you looked"},
    413: {"es": "Demasiado grande", "en": "Too big"},
    415: {"es": "Tiene que ser application/json", "en": "It must be application/json"},
    422: {"es": "No se puede aceptar", "en": "It cannot be accepted"},
    500: {"es": "Algo ha fallado por nuestra parte", "en": "Something failed on our side"},
    503: {"es": "Ahora mismo hay mucho trabajo; prueba otra vez en unos segundos", "en": "Very busy right now; try again in a few seconds"},
}
_SECONDS_TO_WAIT = "5"
_TOO_SLOW: Words = {
    "es": "Esto tarda demasiado y se ha parado. Prueba con menos condiciones, o más tarde.",
    "en": "This takes too long and was stopped. Try with fewer conditions, or later.",
}
_INVALID: Words = {"es": "no es válido", "en": "is not valid"}
_UNKNOWN: Words = {"es": "lleva un parámetro que no se conoce", "en": "has a parameter that is not known"}
_FAULTS: Mapping[str, Words] = {
    "missing": {"es": "falta", "en": "is missing"},
    "extra_forbidden": {"es": "lleva un campo que no se conoce", "en": "has a field that is not known"},
    "json_invalid": {"es": "no es JSON", "en": "is not JSON"},
    "string_type": {"es": "tiene que ser un texto", "en": "must be a text"},
    "string_too_long": {"es": "es demasiado largo", "en": "is too long"},
    "string_too_short": {"es": "está vacío", "en": "is empty"},
    "int_type": {"es": "tiene que ser un número entero", "en": "must be a whole number"},
    "int_from_float": {"es": "tiene que ser un número entero", "en": "must be a whole number"},
    "greater_than_equal": {"es": "es demasiado pequeño", "en": "is too small"},
    "less_than_equal": {"es": "es demasiado grande", "en": "is too large"},
    "timezone_aware": {"es": "necesita su zona horaria", "en": "needs its offset from UTC"},
    "bool_type": {"es": "tiene que ser true o false", "en": "must be true or false"},
    "list_type": {"es": "tiene que ser una lista", "en": "must be a list"},
    "dict_type": {"es": "tiene que ser un objeto", "en": "must be an object"},
    "model_type": {"es": "tiene que ser un objeto", "en": "must be an object"},
    "too_long": {"es": "tiene demasiados elementos", "en": "has too many entries"},
    "too_short": {"es": "está vacía", "en": "is empty"},
}


def answer_in_problems(app: Flask) -> None:
    """Let every error of ``app`` be a problem, also those nobody foresaw."""
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _from_busy)
    app.register_error_handler(TooSlowError, _from_slow)
    app.register_error_handler(Exception, _from_bug)


def language() -> str:
    """The reader's language by Accept-Language."""
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def problem(status: int, detail: str = "", errors: Sequence[Mapping[str, str]] = ()) -> Response:
    """A problem; ``errors`` name the fields by JSON pointer."""
    body: dict[str, Any] = {"type": "about:blank", "title": pick(_TITLES.get(status, _INVALID), language()), "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")


def field_errors(fault: ValidationError) -> Response:
    """400 for values of the wrong kind (S-37): where and why, at most fifty."""
    return problem(400, errors=errors_of(fault))


def errors_of(fault: ValidationError) -> list[dict[str, str]]:
    """Where and why, at most fifty."""
    found = fault.errors(include_url=False, include_context=False, include_input=False)[:50]
    return [_field_error(one["loc"], one["type"]) for one in found]


def bad_parameter(name: str, allowed: Sequence[str]) -> Response:
    """400 for a parameter of the address; ``allowed`` is what it may be. One that is not known is the sender's text: never repeated."""
    words = pick(_INVALID if name else _UNKNOWN, language())
    detail = f"{words}: {', '.join(allowed)}" if allowed else words
    return problem(400, errors=[{"parameter": name, "detail": detail} if name else {"detail": detail}])


def _field_error(place: tuple[int | str, ...], kind: str) -> dict[str, str]:
    known = place[:-1] if kind == "extra_forbidden" else place  # an unknown name is the sender's text: never repeated
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in known)
    return {"pointer": "#" + "".join(f"/{step}" for step in steps), "detail": pick(_FAULTS.get(kind, _INVALID), language())}


def _from_http(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response  # one of our own problems, with which a request was ended
    answer = problem(error.code or 500)
    if error.response is None:
        answer.headers.extend(
            [(name, value) for name, value in error.get_headers() if name in ("Allow", "WWW-Authenticate", "Retry-After")]
        )
    return answer


def _from_busy(error: OperationalError) -> Response:
    """The database is busy: nothing was kept, and telling it again later is harmless. Anything else is a bug."""
    if not is_busy(error):
        return _from_bug(error)
    _log.error("the database did not answer the API at %s %s", request.method, request.url_rule, exc_info=error)
    answer = problem(503)
    answer.headers["Retry-After"] = _SECONDS_TO_WAIT
    return answer


def _from_slow(_error: TooSlowError) -> Response:
    return problem(503, pick(_TOO_SLOW, language()))


def _from_bug(_error: Exception) -> Response:
    _log.exception("the API failed at %s %s", request.method, request.url_rule)  # never headers or body: they carry the key
    return problem(500)
