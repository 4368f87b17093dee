"""Who may call a view (here: anybody), and the headers that protect every answer."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request

from preference_center.surroundings import here

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # the address of a page may hold somebody's token
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_OPEN_PAGES = frozenset({"static", "frame.brand_colours", "signup.index", "signup.show"})
"""What search engines may keep; every other page belongs to one person or one moment."""


def public(view: View) -> View:
    """Anyone may call this view: the token in its address, if it has one, is all the authority there is."""
    view.mailflow_access = "public"  # type: ignore[attr-defined]
    return view


def protect(app: Flask) -> None:
    """Put the headers on every answer of ``app``."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if request.endpoint not in _OPEN_PAGES:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if here().settings.public_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
