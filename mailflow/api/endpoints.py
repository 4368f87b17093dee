"""Declaring an endpoint once: its address, the scope that opens it, what it takes and tells; guarded and described by the same words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, TypeAdapter, ValidationError

from mailflow.api.access import keyed
from mailflow.api.idempotency import once
from mailflow.api.problems import field_errors, problem

View = TypeVar("View", bound=Callable[..., Any])
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Endpoint:
    """What the description says of one endpoint; ``refused`` are the statuses besides those that every one may answer with."""

    summary: str
    scope: str
    asks: type[BaseModel] | None = None
    tells: type[BaseModel] | None = None
    paged: bool = False
    whole: bool = False
    """Always one page: there are few."""
    upserts: bool = False
    """201 where it was made, 200 where it was there."""
    status: int = 200
    query: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    needs: tuple[str, ...] = ()
    """What of ``query`` must be said."""
    refused: tuple[int, ...] = ()


DECLARED: dict[tuple[str, str], Endpoint] = {}
"""By path as OpenAPI writes it, and method."""


def endpoint(blueprint: Blueprint, method: str, rule: str, declared: Endpoint) -> Callable[[View], View]:
    """Let a view answer ``method`` at ``rule``; a POST may carry an Idempotency-Key."""

    def declare(view: View) -> View:
        DECLARED[re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule), method.lower()] = declared
        guarded = keyed(declared.scope)(once(view) if method == "POST" else view)
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=[method])
        return view

    return declare


def body(adapter: TypeAdapter[Model]) -> Model:
    """What was sent, as its type; else the request ends with 415 or 400."""
    if request.mimetype != "application/json":
        abort(problem(415))
    try:
        return adapter.validate_json(request.get_data())
    except ValidationError as fault:
        abort(field_errors(fault))
    except RecursionError:
        abort(problem(400))


def told(answer: BaseModel, status: int = 200) -> tuple[Response, int]:
    """An answer in JSON, with a tag by which a later change can say what it has seen (RFC 9110, section 8.8.3)."""
    response = jsonify(answer.model_dump(mode="json"))
    response.add_etag()
    return response, status


def unchanged_since(answer: BaseModel) -> None:
    """End with 412 where the request says If-Match and the thing is another by now."""
    if request.if_match and not request.if_match.contains(told(answer)[0].get_etag()[0] or ""):
        abort(problem(412))
