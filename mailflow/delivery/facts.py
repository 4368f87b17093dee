"""What a mail may say of its reader: profile, offer, lists and links, read for a whole batch at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.models import Brand, ConfirmationRequest, Installation, List, Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.words import SubscriptionState, Tracking
from mailflow.content.preview import sample_facts
from mailflow.content.sources import brand_facts
from mailflow.foundation.language import pick
from mailflow.foundation.tokens import Purpose, TokenMint
from mailflow.offers.models import Code, Offer
from mailflow.offers.words import OfferKind
from mailflow.outbox.models import Mailing, Message

_DAY = {"es": "EEEE d 'de' MMMM 'de' y", "en": "EEEE d MMMM y"}


class Batch:
    """Everything a batch of messages needs to be made personal, read once."""

    def __init__(self, session: Session, messages: Sequence[Message], *, mint: TokenMint, public_url: str) -> None:
        """Read for these messages; ``public_url`` is what links begin with."""
        self._mint, self._url = mint, public_url
        ids = sorted({message.person_key for message in messages if message.person_key > 0})
        self._people = {row.id: row for row in session.scalars(select(Subscriber).where(Subscriber.id.in_(ids)))}
        self._values = values(session, ids)
        self._labels = _option_labels(session)
        self._subscriptions = _subscriptions(session, ids)
        self._codes = _codes(session, messages)
        self._requests = _requests(session, messages)
        self._mailings = {m.id: m for m in session.scalars(select(Mailing).where(Mailing.id.in_({m.mailing_id for m in messages})))}
        self._brands = {brand.id: brand for brand in session.scalars(select(Brand))}
        self._installation = session.scalars(select(Installation)).first() or Installation(zone="UTC", currency="EUR", language="es")

    def brand(self, message: Message) -> Brand:
        """The brand that signs this message."""
        return self._brands[self._mailings[message.mailing_id].brand_id]

    def mailing(self, message: Message) -> Mailing:
        """The mailing this message belongs to."""
        return self._mailings[message.mailing_id]

    def leave_link(self, message: Message) -> str:
        """Where one click ends the subscription this message is sent for; empty for notices and tests."""
        row = self._subscriptions.get(message.person_key, {}).get(message.list_id or 0)
        return f"{self._url}/unsubscribe/{self._mint.make(Purpose.LEAVE, row[0].id)}" if row else ""

    def facts(self, message: Message, links: Sequence[str], first_link: int) -> dict[str, Any]:
        """The values of every personal tag for one message; ``links`` are the compiled mail's, in order."""
        person = self._people.get(message.person_key)
        if person is None:
            return self._trial(message, links)
        shop = brand_facts(self.brand(message), public_url=self._url)
        facts: dict[str, Any] = {
            "subscriber": self._subscriber(person, message.language),
            "offer": self._offer(message),
            "subscriptions": self._lists(person.id, message.language),
            "subscription": self._subscription(message),
            "shop": shop,
            "links": self._system_links(message, person) | {"shop": shop["url"]},
        }
        return facts | self._tracked(message, person, links, first_link)

    def _subscriber(self, person: Subscriber, language: str) -> dict[str, Any]:
        known = self._values.get(person.id, {})
        named = {key: self._named(key, value, language) for key, value in known.items()}
        return {**named, **_keys_only(known), "email": person.email, "language": language}

    def _named(self, key: str, value: Any, language: str) -> Any:
        """Choices in the reader's words: "Sevilla" for ES-SE."""
        labels = self._labels.get(key, {})
        if isinstance(value, list):
            return [pick(labels[each], language) if each in labels else each for each in value]
        return pick(labels[value], language) if isinstance(value, str) and value in labels else value

    def _offer(self, message: Message) -> dict[str, Any]:
        row = self._codes.get(message.context.get("code_id", 0))
        if row is None:
            return {}
        code, offer = row
        currency, language = self._installation.currency, message.language
        worth = f"{offer.value} %" if offer.kind == OfferKind.PERCENT else _money(offer.value, currency, language)
        return {
            "code": code.text,
            "ends_on": self._day(code.ends_at, language),
            "minimum": _money(offer.minimum, currency, language),
            "value": worth,
            "conditions": pick(offer.conditions, language),
        }

    def _lists(self, person_id: int, language: str) -> list[dict[str, str]]:
        joined = [row for row in self._subscriptions.get(person_id, {}).values() if row[0].state != SubscriptionState.LEFT]
        return [{"name": pick(each.name, language), "description": pick(each.description, language)} for _, each in joined]

    def _subscription(self, message: Message) -> dict[str, str]:
        row = self._subscriptions.get(message.person_key, {}).get(message.list_id or 0)
        if row is None:
            return {}
        joined = row[0].confirmed_at
        return {
            "list": pick(row[1].name, message.language),
            "confirmed_on": self._day(joined, message.language) if joined else "",
        }

    def _system_links(self, message: Message, person: Subscriber) -> dict[str, str]:
        request = self._requests.get(message.context.get("request_id", 0))
        return {
            "unsubscribe": self.leave_link(message),
            "preferences": f"{self._url}/preferences/{self._mint.make(Purpose.PREFERENCES, person.id)}",
            "view": f"{self._url}/view/{self._mint.make(Purpose.VIEW, message.id)}",
            "confirm": f"{self._url}/confirm/{self._mint.make(Purpose.CONFIRM, request.id)}" if request else "",
            "confirm_expires_on": self._day(request.expires_at, message.language) if request else "",
        }

    def _tracked(self, message: Message, person: Subscriber, links: Sequence[str], first_link: int) -> dict[str, Any]:
        """Tokens that name the message, or only the mailing for who did not agree to more."""
        if person.tracking == Tracking.INDIVIDUAL:
            seen, gone, row_id = Purpose.OPEN, Purpose.CLICK, message.id
        else:
            seen, gone, row_id = Purpose.OPEN_MAILING, Purpose.CLICK_MAILING, message.mailing_id
        tags: dict[str, Any] = {
            f"link_{n}": f"{self._url}/c/{self._mint.make(gone, row_id, first_link + n)}" for n in range(1, len(links) + 1)
        }
        tags["pixel"] = _pixel(f"{self._url}/o/{self._mint.make(seen, row_id)}.gif")
        return tags

    def _trial(self, message: Message, links: Sequence[str]) -> dict[str, Any]:
        """A believable reader for a test sent to staff: nothing is counted, links go straight to their targets."""
        facts = dict(sample_facts(message.language))
        facts["shop"] = brand_facts(self.brand(message), public_url=self._url)
        return facts | {f"link_{n}": url for n, url in enumerate(links, start=1)} | {"pixel": ""}

    def _day(self, instant: datetime, language: str) -> str:
        local = instant.astimezone(ZoneInfo(self._installation.zone))
        return format_date(local.date(), _DAY.get(language, _DAY["en"]), locale=language)


def _pixel(url: str) -> Markup:
    return Markup('<img src="{}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">').format(url)


def _money(cents: int, currency: str, language: str) -> str:
    whole = "#,##0 ¤" if language == "es" else "¤#,##0"
    pattern = whole if cents % 100 == 0 else None
    return format_currency(cents / 100, currency, pattern, locale=language, currency_digits=cents % 100 != 0)


def _keys_only(known: Mapping[str, Any]) -> dict[str, Any]:
    """Sex and interests stay keys, so that {% if subscriber.sex == "f" %} holds in every language."""
    return {key: known[key] for key in ("sex", "interests") if key in known}


def _option_labels(session: Session) -> dict[str, dict[str, dict[str, str]]]:
    return {field.key: {option["key"]: option["label"] for option in field.options} for field in fields(session)}


def _subscriptions(session: Session, ids: Sequence[int]) -> dict[int, dict[int, tuple[Subscription, List]]]:
    found: dict[int, dict[int, tuple[Subscription, List]]] = {}
    joined = select(Subscription, List).join(List, List.id == Subscription.list_id).where(Subscription.subscriber_id.in_(ids))
    for row, of_list in session.execute(joined.order_by(List.position, List.id)):
        found.setdefault(row.subscriber_id, {})[row.list_id] = (row, of_list)
    return found


def _codes(session: Session, messages: Sequence[Message]) -> dict[int, tuple[Code, Offer]]:
    ids = {message.context["code_id"] for message in messages if message.context.get("code_id")}
    rows = session.execute(select(Code, Offer).join(Offer, Offer.id == Code.offer_id).where(Code.id.in_(ids))) if ids else ()
    return {code.id: (code, offer) for code, offer in rows}


def _requests(session: Session, messages: Sequence[Message]) -> dict[int, ConfirmationRequest]:
    ids = {message.context["request_id"] for message in messages if message.context.get("request_id")}
    return {row.id: row for row in session.scalars(select(ConfirmationRequest).where(ConfirmationRequest.id.in_(ids)))} if ids else {}
