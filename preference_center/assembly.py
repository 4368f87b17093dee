"""Puts the public door together: a Flask application of its own, which can also be served on a host of its own."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.paths import bundled
from mailflow.foundation.ring import Ring, open_ring
from mailflow.foundation.settings import Settings, read_settings
from preference_center import confirm, failures, frame, language, preferences, security, signup, unsubscribe
from preference_center.profile_form import month_names
from preference_center.surroundings import PublicSurroundings

LARGEST_FORM = 64 * 1024
MOST_PARTS = 200


def create_app(
    database: Database | None = None,
    settings: Settings | None = None,
    ring: Ring | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    gives_code: Callable[[Session], bool] = lambda _session: False,
    more: Sequence[Blueprint] = (),
) -> Flask:
    """The public pages as a WSGI application; what is not given is opened from the settings. It sets no cookies.

    ``gives_code``: whether whoever confirms a first list is sent a code; ``more``: pages of others that are to be framed,
    protected and spoken like these.
    """
    settings = settings or read_settings()
    database = database or Database(settings.database_url)
    app = Flask("preference_center", template_folder=str(bundled("templates") / "pages"), static_folder="static")
    app.jinja_options = {**app.jinja_options, "optimized": False}  # filters speak each reader's language: nothing is folded
    app.extensions["mailflow"] = PublicSurroundings(database, settings, ring or open_ring(database, settings), clock, gives_code)
    if trusted := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_PARTS,
        BABEL_DEFAULT_LOCALE="en",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.globals["month_names"] = month_names
    language.speak(app)
    security.protect(app)
    frame.frame(app)
    failures.answer_in_words(app)
    for blueprint in (frame.blueprint, signup.blueprint, confirm.blueprint, preferences.blueprint, unsubscribe.blueprint, *more):
        app.register_blueprint(blueprint)
    return app
