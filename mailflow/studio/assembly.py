"""Puts the studio together: one Flask application, mounted under /studio."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.keys import secret_of
from mailflow.foundation.paths import bundled
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings
from mailflow.foundation.surroundings import Surroundings
from mailflow.studio import assets, company, failures, formats, language, navigation, numbers, security, session
from mailflow.studio.pages import (
    campaigns,
    dashboard,
    delivery,
    exporting,
    fields,
    forms,
    held,
    imports,
    inbox,
    lists,
    newsletters,
    offers,
    reports,
    segments,
    sequence_doubt,
    sequences,
    sign_in,
    subscribers,
    suppression,
)
from mailflow.studio.pages import settings as settings_pages

PAGES: tuple[Blueprint, ...] = (
    sign_in.blueprint,
    dashboard.blueprint,
    newsletters.blueprint,
    campaigns.blueprint,
    sequences.blueprint,
    sequence_doubt.blueprint,
    offers.blueprint,
    reports.blueprint,
    delivery.blueprint,
    held.blueprint,
    subscribers.blueprint,
    suppression.blueprint,
    exporting.blueprint,
    lists.blueprint,
    segments.blueprint,
    forms.blueprint,
    fields.blueprint,
    imports.blueprint,
    inbox.blueprint,
    settings_pages.blueprint,
)
"""Every page of the studio; a new file in pages/ is added here."""

LARGEST_FORM = 8 * 1024 * 1024


def create_studio(database: Database, settings: Settings, ring: Ring | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The studio as a WSGI application whose own routes begin at "/"; ``clock`` is told to every view."""
    app = Flask("mailflow.studio", template_folder=str(bundled("templates") / "pages"), static_folder="static")
    app.jinja_options = {**app.jinja_options, "optimized": False}  # 6400|money is each reader's own text, so never worked out beforehand
    app.extensions["mailflow"] = Surroundings(database, settings, ring or open_ring(database, settings), clock)
    if trusted := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    app.config.update(_configuration(settings))
    numbers.keep_small(app)
    assets.serve_assets(app)
    company.introduce(app)
    session.keep_sessions(app)
    language.speak(app)
    imports.take_uploads(app)
    security.protect(app)
    formats.install(app)
    navigation.show_menu(app)
    held.warn(app)
    failures.answer_in_words(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    return app


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": hmac.digest(secret_of(settings).encode(), b"mailflow studio session", hashlib.sha256).hex(),
        "SESSION_COOKIE_NAME": "mailflow_studio",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https:"),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long text must not be lost to a clock
        "WTF_CSRF_SSL_STRICT": False,  # security.py compares the origin itself, also behind a proxy
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "BABEL_DEFAULT_LOCALE": "en",
        "TEMPLATES_AUTO_RELOAD": False,
    }
