"""Reads conditions about what people did and bought. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from mailflow.segments import values
from mailflow.segments.reading import OFTEN, MisplacedError, Raw, amount, days_of, inner, often, only, under, window
from mailflow.segments.values import RefusedError
from mailflow.segments.words import (
    MOST_LAST,
    AtStage,
    Average,
    Bought,
    Catalogue,
    Deed,
    Did,
    InRfm,
    LastOrder,
    Rfm,
    Silent,
    Spent,
    Stage,
    Top,
)


def _did(raw: Raw, _: Catalogue) -> Did:
    only(raw, "did", *OFTEN, "within_days", "mailing", "link", "last")
    if not isinstance(raw["did"], str) or raw["did"] not in tuple(Deed):
        raise MisplacedError("did", RefusedError("deed"))
    deed, times = Deed(raw["did"]), often(raw, usual=1)
    if "last" in raw:
        return _of_last(raw, deed)
    mailing = under("mailing", values.whole, raw["mailing"], 1, values.MOST_ID) if "mailing" in raw else None
    link = under("link", values.whole, raw["link"], 0, values.MOST_ID) if "link" in raw else None
    if link is not None and (mailing is None or deed is not Deed.CLICKED):
        raise MisplacedError("link", RefusedError("link"))
    return Did(deed, times, days_of(raw), mailing, link)


def _of_last(raw: Raw, deed: Deed) -> Did:
    """Counts among the campaigns sent to her last; days or one mailing would ask about others."""
    if deed not in (Deed.OPENED, Deed.CLICKED) or any(key in raw for key in ("within_days", "mailing", "link")):
        raise MisplacedError("last", RefusedError("last"))
    last = under("last", values.whole, raw["last"], 1, MOST_LAST)
    times = often(raw, usual=1, most=last)
    return Did(deed, times, last=last)


def _spent(raw: Raw, _: Catalogue) -> Spent:
    found = inner(raw, "spent", "at_least", "at_most", "within_days")
    return Spent(amount(found, "spent"), days_of(found))


def _average(raw: Raw, _: Catalogue) -> Average:
    found = inner(raw, "average", "at_least", "at_most", "within_days")
    return Average(amount(found, "average"), days_of(found))


def _bought(raw: Raw, _: Catalogue) -> Bought:
    found = inner(raw, "bought", "product", "category", *OFTEN, "within_days")
    named = [by for by in ("product", "category") if by in found]
    if len(named) != 1:
        raise MisplacedError("bought", RefusedError("bought"))
    return Bought(named[0], under(f"bought.{named[0]}", values.text, found[named[0]]), often(found, usual=1), days_of(found))


def _last_order(raw: Raw, _: Catalogue) -> LastOrder:
    only(raw, "last_order")
    return LastOrder(under("last_order", window, raw["last_order"]))


def _top(raw: Raw, _: Catalogue) -> Top:
    found = inner(raw, "top", "share", "within_days")
    share = under("top.share", values.permille, found.get("share"))
    return Top(share, under("top.within_days", values.days, found.get("within_days")))


def _silent(raw: Raw, _: Catalogue) -> Silent:
    only(raw, "silent")
    return Silent(under("silent", values.boolean, raw["silent"]))


def _lifecycle(raw: Raw, _: Catalogue) -> AtStage:
    only(raw, "lifecycle")
    return AtStage(under("lifecycle", values.options, raw["lifecycle"], tuple(Stage)))


def _rfm(raw: Raw, _: Catalogue) -> InRfm:
    only(raw, "rfm")
    return InRfm(under("rfm", values.options, raw["rfm"], tuple(Rfm)))


READERS: Mapping[str, Callable[[Raw, Catalogue], Any]] = {
    "did": _did,
    "spent": _spent,
    "average": _average,
    "bought": _bought,
    "last_order": _last_order,
    "top": _top,
    "silent": _silent,
    "lifecycle": _lifecycle,
    "rfm": _rfm,
}
