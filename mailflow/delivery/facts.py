"""What a mail may say of its reader: profile, offer, lists, read for a whole batch at once and only where it is asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.audience.words import Tracking
from mailflow.content.person_words import amount_in_words, is_worded, worded
from mailflow.content.preview import sample_facts
from mailflow.content.sources import brand_facts
from mailflow.delivery import reads
from mailflow.delivery.addresses import Rows, unmeasured
from mailflow.delivery.heads import Head, head
from mailflow.delivery.mails import Mail, Mails, Wants
from mailflow.delivery.reads import Reader, Row
from mailflow.foundation.language import day_in_words, pick
from mailflow.foundation.tokens import TokenMint
from mailflow.offers.words import OfferKind

_Maker: TypeAlias = Callable[["Batch", Row, Reader], Any]
_ASKED: dict[str, list[tuple[str, ...]]] = {
    **{root: [()] for root in ("subscriber", "offer", "subscription", "subscriptions", "shop")},
    "links": [("shop",), ("confirm_expires_on",)],  # the others carry tokens, and are not among the facts
}


class Batch:
    """Everything a batch of messages needs to be made personal, read once; afterwards no session is needed."""

    def __init__(self, session: Session, rows: Sequence[Row], *, press: Mails, mint: TokenMint, public_url: str) -> None:
        """Read for these messages what their mails ask for; ``public_url`` is what links begin with."""
        self.mint, self.url = mint, public_url
        kinds = {(row.mailing_id, row.language) for row in rows}
        self._mails = {key: press.mail(session, *key) for key in kinds}
        for mail in self._mails.values():
            if mail is not None:
                mail.pressed(public_url, mint)  # here and now: it takes longer than a loop may be kept waiting
        self._wants = Wants(frozenset(path for mail in self._mails.values() if mail for path in mail.wants.paths))
        self._mailings = reads.mailings(session, {mailing for mailing, _ in kinds})
        self._read_people(session, rows)
        self._press_unmeasured(rows, public_url)
        self._read_lists(session, rows)
        self._read_offers(session, rows)
        self._zone = ZoneInfo(self._place.zone)
        self._makers = [(root, make) for root, make in _MAKERS.items() if any(self._wants.has(root, *name) for name in _ASKED[root])]
        self._heads: dict[tuple[int, int | None], Head] = {}
        self._shared: dict[tuple[str, object, str], Any] = {}

    def _read_people(self, session: Session, rows: Sequence[Row]) -> None:
        wants = self._wants
        self._people = sorted({row.person_key for row in rows if row.person_key > 0})
        self._readers = reads.readers(
            session, rows, joined=wants.has("subscription", "confirmed_on"), email=wants.has("subscriber", "email")
        )
        self._fields = reads.known_fields(session, wants.below("subscriber")) if wants.has("subscriber") else {}
        self._profiles = reads.profiles(session, self._people, self._fields)
        self._worded = {known.key: known for known in self._fields.values() if is_worded(known)}

    def _press_unmeasured(self, rows: Sequence[Row], public_url: str) -> None:
        """As ``pressed`` above, of the mails that go to somebody of whom nothing is measured."""
        for row in rows:
            reader = self._readers.get(row.id)
            if reader is not None and reader.tracking == Tracking.NONE and (mail := self._mails[row.mailing_id, row.language]):
                mail.pressed(public_url, self.mint, measured=False)

    def _read_lists(self, session: Session, rows: Sequence[Row]) -> None:
        self._joined = reads.joined_lists(session, self._people) if self._wants.has("subscriptions") else {}
        named = {row.list_id for row in rows if row.list_id}
        self._lists = reads.lists(session, named.union(*self._joined.values()))

    def _read_offers(self, session: Session, rows: Sequence[Row]) -> None:
        wants = self._wants
        self._codes = reads.codes(session, rows) if wants.has("offer") else {}
        self._offers = reads.offers(session, {offer for offer, _, _ in self._codes.values()})
        self._requests = reads.requests(session, rows) if wants.has("links", "confirm") or wants.has("links", "confirm_expires_on") else {}
        self._place = reads.place(session)

    def mail(self, row: Row) -> Mail:
        """What this message is made from; KeyError where its mailing was not compiled in its language."""
        found = self._mails[row.mailing_id, row.language]
        if found is None:
            raise KeyError((row.mailing_id, row.language))
        return found

    def reader(self, row: Row) -> Reader | None:
        """Who gets it; None for staff who try a mail out, and for who is gone."""
        return self._readers.get(row.id)

    def head(self, row: Row) -> Head:
        """The header lines that it shares with others."""
        key = (row.mailing_id, row.list_id)
        if key not in self._heads:
            kind, brand = self._mailings[row.mailing_id]
            self._heads[key] = head(brand, self._lists.get(row.list_id or 0), kind, self.url)
        return self._heads[key]

    def rows(self, row: Row, reader: Reader) -> Rows:
        """The rows that its tokens stand for."""
        request = row.context.get("request_id") if self._requests else None
        return Rows(row.id, row.mailing_id, row.person_key, reader.subscription, request if request in self._requests else None)

    def facts(self, row: Row, reader: Reader) -> dict[str, Any]:
        """The values of the personal tags that its mail may ask for, all but the addresses with tokens."""
        return {root: make(self, row, reader) for root, make in self._makers}

    def trial(self, row: Row, links: Sequence[str]) -> dict[str, Any]:
        """A believable reader for a test sent to staff: nothing is counted, links go straight to their targets."""
        facts = {**sample_facts(row.language), "shop": self._shop(row.mailing_id, "")}
        return facts | unmeasured(links)

    def _once(self, name: str, key: Any, language: str, make: Any) -> Any:
        if (name, key, language) not in self._shared:
            self._shared[name, key, language] = make(key, language)
        return self._shared[name, key, language]

    def _brand(self, mailing_id: int) -> Brand:
        return self._mailings[mailing_id][1]

    def _shop(self, mailing_id: int, _language: str) -> dict[str, str]:
        return brand_facts(self._brand(mailing_id), public_url=self.url)

    def _subscriptions(self, row: Row, _: Reader) -> Any:
        return self._once("lists", self._joined.get(row.person_key, ()), row.language, self._described)

    def _shop_of(self, row: Row, _: Reader) -> Any:
        return self._once("shop", row.mailing_id, "", self._shop)

    def _links(self, row: Row, _: Reader) -> dict[str, Any]:
        ends = self._requests.get(row.context.get("request_id", 0))
        return {"shop": self._brand(row.mailing_id).shop_url, "confirm_expires_on": self._day(ends, row.language) if ends else ""}

    def _subscriber(self, row: Row, reader: Reader) -> dict[str, Any]:
        known = self._profiles.get(row.person_key, {})
        if self._worded:
            fields, language = self._worded, row.language
            known = {key: worded(fields[key], value, language) if key in fields else value for key, value in known.items()}
        return {**known, "email": reader.email, "language": row.language}

    def _offer(self, row: Row, _: Reader) -> dict[str, Any]:
        code = self._codes.get(row.context.get("code_id", 0))
        if code is None:
            return {}
        offer, text, ends = code
        return {**self._once("offer", offer, row.language, self._terms), "code": text, "ends_on": self._day(ends, row.language)}

    def _terms(self, offer_id: int, language: str) -> dict[str, str]:
        offer, currency = self._offers[offer_id], self._place.currency
        worth = f"{offer.value} %" if offer.kind == OfferKind.PERCENT else amount_in_words(offer.value, currency, language)
        return {
            "minimum": amount_in_words(offer.minimum, currency, language),
            "value": worth,
            "conditions": pick(offer.conditions, language),
        }

    def _subscription(self, row: Row, reader: Reader) -> dict[str, str]:
        if row.list_id not in self._lists or reader.subscription is None:
            return {}
        facts = {"list": self._once("list", row.list_id, row.language, self._list_name)}
        if reader.confirmed_at:
            facts["confirmed_on"] = self._day(reader.confirmed_at, row.language)
        return facts

    def _list_name(self, list_id: int, language: str) -> str:
        return pick(self._lists[list_id].name, language)

    def _described(self, ids: Sequence[int], language: str) -> list[dict[str, str]]:
        found = [self._lists[number] for number in ids]
        return [{"name": pick(each.name, language), "description": pick(each.description, language)} for each in found]

    def _day(self, instant: datetime, language: str) -> str:
        return day_in_words(instant.astimezone(self._zone).date(), language)


# Functions, not methods bound to a batch: a batch that refers to itself stays in memory, with its readers, until a walk finds it.
_MAKERS: dict[str, _Maker] = {
    "subscriber": Batch._subscriber,
    "offer": Batch._offer,
    "subscription": Batch._subscription,
    "subscriptions": Batch._subscriptions,
    "links": Batch._links,
    "shop": Batch._shop_of,
}
