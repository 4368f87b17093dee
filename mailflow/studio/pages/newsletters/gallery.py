"""All newsletters, and the gallery of templates that a new one begins from."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.queries import brand, is_demo
from mailflow.campaigns.models import Campaign
from mailflow.content import drafts
from mailflow.content.examples import example
from mailflow.content.library import template, templates
from mailflow.content.queries import newsletters
from mailflow.content.words import CompileError
from mailflow.foundation.language import known_language
from mailflow.studio.company import company
from mailflow.studio.language import current_language
from mailflow.studio.pages.newsletters.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/")
@staff
def index() -> str:
    """Every newsletter, the one written last first."""
    with current_database().read() as session:
        shown, uses = newsletters(session), _uses(session)
    names = {design.slug: design.name for design in templates("newsletter")}
    return render_template("studio/newsletters/index.html", newsletters=shown, uses=uses, designs=names)


@blueprint.get("/new")
@staff
def new() -> str:
    """The gallery."""
    return _gallery("", company().language)


@blueprint.post("/")
@staff
def create() -> Response | tuple[str, int]:
    """Begin a newsletter from the chosen template and open it."""
    slug, name = request.form.get("template", ""), request.form.get("name", "")
    language = known_language(request.form.get("language")) or company().language
    try:
        design = template(slug, "newsletter")
    except CompileError:
        abort(404)
    named = name if name.strip() else design.name.get(current_language(), slug)
    with current_database().begin() as session:
        words = _example(session, slug, language) if request.form.get("words") == "sample" else None
        made = drafts.create(session, name=named, template=slug, language=language, now=current_instant(), words=words)
        number = made.id
    return redirect(url_for("newsletters.edit", newsletter_id=number), 303)


@blueprint.post("/<int:newsletter_id>/duplicate")
@staff
def duplicate(newsletter_id: int) -> Response:
    """Make a copy and open it."""
    with current_database().begin() as session:
        original = found(session, newsletter_id)
        copy = drafts.duplicate(session, original, name=_("Copy of %(name)s", name=original.name), now=current_instant())
        number = copy.id
    flash(_("This is the copy. The original stays as it was."))
    return redirect(url_for("newsletters.edit", newsletter_id=number), 303)


@blueprint.post("/<int:newsletter_id>/delete")
@staff
def delete(newsletter_id: int) -> Response:
    """Throw a newsletter away that no campaign uses."""
    with current_database().begin() as session:
        newsletter = found(session, newsletter_id)
        uses = _uses(session).get(newsletter_id, 0)
        if not uses:
            drafts.delete(session, newsletter)
    if uses:
        flash(ngettext("%(num)s campaign uses it, so it stays.", "%(num)s campaigns use it, so it stays.", uses), "bad")
        return redirect(url_for("newsletters.edit", newsletter_id=newsletter_id), 303)
    flash(_("“%(name)s” is deleted.", name=newsletter.name))
    return redirect(url_for("newsletters.index"), 303)


def _example(session: Session, slug: str, language: str) -> dict[str, Any]:
    """The template's example words, their links leading to this shop."""
    shop = brand(session)
    return example(slug, language, shop_url=shop.shop_url if shop else "", whole=is_demo(session))


def _uses(session: Session) -> dict[int, int]:
    """How many campaigns use each newsletter."""
    counted = select(Campaign.newsletter_id, func.count()).where(Campaign.newsletter_id.is_not(None)).group_by(Campaign.newsletter_id)
    return {number: count for number, count in session.execute(counted) if number is not None}


def uses_of(session: Session, newsletter_id: int) -> int:
    """How many campaigns use this newsletter."""
    return session.scalar(select(func.count()).where(Campaign.newsletter_id == newsletter_id)) or 0


def _gallery(name: str, language: str) -> str:
    return render_template("studio/newsletters/gallery.html", designs=templates("newsletter"), name=name, language=language)
