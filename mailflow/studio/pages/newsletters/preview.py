"""The preview page: as whom, how wide, light or dark, plain text, size and checks."""

from collections.abc import Mapping

from flask import render_template, request
from flask_babel import gettext as _

from mailflow.content.personalise import Personaliser
from mailflow.content.words import Compiled, Personal
from mailflow.studio.pages.newsletters.editing import desk_of
from mailflow.studio.pages.newsletters.proofs import shop_facts
from mailflow.studio.pages.newsletters.readers import matching, reader
from mailflow.studio.pages.newsletters.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database

VIEWS = ("phone", "desktop", "dark", "text")


@blueprint.get("/<int:newsletter_id>/preview")
@staff
def preview(newsletter_id: int) -> str:
    """One newsletter as one reader would get it."""
    desk = desk_of(newsletter_id)
    wanted = request.args.get("who", "")
    with current_database().read() as session:
        people = matching(session, wanted)
        chosen = people[0][0] if len(people) == 1 else request.args.get("as", type=int)
        who = reader(session, chosen, desk.newsletter.language, shop_facts(session))
    view = request.args.get("view") if request.args.get("view") in VIEWS else "phone"
    missing = _("Nobody in the audience has “%(text)s” in their address.", text=wanted) if wanted and not people else None
    return render_template(
        "studio/newsletters/preview.html",
        desk=desk,
        newsletter=desk.newsletter,
        who=who,
        wanted=wanted,
        people=people if len(people) > 1 else [],
        missing=missing,
        view=view,
        personal=_personal(desk.proof.compiled, who.facts),
    )


def _personal(compiled: Compiled | None, facts: Mapping[str, object]) -> Personal | None:
    return Personaliser(compiled).render(facts) if compiled else None
