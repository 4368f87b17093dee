"""Who got it, who did not and why: everybody's row, by state and reason, with search."""

from flask import render_template, request

from mailflow.campaigns.queries import progress
from mailflow.outbox.queries import messages
from mailflow.outbox.words import State
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database
from mailflow.studio.wording import MESSAGE_STATES, REASONS

PAGE = 50
GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "sent": (State.SENT,),
    "waiting": (State.PENDING, State.DEFERRED, State.CLAIMED, State.SENDING),
    "skipped": (State.SKIPPED,),
    "failed": (State.FAILED,),
    "uncertain": (State.UNCERTAIN,),
}


@blueprint.get("/<int:campaign_id>/people")
@staff
def people(campaign_id: int) -> str:
    """One page of rows, narrowed by state, reason and a piece of the address."""
    group = request.args.get("state", "all")
    group = group if group in GROUPS else "all"
    reason = request.args.get("reason") if request.args.get("reason") in REASONS else None
    text = request.args.get("who", "").strip()
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        counted = progress(session, campaign)
        rows = messages(
            session,
            campaign.mailing_id or 0,
            states=GROUPS[group],
            reason=reason,
            text=text,
            offset=(page - 1) * PAGE,
            limit=PAGE + 1,
        )
    return render_template(
        "studio/campaigns/people.html",
        campaign=campaign,
        progress=counted,
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        page=page,
        group=group,
        reason=reason,
        text=text,
        states=MESSAGE_STATES,
        reasons=REASONS,
    )
