"""GET /v1/openapi.json: the API described from the very types it checks with."""

from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic.json_schema import models_json_schema

from mailflow import __version__
from mailflow.api.access import public
from mailflow.api.schemas import MOST_EVENTS, Event, Result

blueprint = Blueprint("openapi", __name__)
_PROBLEMS = {
    "400": "Not JSON, or a value of the wrong kind.",
    "401": "No live key.",
    "403": "The key lacks the scope events:write.",
    "409": "The reference is known with other facts.",
    "413": "More than one megabyte.",
    "415": "Not application/json.",
    "422": "A future date, a negative amount or another currency.",
}


@blueprint.get("/v1/openapi.json")
@public
def describe() -> Response:
    """The OpenAPI 3.1 description."""
    return jsonify(description())


def description() -> dict[str, Any]:
    """The whole document."""
    _, schemas = models_json_schema([(Event, "validation"), (Result, "serialization")], ref_template="#/components/schemas/{model}")
    keys = {"key": {"type": "http", "scheme": "bearer", "description": "An API key from the studio's settings."}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "mailflow", "version": __version__},
        "servers": [{"url": "/api"}],
        "paths": {"/v1/events": {"post": _events()}},
        "components": {"schemas": schemas.get("$defs", {}), "securitySchemes": keys},
    }


def _events() -> dict[str, Any]:
    one, result = _named("Event"), _named("Result")
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_EVENTS}
    results = {"type": "object", "properties": {"results": {"type": "array", "items": result}}, "required": ["results"]}
    return {
        "summary": "Tell what happened in the shop: one event, or a list",
        "security": [{"key": ["events:write"]}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": [one, many]}}}},
        "responses": {
            "200": _answer("Known already; or the results of a list, in its order.", {"oneOf": [result, results]}),
            "201": _answer("Recorded.", result),
            **{code: {"description": words, "content": {"application/problem+json": {}}} for code, words in _PROBLEMS.items()},
        },
    }


def _named(model: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}


def _answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}
