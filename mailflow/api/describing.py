"""The words in which the API is described (OpenAPI 3.1): answers, problems, pages."""

from typing import Any

from mailflow.api.paging import LARGEST_PAGE, ORDINARY_PAGE

PROBLEMS = {
    "400": "Not JSON, or a value or parameter that cannot be.",
    "401": "No live key.",
    "403": "The key lacks the scope.",
    "404": "There is none of this id.",
    "409": "The reference is known with other facts.",
    "413": "More than one megabyte.",
    "415": "Not application/json.",
    "422": "A future date, a negative amount or another currency.",
    "503": "Very busy: nothing was kept, try again.",
}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}}
PAGE = [
    {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "`next` of the page before."},
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": ORDINARY_PAGE},
    },
]


def looking(summary: str, scope: str, schema: dict[str, Any], asked: list[dict[str, Any]], *, paged: bool = True) -> dict[str, Any]:
    """A GET: what it tells, to which scope, and what may be asked."""
    refused = ("400", "401", "403", "503") if paged else ("400", "401", "403", "404", "503")
    return {
        "summary": summary,
        "security": [{"key": [scope]}],
        "parameters": [*asked, *(PAGE if paged else ())],
        "responses": {"200": answer("As asked.", schema), **problems(*refused, *(("404",) if ID in asked and paged else ()))},
    }


def page(model: str) -> dict[str, Any]:
    """A page of answers, and the cursor to go on from."""
    told = {"data": {"type": "array", "items": named(model)}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "properties": told, "required": ["data", "next"]}


def named(model: str) -> dict[str, str]:
    """A model by its name."""
    return {"$ref": f"#/components/schemas/{model}"}


def answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def problems(*codes: str, words: str = "") -> dict[str, Any]:
    """Problems by their status."""
    return {code: {"description": words or PROBLEMS[code], "content": {"application/problem+json": {}}} for code in codes}
