"""One subscriber that was said: read by the rules of forms, kept by the audience's verb, told with what became of her."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.api.people_words import BatchItem, Place, SubscriberSaid, SubscriberTold
from mailflow.api.problems import language
from mailflow.api.surroundings import surroundings
from mailflow.api.values import as_json, read_values
from mailflow.audience.adding import Added, AddReason, Grounds, Person, add_or_change
from mailflow.audience.address import read_address
from mailflow.audience.fields import fields
from mailflow.audience.importing.words import Basis
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.queries import installation, lists
from mailflow.audience.suppression import blocks
from mailflow.audience.words import AddressFault, Scope, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.language import Words, pick

_WORDS: Mapping[str, Words] = {
    "email": {"es": "no es una dirección que se pueda aceptar", "en": "is no address that can be taken"},
    "typo": {"es": "parece mal escrita: {}", "en": "seems to be mistyped: {}"},
    "zone": {"es": "no es una zona horaria conocida", "en": "is no known time zone"},
    "lists": {"es": "nombra una lista que no existe", "en": "names a list that does not exist"},
    AddReason.NO_GROUNDS: {
        "es": "hace falta para alguien nuevo y para entrar en listas",
        "en": "is needed for somebody new, and to join lists",
    },
    AddReason.SUPPRESSED: {"es": "no recibe nada: no se ha añadido", "en": "gets nothing: was not added"},
}


@dataclass(frozen=True)
class Names:
    """The lists of this installation by slug and by number, and today by its calendar."""

    by_slug: Mapping[str, int]
    by_id: Mapping[int, str]
    today: date


def names(session: Session) -> Names:
    """Read once for many."""
    there = {one.slug: one.id for one in lists(session)}
    zone = ZoneInfo(installation(session).zone)
    return Names(there, {number: slug for slug, number in there.items()}, surroundings().clock().astimezone(zone).date())


def keep(session: Session, said: SubscriberSaid, known: Names) -> tuple[Added | None, BatchItem]:
    """Keep one; what became of it in the verb's words, and as an item. Nothing is kept of one that has anything wrong."""
    person, item = _read(session, said, known)
    if person is None:
        return None, item
    around = surroundings()
    added = add_or_change(session, person, ring=around.ring, now=around.clock())
    if added.subscriber_id is None:
        pointer = "#/consent" if added.reason is AddReason.NO_GROUNDS else "#/email"
        return None, _refused(422, [_error(pointer, _WORDS[added.reason])], added.reason)
    joined = {known.by_id[number]: outcome for number, outcome in added.lists.items()}
    status = 201 if added.reason is AddReason.CREATED else 200
    return added, BatchItem(status=status, result=added.reason, id=str(added.subscriber_id), joined=joined)


def _read(session: Session, said: SubscriberSaid, known: Names) -> tuple[Person | None, BatchItem]:
    address = read_address(said.email)
    read = read_values(fields(session), said.values, today=known.today)
    errors = list(read.errors)
    if address.fault is AddressFault.TYPO:
        words = {code: text.format(address.suggestion) for code, text in _WORDS["typo"].items()}
        errors.append(_error("#/email", words))
    elif address.fault:
        errors.append(_error("#/email", _WORDS["email"]))
    if said.zone is not None and not _is_zone(said.zone):
        errors.append(_error("#/zone", _WORDS["zone"]))
    errors += [_error(f"#/lists/{place}", _WORDS["lists"]) for place, slug in enumerate(said.lists) if slug not in known.by_slug]
    if errors:
        return None, _refused(400 if read.status == 400 else 422, errors, "refused")
    grounds = Grounds(Basis(said.consent.basis), said.consent.wording, said.consent.source) if said.consent else None
    wanted = list(dict.fromkeys(known.by_slug[slug] for slug in said.lists))
    return Person(address.email, said.language, said.zone, read.values, wanted, grounds, not said.double_opt_in), _refused(200, [], "")


def _is_zone(text: str) -> bool:
    try:
        return ZoneInfo(text).key == text
    except (KeyError, ValueError, OSError):
        return False


def _refused(status: int, errors: Sequence[dict[str, str]], reason: str) -> BatchItem:
    return BatchItem(status=status, result=reason, errors=list(errors))


def _error(pointer: str, words: Words) -> dict[str, str]:
    return {"pointer": pointer, "detail": pick(words, language())}


def told_of(session: Session, subscriber_id: int) -> SubscriberTold | None:
    """What is known of somebody; None for a number that is nobody's."""
    return next(iter(told_of_all(session, [subscriber_id])), None)


def told_of_all(session: Session, subscriber_ids: Sequence[int]) -> list[SubscriberTold]:
    """What is known of these people, in their order and without numbers that are nobody's; a handful of statements for all."""
    around = surroundings()
    found = {one.id: one for one in session.scalars(select(Subscriber).where(among(Subscriber.id, subscriber_ids)))}
    known, places = values(session, list(found)), _places(session, list(found))
    blocked = blocks(session, [one.email for one in found.values()], ring=around.ring, now=around.clock()) if found else {}
    return [
        SubscriberTold(
            id=str(one.id),
            **{name: getattr(one, name) for name in ("email", "language", "zone", "source", "created_at", "confirmed_at")},
            values=as_json(known[one.id]),
            lists=places.get(one.id, []),
            suppressed=Scope.EVERYTHING in blocked.get(one.email, ()),
        )
        for one in (found[number] for number in subscriber_ids if number in found)
    ]


def _places(session: Session, subscriber_ids: Sequence[int]) -> dict[int, list[Place]]:
    places: dict[int, list[Place]] = defaultdict(list)
    rows = session.execute(
        select(Subscription, List.slug)
        .join(List, List.id == Subscription.list_id)
        .where(among(Subscription.subscriber_id, subscriber_ids))
        .order_by(List.position, List.id)
    )
    for one, slug in rows:
        facts = {name: getattr(one, name) for name in ("asked_at", "confirmed_at", "left_at")}
        places[one.subscriber_id].append(Place(list=slug, state=SubscriptionState(one.state), **facts))
    return places
