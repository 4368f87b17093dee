"""The description of the endpoints that ``endpoints.endpoint`` declared, from the very words that guard them."""

import re
from typing import Any

from pydantic import BaseModel

from mailflow.api.describing import PAGE, answer, named, page, problems
from mailflow.api.endpoints import DECLARED, Endpoint

_SLUGS = frozenset({"slug", "key"})
_AGAIN = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "Sent again with the same key within a day, it is answered again and not done again; another request with it is 422.",
}
_IF_MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": "The ETag it was seen with; else 412."}
_WORDS = {409: "It contradicts what is known.", 412: "It has changed since it was seen.", 422: "A value that cannot be."}


def declared_models() -> list[tuple[type[BaseModel], Any]]:
    """Every model that a declared endpoint takes or tells."""
    asked = [(one.asks, "validation") for one in DECLARED.values() if one.asks]
    told = [(one.tells, "serialization") for one in DECLARED.values() if one.tells]
    return list(dict.fromkeys([*asked, *told]))


def declared_paths(paths: dict[str, Any]) -> dict[str, Any]:
    """``paths`` with all that is declared."""
    for (path, method), one in DECLARED.items():
        paths.setdefault(path, {})[method] = _operation(path, method, one)
    return paths


def _operation(path: str, method: str, one: Endpoint) -> dict[str, Any]:
    asked = {"requestBody": {"required": True, "content": {"application/json": {"schema": named(one.asks.__name__)}}}} if one.asks else {}
    model = one.tells.__name__ if one.tells else ""
    schema = page(model) if one.paged else named(model)
    statuses = (200, 201) if one.upserts else (one.status,)
    done = {str(status): answer("As asked.", schema) for status in statuses}
    return {
        "summary": one.summary,
        "security": [{"key": [one.scope]}],
        "parameters": _parameters(path, method, one),
        **asked,
        "responses": {**done, **_refusals(method, one)},
    }


def _parameters(path: str, method: str, one: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "maxLength": 40} if name in _SLUGS else {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        }
        for name in re.findall(r"{([^}]+)}", path)
    ]
    found += [{"name": name, "in": "query", "required": name in one.needs, "schema": dict(schema)} for name, schema in one.query]
    if one.paged and not one.whole:
        found += PAGE
    return found + ([_AGAIN] if method == "post" else []) + ([_IF_MATCH] if method == "put" else [])


def _refusals(method: str, one: Endpoint) -> dict[str, Any]:
    refused = {400, 401, 403, 503, *one.refused} | ({413, 415, 422} if one.asks else set()) | ({409, 422} if method == "post" else set())
    return {code: told for number in sorted(refused) for code, told in problems(str(number), words=_WORDS.get(number, "")).items()}
