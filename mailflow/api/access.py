"""Who may call a view: anybody, or who shows a live key with its scope."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from mailflow.api.problems import problem
from mailflow.api.surroundings import surroundings
from mailflow.foundation.accounts import ApiKey, find_api_key

View = TypeVar("View", bound=Callable[..., Any])
_LONGEST_KEY = 200
_ABOUT = timedelta(hours=1)
_PATIENCE = 0.1
"""Seconds to wait for a turn to note that a key is used; whoever calls again brings the next chance."""
_log = logging.getLogger(__name__)


def public(view: View) -> View:
    """Let anyone call this view."""
    view.mailflow_access = "public"  # type: ignore[attr-defined]
    return view


def keyed(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only a bearer key with ``scope`` call this view; asked of the database each time, so a revoked key ends at once."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(scope)
            if refusal is None:
                _note_use()
            return refusal or view(*args, **kwargs)

        guarded.mailflow_access = "keyed"  # type: ignore[attr-defined]
        return guarded

    return guard


def refuse_unmarked(app: Flask) -> None:
    """Answer nothing from a view whose access nobody declared."""

    @app.before_request
    def _refuse() -> Response | None:
        view = current_app.view_functions.get(request.endpoint or "")
        return problem(403) if view and not getattr(view, "mailflow_access", None) else None


def _refusal(scope: str) -> Response | None:
    """Why the caller may not, or None; the key is read from its header alone, never from the address."""
    text = _bearer()
    with surroundings().database.read() as session:
        key = find_api_key(session, text) if text else None
        scopes = key.scopes if key else None
        g.key_id, g.key_used = (key.id, key.last_used_at) if key else (None, None)
    if scopes is None:
        answer = problem(401)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="mailflow"'
        return answer
    return None if scope in scopes else problem(403)


def _note_use() -> None:
    """So that staff can tell which keys are idle: at most once an hour, and never where that would keep the caller from an answer."""
    around = surroundings()
    if g.key_used is not None and around.clock() - g.key_used <= _ABOUT:
        return
    used = update(ApiKey).where(ApiKey.id == g.key_id).values(last_used_at=around.clock())
    try:
        with around.database.begin(patience=_PATIENCE) as session:
            session.execute(used)
    except OperationalError:
        _log.warning("that key %d is used could not be noted", g.key_id)


def _bearer() -> str:
    """The key of an Authorization header (RFC 6750), or nothing."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" and len(text) <= _LONGEST_KEY else ""
