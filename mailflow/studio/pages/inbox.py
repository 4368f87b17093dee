"""The sandbox inbox: each mail kept on this computer, as a phone and as a desktop would show it."""

import re

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from mailflow.audience.queries import is_demo, open_forms
from mailflow.delivery.inbox import FullLetter, letter, letters
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_settings

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

PER_PAGE = 100
LETTER_POLICY = "; ".join(
    (
        "sandbox allow-popups allow-popups-to-escape-sandbox",  # no script, no origin of ours; links open in a page of their own
        "default-src 'none'",
        "img-src http: https: data:",
        "style-src 'unsafe-inline'",
        "font-src https: data:",
        "frame-ancestors 'self'",
    )
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@blueprint.before_request
def _only_in_the_sandbox() -> None:
    if not current_settings().mail_url.startswith("sandbox:"):
        abort(404)


@blueprint.get("/")
@staff
def index() -> str:
    """The latest mails, newest first."""
    search = request.args.get("q", "").strip()
    found = letters(current_settings().home, limit=PER_PAGE, search=search)
    with current_database().read() as session:
        forms = open_forms(session)
        past = is_demo(session)
    door = f"{current_settings().public_url}/subscribe/{forms[0].slug}" if forms else None
    return render_template("studio/inbox.html", letters=found, search=search, past=past, door=door)


@blueprint.get("/<name>")
@staff
def show(name: str) -> str:
    """One mail: phone, desktop or text."""
    view = request.args.get("as", "phone")
    return render_template(
        "studio/letter.html", letter=_letter(name), name=name, view=view if view in {"phone", "desktop", "text"} else "phone"
    )


@blueprint.get("/<name>/content")
@staff
def content(name: str) -> ResponseReturnValue:
    """The mail's own HTML, for the frame around it; nothing in it can run or touch the studio (S-06)."""
    html = _letter(name).html or ""
    framed = _HEAD.sub(lambda found: found[0] + '<base target="_blank">', html, count=1)
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer"}
    return framed, 200, headers | {"Content-Type": "text/html; charset=utf-8"}


def _letter(name: str) -> FullLetter:
    found = letter(current_settings().home, name)
    if found is None:
        abort(404)
    return found
