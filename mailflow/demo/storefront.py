"""The demo's shop: where the links of its letters lead, and where a click can end in an order, as in a real shop."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.address import read_address
from mailflow.audience.limits import network_is_busy
from mailflow.audience.queries import installation, is_demo
from mailflow.foundation.language import Words
from mailflow.foundation.tokens import Purpose
from mailflow.offers.models import Offer
from mailflow.offers.queries import code_written
from mailflow.offers.words import OfferKind
from mailflow.tracking.models import Order
from mailflow.tracking.orders import record_order
from mailflow.tracking.words import OrderEvent, OrderLine, OrderOutcome

PATH = "/demo/shop"
LONGEST_CODE = 64
_OPEN_FOR = timedelta(hours=24)
_PREFIX = "TEST-"

View = TypeVar("View", bound=Callable[..., Any])
storefront = Blueprint("storefront", __name__, url_prefix=PATH)


@dataclass(frozen=True)
class Piece:
    """Something to buy; its price in cents, and its address in English letters."""

    slug: str
    also: str
    name: Words
    price: int
    picture: str


PIECES = (
    Piece("fuente-lucena", "lucena-dish", {"es": "Fuente de Lucena", "en": "Lucena dish"}, 3400, "fuente.png"),
    Piece("jarra-almazara", "almazara-jug", {"es": "Jarra Almazara", "en": "Almazara jug"}, 2800, "jarra.png"),
    Piece("lino-lavado", "washed-linen", {"es": "Lino lavado", "en": "Washed linen"}, 4200, "mantel.png"),
)


@dataclass(frozen=True)
class Basket:
    """What somebody wants to order, as she typed it."""

    email: str = ""
    code: str = ""
    chosen: tuple[str, ...] = ()

    @property
    def pieces(self) -> list[Piece]:
        """The pieces chosen."""
        return [piece for piece in PIECES if piece.slug in self.chosen]


def _public(view: View) -> View:
    view.mailflow_access = "public"  # type: ignore[attr-defined]
    return view


@storefront.get("/")
@storefront.get("/<path:piece>")
@_public
def show(piece: str = "") -> str:
    """The shop; a piece's own address has that piece in the basket, any other address all of them."""
    _only_in_a_demo()
    named = tuple(one.slug for one in PIECES if piece in (one.slug, one.also))
    return _page(Basket(code=request.args.get("code", "")[:LONGEST_CODE], chosen=named or tuple(one.slug for one in PIECES)))


@storefront.post("/")
@_public
def order() -> Response | tuple[str, int]:
    """Record a test order as the shop's program would by the API; the page's own token makes sending it twice harmless."""
    _only_in_a_demo()
    form = request.form
    basket = Basket(form.get("email", "").strip()[:254], form.get("code", "").strip()[:LONGEST_CODE], tuple(form.getlist("piece")))
    address, token = read_address(basket.email), form.get("form_token", "")
    fault = _fault(token, bad_address=bool(address.fault), empty=not basket.pieces)
    if fault:
        return _page(basket, fault), 422
    if not form.get("website"):
        _record(address.email, basket, token)
    return redirect(url_for("storefront.ordered", token=token), 303)


@storefront.get("/ordered/<token>")
@_public
def ordered(token: str) -> str | Response:
    """What became of the order and its code; whose letter earned it is for the staff to see."""
    _only_in_a_demo()
    with _here().database.read() as session:
        found = session.scalar(select(Order).where(Order.reference == _reference(token)))
        if found is None:
            return redirect(url_for("storefront.show"))
        return render_template("preference_center/shop_ordered.html", order=found, price=_price)


def _here() -> Any:
    """The surroundings of the public door, which this page is a part of in a demo."""
    return current_app.extensions["mailflow"]


def _only_in_a_demo() -> None:
    with _here().database.read() as session:
        if not is_demo(session):
            abort(404)


def _page(basket: Basket, fault: str = "") -> str:
    now = _here().clock()
    token = _here().ring.mint.make(Purpose.FORM, int(now.timestamp() * 1000))
    return render_template("preference_center/shop.html", pieces=PIECES, basket=basket, fault=fault, token=token, price=_price)


def _price(cents: int) -> str:
    """An amount as the reader writes it, in the shop's currency."""
    with _here().database.read() as session:
        currency = installation(session).currency
    return str(format_currency(Decimal(cents) / 100, currency))


def _fault(token: str, *, bad_address: bool, empty: bool) -> str:
    """The word of what is to be mended first; empty when all is well."""
    made = _here().ring.mint.read(Purpose.FORM, token)
    shown_for = _here().clock() - datetime.fromtimestamp(made.row_id / 1000, UTC) if made and made.row_id < 1 << 45 else None
    if empty:
        return "pieces"
    if bad_address:
        return "email"
    return "" if shown_for is not None and timedelta() <= shown_for <= _OPEN_FOR else "old"


def _reference(token: str) -> str:
    return _PREFIX + sha256(token.encode()).hexdigest()[:12].upper()


def _record(email: str, basket: Basket, token: str) -> None:
    now = _here().clock()
    with _here().database.begin() as session:
        if network_is_busy(session, email, request.remote_addr or "", ring=_here().ring, now=now):
            abort(429)
        _sell(session, email, basket, token, now=now)


def _reduction(session: Session, code: str, total: int, *, now: datetime) -> int:
    """The cents that a code takes off a basket worth ``total``: none for an unknown, used or ended one, or below its minimum."""
    written = code_written(session, code)
    if written is None or written.redeemed_at is not None or written.ends_at < now:
        return 0
    offer = session.get_one(Offer, written.offer_id)
    if total < offer.minimum:
        return 0
    return round(total * offer.value / 100) if offer.kind == OfferKind.PERCENT else min(offer.value, total)


def _sell(session: Session, email: str, basket: Basket, token: str, *, now: datetime) -> OrderOutcome:
    """The same verb that POST /api/v1/events calls."""
    lines = tuple(OrderLine(piece.slug, 1, piece.price) for piece in basket.pieces)
    total = sum(line.amount for line in lines)
    paid = total - _reduction(session, basket.code, total, now=now)
    currency = installation(session).currency
    event = OrderEvent(_reference(token), email, now, paid, currency, basket.code or None, lines)
    return record_order(session, event, now=now)
