"""Puts the API together: one Flask application, mounted under /api."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from mailflow.api import (
    campaigns,
    decisions,
    events,
    exports,
    fields,
    hours,
    imports,
    lists,
    openapi,
    segments,
    subscribers,
    suppressions,
)
from mailflow.api.access import refuse_unmarked
from mailflow.api.paging import BadParameterError, KeptNumber
from mailflow.api.problems import answer_in_problems
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.surroundings import Surroundings

LARGEST_BODY = 1024 * 1024


def create_api(
    database: Database,
    settings: Settings,
    ring: Ring,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """The API as a WSGI application whose routes begin at /v1."""
    app = Flask("mailflow.api", static_folder=None)
    app.extensions["mailflow"] = Surroundings(database, settings, ring, clock)
    if trusted := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.converters["int"] = KeptNumber
    answer_in_problems(app)
    app.register_error_handler(BadParameterError, BadParameterError.answer)
    refuse_unmarked(app)
    app.after_request(_keep_private)
    for part in (events, campaigns, decisions, hours, imports, lists, fields, subscribers, segments, suppressions, exports, openapi):
        app.register_blueprint(part.blueprint)
    return app


def _keep_private(response: Response) -> Response:
    """No cache, no page and no referrer ever holds what passed here."""
    for name, value in (
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ):
        response.headers.setdefault(name, value)
    return response
