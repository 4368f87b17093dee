"""GET /v1/openapi.json: the API described from the very types it checks and answers with."""

from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mailflow import __version__
from mailflow.api import fields, lists, segments, subscribers, suppressions
from mailflow.api.access import public
from mailflow.api.answers import CampaignTold, MessageTold, Moved
from mailflow.api.declared import declared_models, declared_paths
from mailflow.api.describing import ID, answer, looking, named, page, problems
from mailflow.api.exports import ExportSaid, export_path
from mailflow.api.import_paths import import_paths
from mailflow.api.import_told import ImportTold
from mailflow.api.schemas import MOST_EVENTS, ChooseHour, Decide, DecideExactly, Event, Result
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.words import Reason, State

blueprint = Blueprint("openapi", __name__)
_ASKED: list[tuple[type[BaseModel], Any]] = [
    (Event, "validation"),
    (Decide, "validation"),
    (DecideExactly, "validation"),
    (ChooseHour, "validation"),
    (ExportSaid, "validation"),
]
_PARTS = (lists, fields, subscribers, segments, suppressions)
"""Whoever describes the API needs their endpoints declared."""
_TOLD: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in (Result, CampaignTold, MessageTold, Moved, ImportTold)]


@blueprint.get("/v1/openapi.json")
@public
def describe() -> Response:
    """The OpenAPI 3.1 description."""
    return jsonify(description())


def description() -> dict[str, Any]:
    """The whole document."""
    _, schemas = models_json_schema([*_ASKED, *_TOLD, *declared_models()], ref_template="#/components/schemas/{model}")
    keys = {"key": {"type": "http", "scheme": "bearer", "description": "An API key from the studio's settings."}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "mailflow", "version": __version__},
        "servers": [{"url": "/api"}],
        "paths": declared_paths(_paths()),
        "components": {"schemas": schemas.get("$defs", {}), "securitySchemes": keys},
    }


def _paths() -> dict[str, Any]:
    one = "/v1/campaigns/{id}"
    return {
        "/v1/events": {"post": _events()},
        "/v1/campaigns": {"get": looking("Campaigns, the last made first", "campaigns:read", page("CampaignTold"), _of(CampaignState))},
        one: {"get": looking("One campaign and how it stands", "campaigns:read", named("CampaignTold"), [ID], paged=False)},
        f"{one}/messages": {
            "get": looking(
                "Who got it, who did not and why: a reason alone asks for the put off, failed, left out and doubtful",
                "messages:read",
                page("MessageTold"),
                [ID, *_of(State), *_of(Reason, "reason")],
            )
        },
        f"{one}/retry": {"post": _decision("Try the failed again, but for addresses that do not exist and mails that cannot be made")},
        f"{one}/resend-uncertain": {"post": _decision("Send exactly so many in doubt again; whoever had it gets it twice", exactly=True)},
        f"{one}/settle-uncertain": {"post": _decision("Take those in doubt as sent")},
        f"{one}/send-now": {"post": _hour("Let a scheduled or held campaign leave at once")},
        f"{one}/schedule": {"post": _hour("Give a scheduled or held campaign another hour", "ChooseHour")},
        f"{one}/cancel": {"post": _hour("Let nobody get it who has not got it yet")},
        **import_paths(),
        **export_path(),
    }


def _events() -> dict[str, Any]:
    one, result = named("Event"), named("Result")
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_EVENTS}
    results = {"type": "object", "properties": {"results": {"type": "array", "items": result}}, "required": ["results"]}
    return {
        "summary": "Tell what happened in the shop: one event, or a list",
        "security": [{"key": ["events:write"]}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": [one, many]}}}},
        "responses": {
            "200": answer("Known already; or the results of a list, in its order.", {"oneOf": [result, results]}),
            "201": answer("Recorded.", result),
            **problems("400", "401", "403", "409", "413", "415", "422", "503"),
        },
    }


def _decision(summary: str, *, exactly: bool = False) -> dict[str, Any]:
    body, again = ("DecideExactly", "with `left` as `expected`") if exactly else ("Decide", "calling once more does no harm")
    return {
        "summary": summary,
        "security": [{"key": ["campaigns:write"]}],
        "parameters": [ID],
        "requestBody": {"required": exactly, "content": {"application/json": {"schema": named(body)}}},
        "responses": {
            "200": answer(f"Moved. Call again while `left` is more than 0; {again}.", named("Moved")),
            **problems("400", "401", "403", "404", "413", "415", "503"),
            **problems("409", words="The campaign is cancelled, or their number is not the expected one: nothing was done."),
        },
    }


def _hour(summary: str, body: str = "") -> dict[str, Any]:
    told = {"requestBody": {"required": True, "content": {"application/json": {"schema": named(body)}}}} if body else {}
    return {
        "summary": summary,
        "security": [{"key": ["campaigns:write"]}],
        "parameters": [ID],
        **told,
        "responses": {
            "200": answer("The campaign as it is now.", named("CampaignTold")),
            **problems("400", "401", "403", "404", *(("413", "415") if body else ()), "503"),
            **problems("409", words="It does not wait any more: nothing was done."),
            **(problems("422", words="An hour that has gone by or does not exist, or an unknown zone.") if body else {}),
        },
    }


def _of(words: type[CampaignState] | type[State] | type[Reason], name: str = "state") -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": {"type": "string", "enum": [str(word) for word in words]}}]
