"""An explanation shows the person's own facts, so that Bruno can check it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from mailflow.audience.models import Field, Subscriber
from mailflow.audience.profile import set_values
from mailflow.outbox.models import Mailing
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.explain import explain
from mailflow.segments.facts import fact
from mailflow.segments.models import Purchase

Join = Callable[..., int]
Note = Callable[..., None]


@pytest.mark.parametrize(
    ("condition", "english", "met"),
    [
        ({"did": "opened", "at_least": 3, "last": 10}, "2 of the last 4, 3 wanted", False),
        ({"did": "clicked", "at_least": 1, "within_days": 30}, "1", True),
        ({"did": "ordered", "at_least": 1, "within_days": 2}, "0", False),
        ({"spent": {"at_least": 1000}}, "€46", True),
        ({"average": {"at_most": 1000}}, "€46", False),
        ({"last_order": {"within_days": 30}}, "16 November 2026", True),
        ({"bought": {"product": "Jarra"}}, "1", True),
        ({"lifecycle": ["active"]}, "an active customer", True),
        ({"rfm": ["champions"]}, "inactive (R1 F1 M1)", False),
        ({"field": "sex", "is": "in", "value": ["m"]}, "F", False),
        ({"field": "interests", "is": "empty"}, "nothing", True),
        ({"source": ["paid"]}, "their own way", False),
        ({"origin": ["form:newsletter"]}, "form:newsletter", True),
        ({"tracking": ["individual"]}, "in totals only", False),
    ],
)
def test_each_condition_shows_what_it_was_decided_by(
    shop: Session, join: Join, did: Note, now: datetime, condition: dict[str, object], english: str, met: bool
) -> None:
    for one in (1, 2, 3, 4):
        shop.add(Mailing(id=one, kind="campaign", source_id=one, name="N", brand_id=1, lane=1, policy="hold", created_at=now, due_at=now))
    shop.flush()
    ana = join("ana")
    set_values(shop, ana, {"sex": "f"})
    for one in (1, 2, 3, 4):
        did(ana, "sent", days=20 - one, mailing_id=one)
    for one in (1, 3):
        did(ana, "opened", days=2, mailing_id=one)
    did(ana, "clicked", days=2, mailing_id=1)
    did(ana, "ordered", days=5, amount=4600)
    shop.add(Purchase(subscriber_id=ana, order_id=1, at=now, product="Jarra", category="Loza", quantity=1, amount=4600))
    shop.flush()
    tree = read_tree(catalogue(shop), {"all": [condition]})
    said = explain(shop, tree, ana, now=now)
    assert said
    assert said.met == met
    person = shop.get_one(Subscriber, ana)
    assert fact(shop, tree.parts[0], person, now=now, language="en") == english
    assert fact(shop, tree.parts[0], person, now=now, language="es")


def test_an_amount_of_a_field_is_told_in_its_currency(shop: Session, join: Join, now: datetime) -> None:
    shop.add(Field(key="saldo", kind="money", currency="USD", position=80, label={"en": "Balance", "es": "Saldo"}))
    shop.flush()
    ana = join("ana")
    set_values(shop, ana, {"saldo": 120150})
    condition = read_tree(catalogue(shop), {"all": [{"field": "saldo", "is": ">", "value": 100000}]}).parts[0]
    said = {language: fact(shop, condition, shop.get_one(Subscriber, ana), now=now, language=language) for language in ("en", "es")}
    assert said == {"en": "US$1,201.50", "es": "1.201,50\N{NO-BREAK SPACE}US$"}
