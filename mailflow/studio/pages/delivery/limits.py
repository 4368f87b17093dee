"""What a person may do about a provider: let it go on now, and limit how fast it is written to."""

from dataclasses import dataclass, field
from time import monotonic

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mailflow.delivery.buckets import let_go_on
from mailflow.delivery.families import domains_of, families, name_of
from mailflow.delivery.limits import MOST_A_MINUTE, MOST_CONNECTIONS, provider_meant, set_limit
from mailflow.delivery.models import ProviderLimit
from mailflow.delivery.overview import with_waiting
from mailflow.delivery.rules import Key
from mailflow.outbox.hurry import hurry_some
from mailflow.outbox.words import Reason
from mailflow.studio.formats import number
from mailflow.studio.pages.delivery.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

_LONGEST_SECONDS = 20.0
_DIGITS = len(str(MOST_A_MINUTE))


@dataclass(frozen=True)
class LimitForm:
    """What was typed, and what is wrong with it by field name."""

    provider: str = ""
    per_minute: str = ""
    connections: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@blueprint.post("/go-on/<sender>/<provider>")
@staff
def go_on(sender: str, provider: str) -> Response:
    """Write to a provider as before from now on; a second click finds nothing to do."""
    with current_database().begin() as session:
        done = let_go_on(session, Key(sender, provider))
    if done:
        _hurry(provider)
        flash(
            _(
                "%(provider)s is written to as before. If it complains again, it is slowed down or stopped again.",
                provider=name_of(provider),
            )
        )
    else:
        flash(_("That was over already."), "warn")
    return redirect(url_for("delivery.index"), 303)


def _hurry(provider: str) -> None:
    """Let those who were set aside take their turn, slice by slice; whoever is left comes by itself when it is due."""
    now, until = current_instant(), monotonic() + _LONGEST_SECONDS
    with current_database().read() as session:
        mailings = with_waiting(session)
    for mailing_id in mailings:
        count = 1
        while count and monotonic() < until:
            with current_database().begin() as session:
                count = hurry_some(session, mailing_id, Reason.PACED, now=now, domains=domains_of(provider))


@blueprint.get("/limits")
@staff
def limits() -> str:
    """The limits there are, and a form for one more."""
    return _page(LimitForm())


@blueprint.post("/limits")
@staff
def keep_limit() -> Response | tuple[str, int]:
    """Set, change or, without a number, take away a provider's limit."""
    provider, per_minute, connections = (request.form.get(name, "").strip() for name in ("provider", "per_minute", "connections"))
    typed = LimitForm(provider, per_minute, connections)
    meant = provider_meant(typed.provider)
    numbers, problems = _numbers(typed)
    if meant is None:
        problems["provider"] = _("Write a domain, such as example.com, or choose one of the large providers.")
    if problems or meant is None:
        return _page(LimitForm(typed.provider, typed.per_minute, typed.connections, problems)), 422
    with current_database().begin() as session:
        set_limit(session, meant, **numbers)
    limited = any(value is not None for value in numbers.values())
    words = _("%(provider)s is written to within this limit now.") if limited else _("%(provider)s has no limit of yours.")
    flash(words % {"provider": name_of(meant)})
    return redirect(url_for("delivery.limits"), 303)


@blueprint.post("/limits/<provider>/remove")
@staff
def remove_limit(provider: str) -> Response:
    """Take a provider's limit away; harmless when it is gone already."""
    if provider_meant(provider) != provider:
        abort(404)
    with current_database().begin() as session:
        set_limit(session, provider, per_minute=None, connections=None)
    flash(_("%(provider)s has no limit of yours.", provider=name_of(provider)))
    return redirect(url_for("delivery.limits"), 303)


def _numbers(typed: LimitForm) -> tuple[dict[str, int | None], dict[str, str]]:
    numbers: dict[str, int | None] = {}
    problems: dict[str, str] = {}
    for name, most in (("per_minute", MOST_A_MINUTE), ("connections", MOST_CONNECTIONS)):
        text = getattr(typed, name)
        if text and not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= most):
            problems[name] = _("Write a whole number from 1 to %(most)s, or nothing.", most=number(most))
        numbers[name] = int(text) if text and name not in problems else None
    return numbers, problems


def _page(form: LimitForm) -> str:
    with current_database().read() as session:
        rows = list(session.scalars(select(ProviderLimit).order_by(ProviderLimit.provider)))
    return render_template("studio/delivery/limits.html", form=form, limits=rows, name_of=name_of, known=families())
