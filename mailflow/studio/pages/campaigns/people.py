"""Who got it, who did not and why: everybody's row, by state and reason, with search."""

from time import monotonic

from flask import render_template, request
from flask_babel import LazyString, lazy_gettext
from sqlalchemy.orm import Session

from mailflow.campaigns.queries import Progress, progress
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.roll import Page, roll
from mailflow.outbox.words import IN_HAND, WAITING, State
from mailflow.studio.pages.campaigns.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database
from mailflow.studio.wording import MESSAGE_STATES, REASONS

PAGE = 50
_SEARCH_SECONDS = 1.0
"""After this a search among very many shows what it has and offers to go on."""
GROUPS: dict[str, tuple[LazyString, tuple[State, ...]]] = {
    "all": (lazy_gettext("All"), ()),
    "sent": (lazy_gettext("Sent"), (State.SENT,)),
    "waiting": (lazy_gettext("Waiting"), WAITING),
    "in-hand": (lazy_gettext("Being sent"), IN_HAND),
    "skipped": (lazy_gettext("Left out"), (State.SKIPPED,)),
    "failed": (lazy_gettext("Failed"), (State.FAILED,)),
    "uncertain": (lazy_gettext("Uncertain"), (State.UNCERTAIN,)),
}


@blueprint.get("/<int:campaign_id>/people")
@staff
def people(campaign_id: int) -> str:
    """One page of rows, narrowed by state, reason and a piece of the address; ``after`` is where the page before ended."""
    group = request.args.get("state", "all")
    group = group if group in GROUPS else "all"
    reason = request.args.get("reason") if request.args.get("reason") in REASONS else None
    text = request.args.get("who", "").strip()
    after = request.args.get("after") or None
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        counted = progress(session, campaign)
        mailing = session.get(Mailing, campaign.mailing_id) if campaign.mailing_id else None
        page = _page(session, mailing, GROUPS[group][1], reason, text, after) if mailing else Page([], None)
    return render_template(
        "studio/campaigns/people.html",
        campaign=campaign,
        groups=[(key, word, number) for (key, (word, _)), number in zip(GROUPS.items(), _numbers(counted), strict=True)],
        why=_why(counted, GROUPS[group][1]),
        rows=page.rows,
        after=after,
        next=page.next,
        group=group,
        reason=reason,
        text=text,
        states=MESSAGE_STATES,
        reasons=REASONS,
    )


def _page(session: Session, mailing: Mailing, states: tuple[State, ...], reason: str | None, text: str, after: str | None) -> Page:
    """The next rows; those of a search are looked for as long as a reader waits. A cursor that fits nothing begins at the start."""
    until, rows = monotonic() + _SEARCH_SECONDS, list[Message]()
    while True:
        try:
            page = roll(session, mailing, states=states, reason=reason, text=text, after=after, limit=PAGE - len(rows))
        except ValueError:
            if after is None:
                raise
            after = None
            continue
        rows, after = rows + page.rows, page.next
        if len(rows) == PAGE or after is None or monotonic() > until:
            return Page(rows, after)


def _numbers(counted: Progress) -> tuple[int, ...]:
    waiting = counted.waiting - counted.in_hand
    return counted.total, counted.sent, waiting, counted.in_hand, counted.skipped, counted.failed, counted.uncertain


def _why(counted: Progress, states: tuple[State, ...]) -> list[tuple[str, int]]:
    """The reasons among the shown, the most frequent first."""
    found: dict[str, int] = {}
    for (state, reason), number in counted.reasons.items():
        if not states or state in states:
            found[reason] = found.get(reason, 0) + number
    return sorted(found.items(), key=lambda one: -one[1])
