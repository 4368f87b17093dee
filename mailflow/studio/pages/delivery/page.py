"""The page that is looked at while mails go out, and its one button: try those who were put off now."""

from time import monotonic

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from mailflow.delivery.families import name_of
from mailflow.delivery.overview import overview
from mailflow.outbox.hurry import hurry_some
from mailflow.outbox.words import Reason
from mailflow.studio.braked import braked_words
from mailflow.studio.formats import number
from mailflow.studio.pages.delivery.meaning import meaning
from mailflow.studio.pages.delivery.routes import blueprint
from mailflow.studio.pages.delivery.rows import chart, place, put_off, talks
from mailflow.studio.pages.delivery.sentence import held, sentence
from mailflow.studio.pages.delivery.standing import standings
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import MESSAGE_STATES, REASONS

_LONGEST_SECONDS = 20.0
_SHOWN = 20
"""Groups of put-off people shown; the rest are told as a number."""


@blueprint.get("/")
@staff
def index() -> str:
    """How sending goes."""
    with current_database().read() as session:
        seen = overview(session, now=current_instant())
    return render_template(
        "studio/delivery/index.html",
        seen=seen,
        said=sentence(seen),
        held=held,
        places={mailing_id: place(origin) for mailing_id, origin in seen.origins.items()},
        put_off=put_off(seen, _SHOWN),
        put_off_rest=sum(one.people for one in seen.put_off[_SHOWN:]),
        talks=talks(seen),
        chart=chart(seen) if any(count for _minute, count in seen.minutes) else None,
        reasons=REASONS,
        states=MESSAGE_STATES,
        meaning=meaning,
        standings=standings,
        name_of=name_of,
        braked_words=braked_words,
        now=seen.now,
    )


@blueprint.post("/hurry/<int:mailing_id>/<reason>")
@staff
def hurry(mailing_id: int, reason: str) -> Response:
    """Try the people of one mailing who were put off for one reason now; a second click finds nobody left."""
    if reason not in tuple(Reason):
        abort(404)
    now, until, moved = current_instant(), monotonic() + _LONGEST_SECONDS, 0
    while monotonic() < until:
        with current_database().begin() as session:
            count = hurry_some(session, mailing_id, reason, now=now)
        moved += count
        if not count:
            break
    if moved:
        flash(ngettext("%(count)s person is tried again now.", "%(count)s people are tried again now.", moved, count=number(moved)))
    else:
        flash(_("Nobody was waiting for that any more."), "warn")
    return redirect(url_for("delivery.index"), 303)
