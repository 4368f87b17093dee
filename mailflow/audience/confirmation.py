"""Confirming: the owner of an address pressed the button behind the mailed link."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience import consent, levels, profile
from mailflow.audience.lifting import lift_confirmed
from mailflow.audience.limits import was_written_lately
from mailflow.audience.memberships import join, subscriptions
from mailflow.audience.models import ConfirmationRequest, Subscriber, Subscription
from mailflow.audience.requests import open_request
from mailflow.audience.signup import box_evidence
from mailflow.audience.words import ConfirmOutcome, ConfirmReason, Consent, Origin, SubscriptionState, Tracking


def confirm(session: Session, request_id: int, *, now: datetime, network: str = "", agent: str = "") -> ConfirmOutcome:
    """Confirm every list of a request at once; a second press changes nothing, and a list left since stays left."""
    request = session.get(ConfirmationRequest, request_id)
    standing = look(session, request, now=now)
    if request is None or standing.reason is not ConfirmReason.CONFIRMED:
        return standing
    person = session.get_one(Subscriber, request.subscriber_id)
    _take_over_what_was_held(session, person, request, now=now)
    evidence = consent.Evidence(
        request.held["wording"], request.language, request.held["source"], "confirmation", Origin(network, agent), f"request:{request.id}"
    )
    join(session, person, standing.list_ids, evidence, now=now)
    lift_confirmed(session, request.held.get("lifts", ()), evidence.proof, now=now)
    request.used_at = now
    session.flush()
    return standing


def look(session: Session, request: ConfirmationRequest | None, *, now: datetime) -> ConfirmOutcome:
    """What pressing the button would do now, without doing it: CONFIRMED means that it would confirm these lists."""
    if request is None or not request.list_ids:
        return ConfirmOutcome(ConfirmReason.UNKNOWN)
    places = subscriptions(session, request.subscriber_id)
    if request.used_at is not None:
        return _looked_again(request, places)
    if now >= request.expires_at:
        return ConfirmOutcome(ConfirmReason.EXPIRED, request.subscriber_id)
    still_wanted = [list_id for list_id in request.list_ids if not _left_since(places.get(list_id), request.asked_at)]
    if not still_wanted:
        return ConfirmOutcome(ConfirmReason.LEFT_SINCE, request.subscriber_id)
    joining = tuple(list_id for list_id in still_wanted if not _is_in(places.get(list_id)))
    reason = ConfirmReason.CONFIRMED if joining else ConfirmReason.ALREADY
    return ConfirmOutcome(reason, request.subscriber_id, joining or tuple(still_wanted))


def renew(session: Session, request_id: int, *, now: datetime) -> ConfirmOutcome:
    """Send an expired request's mail once more, within the limits; the answer is EXPIRED either way."""
    request = session.get(ConfirmationRequest, request_id)
    standing = look(session, request, now=now)
    if request is None or standing.reason is not ConfirmReason.EXPIRED:
        return standing
    # What was left since is not asked for again: that would be a silent way back.
    places = subscriptions(session, request.subscriber_id)
    wanted = [one for one in request.list_ids if not _left_since(places.get(one), request.asked_at) and not _is_in(places.get(one))]
    if wanted and not was_written_lately(session, request.subscriber_id, for_lists=True, now=now):
        open_request(session, request.subscriber_id, wanted, language=request.language, held=dict(request.held), now=now)
    return standing


def _looked_again(request: ConfirmationRequest, places: dict[int, Subscription]) -> ConfirmOutcome:
    kept = tuple(list_id for list_id in request.list_ids if _is_in(places.get(list_id)))
    return ConfirmOutcome(ConfirmReason.ALREADY if kept else ConfirmReason.LEFT_SINCE, request.subscriber_id, kept)


def _left_since(place: Subscription | None, asked_at: datetime) -> bool:
    return place is not None and place.left_at is not None and place.left_at >= asked_at


def _is_in(place: Subscription | None) -> bool:
    return place is not None and place.state == SubscriptionState.CONFIRMED


def _take_over_what_was_held(session: Session, person: Subscriber, request: ConfirmationRequest, *, now: datetime) -> None:
    """A newcomer's answers are hers; of somebody known only the gaps are filled, since the form may have been a stranger's."""
    values = request.held.get("values", {})
    newcomer = person.confirmed_at is None
    if newcomer:
        person.language = request.language
    else:
        known = profile.values(session, [person.id])[person.id]
        values = {key: value for key, value in values.items() if key not in known}
    profile.set_values(session, person.id, values)
    if request.held.get("tracking"):
        levels.set_level(session, person, Tracking.INDIVIDUAL, box_evidence(request, Consent.TRACKING), now=now)
    elif newcomer:
        # A program that made her may have told of her country before she confirmed.
        levels.begin(session, person, profile.values(session, [person.id])[person.id], now=now)
