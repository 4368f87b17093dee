"""What is read for a batch of messages: plain tuples, and only what its mails ask for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Select, String, and_, func, null, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, ConfirmationRequest, Field, Installation, List, ProfileValue, Subscriber, Subscription
from mailflow.audience.words import FieldKind, SubscriptionState
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Claimed

Row: TypeAlias = Claimed | Message
_MESSAGE, _PERSON, _HERS = (model.__table__ for model in (Message, Subscriber, Subscription))
_VALUE, _LIST, _CODE = (model.__table__ for model in (ProfileValue, List, Code))
_NUMBERS = (FieldKind.NUMBER, FieldKind.BOOLEAN, FieldKind.MONEY)
# Made once: writing a statement anew for each batch takes longer than the database's answer.
_MAILINGS = select(Mailing.id, Mailing.kind, Brand).join(Brand, Brand.id == Mailing.brand_id).where(among_given(Mailing.id, "ids"))
_LISTS = select(List).where(among_given(List.id, "ids"))
_PLACE = select(columns(Installation).zone, columns(Installation).currency)
_f = columns(Field)
_FIELDS = select(_f.id, _f.key, _f.kind, _f.options, _f.currency)
_THESE_FIELDS = _FIELDS.where(among_given(_f.key, "keys", String))


class Reader(NamedTuple):
    """Who gets a message: ``subscription`` is hers in the list it is sent for."""

    message: int
    tracking: str
    subscription: int | None
    confirmed_at: datetime | None
    email: str


class Known(NamedTuple):
    """A field of the registry that a mail names, with its choices' words by key."""

    key: str
    kind: str
    labels: dict[str, dict[str, str]]
    currency: str = ""


class Place(NamedTuple):
    """Where the installation is at home."""

    zone: str
    currency: str


def mailings(session: Session, ids: Collection[int]) -> dict[int, tuple[str, Brand]]:
    """Kind and brand of each mailing."""
    return {number: (kind, brand) for number, kind, brand in session.execute(_MAILINGS, {"ids": list(ids)})}


def lists(session: Session, ids: Collection[int]) -> dict[int, List]:
    """The lists by number."""
    return {row.id: row for row in session.scalars(_LISTS, {"ids": list(ids)})} if ids else {}


def place(session: Session) -> Place:
    """The installation's zone and currency."""
    row = session.connection().execute(_PLACE).first()
    return Place(*row) if row else Place("UTC", "EUR")


def readers(session: Session, rows: Sequence[Row], *, joined: bool, email: bool) -> dict[int, Reader]:
    """The reader of each message by its number; nobody where the person is gone. What is not asked for stays empty."""
    found = session.connection().execute(_readers(joined, email), {"ids": [row.id for row in rows]})
    return {row[0]: Reader._make(row) for row in found}


@cache
def _readers(joined: bool, email: bool) -> Select[Any]:
    day, address = _HERS.c.confirmed_at if joined else null(), _PERSON.c.email if email else null()
    hers = and_(_HERS.c.subscriber_id == _MESSAGE.c.person_key, _HERS.c.list_id == _MESSAGE.c.list_id)
    rows = _MESSAGE.join(_PERSON, _PERSON.c.id == _MESSAGE.c.person_key).outerjoin(_HERS, hers)
    wanted = select(_MESSAGE.c.id, _PERSON.c.tracking, _HERS.c.id, day, address)
    return wanted.select_from(rows).where(among_given(_MESSAGE.c.id, "ids"))


def known_fields(session: Session, keys: Collection[str] | None) -> dict[int, Known]:
    """The fields with these keys, or all."""
    connection = session.connection()
    rows = connection.execute(_FIELDS) if keys is None else connection.execute(_THESE_FIELDS, {"keys": list(keys)})
    return {number: Known(key, kind, {one["key"]: one["label"] for one in options}, money) for number, key, kind, options, money in rows}


def profiles(session: Session, people: Collection[int], fields: dict[int, Known]) -> dict[int, dict[str, Any]]:
    """What is known of each person in these fields, by key."""
    if not fields or not people:
        return {}
    kinds = {known.kind for known in fields.values()}
    statement = _profiles(bool(kinds & set(_NUMBERS)), FieldKind.DATE in kinds, FieldKind.MONEY in kinds)
    rows = session.connection().execute(statement, {"ids": list(people), "fields": list(fields)})
    found: dict[int, dict[str, Any]] = {}
    for person, field, words, amount, date in rows:
        _put(found.setdefault(person, {}), fields[field], words, amount, date)
    return found


@cache
def _profiles(numeric: bool, dated: bool, priced: bool) -> Select[Any]:
    number: Any = _VALUE.c.number if numeric else null()
    day = _VALUE.c.day if dated else null()
    if priced:  # one column for both: a value is never a number and an amount
        number = func.coalesce(_VALUE.c.cents, number)
    wanted = select(_VALUE.c.subscriber_id, _VALUE.c.field_id, _VALUE.c.text, number, day)
    asked = wanted.where(among_given(_VALUE.c.subscriber_id, "ids"), among_given(_VALUE.c.field_id, "fields"))
    return asked.order_by(_VALUE.c.subscriber_id, _VALUE.c.field_id, _VALUE.c.position)


def _put(values: dict[str, Any], field: Known, text: str | None, number: float | None, day: Any) -> None:
    if field.kind == FieldKind.MANY_OF:
        values.setdefault(field.key, []).append(text)
    elif field.kind in _NUMBERS:
        values[field.key] = bool(number) if field.kind == FieldKind.BOOLEAN else number
    else:
        values[field.key] = day if field.kind == FieldKind.DATE else text


def joined_lists(session: Session, people: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The numbers of the lists that each person has not left, in the lists' order."""
    rows = session.connection().execute(_joined_lists(), {"ids": list(people)})
    found: dict[int, list[int]] = {}
    for person, number in rows:
        found.setdefault(person, []).append(number)
    return {person: tuple(numbers) for person, numbers in found.items()}


@cache
def _joined_lists() -> Select[Any]:
    asked = select(_HERS.c.subscriber_id, _HERS.c.list_id).select_from(_HERS.join(_LIST, _LIST.c.id == _HERS.c.list_id))
    there = asked.where(among_given(_HERS.c.subscriber_id, "ids"), _HERS.c.state != SubscriptionState.LEFT)
    return there.order_by(_HERS.c.subscriber_id, _LIST.c.position, _LIST.c.id)


def codes(session: Session, rows: Iterable[Row]) -> dict[int, tuple[int, str, datetime]]:
    """Offer, text and last moment of each code that the messages name."""
    ids = {row.context["code_id"] for row in rows if row.context.get("code_id")}
    asked = select(_CODE.c.id, _CODE.c.offer_id, _CODE.c.text, _CODE.c.ends_at).where(among_given(_CODE.c.id, "ids"))
    found = session.connection().execute(asked, {"ids": list(ids)}) if ids else ()
    return {number: (offer, text, ends) for number, offer, text, ends in found}


def offers(session: Session, ids: Collection[int]) -> dict[int, Offer]:
    """The offers by number."""
    return {row.id: row for row in session.scalars(select(Offer).where(Offer.id.in_(ids)))} if ids else {}


def requests(session: Session, rows: Iterable[Row]) -> dict[int, datetime]:
    """When the requests end that the messages name."""
    ids = {row.context["request_id"] for row in rows if row.context.get("request_id")}
    asked = select(ConfirmationRequest.id, ConfirmationRequest.expires_at).where(ConfirmationRequest.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(asked)} if ids else {}
