"""One campaign, as its state asks: the draft to write, the hour to wait for, the progress to watch, the end."""

from flask import render_template

from mailflow.campaigns.queries import Progress, progress
from mailflow.campaigns.uncertain import concerned
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.doubt import Decision
from mailflow.studio.braked import braked_words
from mailflow.studio.hours import hour_note, hour_words, moved_note
from mailflow.studio.pages.campaigns.compose import compose, may_be_changed
from mailflow.studio.pages.campaigns.rehearsed import trouble_of
from mailflow.studio.pages.campaigns.routes import blueprint
from mailflow.studio.pages.campaigns.sheets import Sheet, sheet_of
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant
from mailflow.studio.wording import CAMPAIGN_STATES, MESSAGE_STATES, REASONS, held_words

_ENDED = (CampaignState.SENT, CampaignState.CANCELLED)


@blueprint.get("/<int:campaign_id>/")
@staff
def show(campaign_id: int) -> str:
    """The campaign's page."""
    sheet = sheet_of(campaign_id)
    if may_be_changed(sheet):
        return compose(sheet)
    with current_database().read() as session:
        counted = progress(session, sheet.campaign)
        trouble = trouble_of(session, sheet.campaign)
        retryable = concerned(session, sheet.campaign, Decision.RETRY) if counted.failed else 0
    return render_template(
        "studio/campaigns/show.html",
        sheet=sheet,
        campaign=sheet.campaign,
        progress=counted,
        leaves=hour_words(sheet.campaign),
        notes=[note for note in (hour_note(sheet.campaign), moved_note(sheet.campaign)) if note],
        held=held_words(sheet.campaign.reason),
        braked=braked_words(sheet.campaign),
        trouble=trouble,
        states=CAMPAIGN_STATES,
        message_states=MESSAGE_STATES,
        reasons=REASONS,
        every=_every(sheet, counted),
        retryable=retryable,
        now=current_instant(),
    )


def _every(sheet: Sheet, counted: Progress) -> int:
    """Seconds after which the page asks again; 0 when nothing will change by itself."""
    state = sheet.campaign.state
    if state == CampaignState.SENDING:
        return 2
    if state == CampaignState.SCHEDULED:
        return 5
    return 4 if counted.waiting and state not in _ENDED else 0
