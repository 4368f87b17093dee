"""A campaign's own mail: what was scheduled or sent, not the newsletter as somebody changed it since."""

from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _

from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled
from mailflow.studio.looking import mail_page, sample_html
from mailflow.studio.pages.campaigns.routes import blueprint
from mailflow.studio.pages.campaigns.sheets import Sheet, sheet_of
from mailflow.studio.pages.newsletters.mails import framed
from mailflow.studio.pages.newsletters.proofs import shop_facts
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database


@blueprint.get("/<int:campaign_id>/letter")
@staff
def letter(campaign_id: int) -> str:
    """The mail as phone, desktop, dark and text."""
    sheet = sheet_of(campaign_id)
    crumbs = [(_("Campaigns"), url_for("campaigns.index")), (sheet.campaign.name, url_for("campaigns.show", campaign_id=campaign_id))]
    return mail_page(_compiled(sheet), _facts(sheet), title=_("The mail of this campaign"), crumbs=crumbs, frame="campaigns.letter_content")


@blueprint.get("/<int:campaign_id>/letter/content")
@staff
def letter_content(campaign_id: int) -> Response:
    """The mail alone, for its frame."""
    sheet = sheet_of(campaign_id)
    return framed(sample_html(_compiled(sheet), _facts(sheet)))


def _compiled(sheet: Sheet) -> Compiled:
    return sheet.compiled or abort(404)


def _facts(sheet: Sheet) -> dict[str, Any]:
    with current_database().read() as session:
        return sample_facts(_compiled(sheet).language, shop_facts(session, sheet.brand.id if sheet.brand else None))
