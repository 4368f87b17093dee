"""Who may call a view, and what protects every answer: access marks, CSRF, origin, headers."""

import hmac
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from mailflow.studio.surroundings import current_settings

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Tabler draws the arrows of its controls as data: pictures
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def public(view: View) -> View:
    """Let anyone call this view; every other view asks for a sign-in."""
    view.mailflow_access = "public"  # type: ignore[attr-defined]
    return view


def staff(view: View) -> View:
    """Only people signed in may call this view (also the rule where nothing is said; say it all the same)."""
    view.mailflow_access = "staff"  # type: ignore[attr-defined]
    return view


def access(view: Callable[..., Any]) -> str | None:
    """The mark of a view, "public" or "staff"; None where it was forgotten."""
    return getattr(view, "mailflow_access", None)


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(), other.encode())


def protect(app: Flask) -> None:
    """Put the guards before, and the headers after, every view of ``app``."""
    app.before_request(_refuse_foreign_origin)
    CSRFProtect(app)
    app.before_request(_ask_for_sign_in)
    app.after_request(_add_headers)


def safe_next(target: str | None) -> str | None:
    """``target`` if it is a path on this host, else None: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(sign) < 33 for sign in target):
        return None
    return target


def _refuse_foreign_origin() -> None:
    """A form is taken only from pages of this host; browsers say where it came from (Fetch standard, Origin)."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(current_settings().base_url).netloc}
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or (origin is not None and urlsplit(origin).netloc not in ours):
        abort(403, "origin")


def _ask_for_sign_in() -> AnyResponse | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    if access(view) == "public" or current_user.is_authenticated:
        return None
    wanted = request.full_path.rstrip("?") if request.method in _SAFE else None
    return redirect(url_for("sign_in.form", next=f"{request.script_root}{wanted}" if wanted and wanted != "/" else None))


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if current_settings().public_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
