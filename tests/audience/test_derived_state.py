"""Whatever Ana does, in whatever order, her consent lines alone say where she stands."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from mailflow.audience import leaving, preferences
from mailflow.audience.consent import Evidence, record
from mailflow.audience.derived import differing, heard_of_lately, standing
from mailflow.audience.models import ConfirmationRequest, ConsentLine, List, Subscriber, Subscription
from mailflow.audience.words import Choices, Consent, LeaveMethod, Origin, Tracking
from tests.audience.audience_shop import Shop
from tests.audience.importing.bringing import brought, carried, tried

ANA = "ana@example.net"
LISTS = ("newsletter", "taller")
STEPS = st.one_of(
    st.tuples(st.just("signs up"), st.sampled_from([("newsletter",), ("taller",), LISTS]), st.booleans()),
    st.tuples(st.just("confirms"), st.integers(0, 3)),
    st.tuples(st.just("leaves"), st.sampled_from(LISTS), st.sampled_from(list(LeaveMethod)), st.booleans()),
    st.tuples(st.just("comes back"), st.sampled_from(LISTS)),
    st.tuples(st.just("chooses"), st.sets(st.sampled_from(LISTS)), st.sampled_from([None, *Tracking])),
    st.tuples(st.just("is imported"), st.sampled_from(LISTS)),
)


class Story:
    """Steps of Ana's, a quarter of an hour apart."""

    def __init__(self, shop: Shop, now: datetime) -> None:
        self.shop, self.now = shop, now

    def do(self, step: tuple[Any, ...]) -> None:
        self.now += timedelta(minutes=15)
        getattr(self, f"_{step[0].replace(' ', '_')}")(*step[1:])

    def _signs_up(self, slugs: tuple[str, ...], agrees: bool) -> None:
        self.shop.asks(ANA, *slugs, now=self.now, tracking=agrees, network=f"203.0.{self.now.hour}.{self.now.minute}")

    def _confirms(self, which: int) -> None:
        requests = [one.id for one in self.shop.rows(ConfirmationRequest)]
        self.shop.confirms(requests[-1 - which] if which < len(requests) else None, now=self.now)

    def _leaves(self, slug: str, method: LeaveMethod, everything: bool) -> None:
        self._with_place(slug, lambda session, place: leaving.leave(session, place, method=method, now=self.now, everything=everything))

    def _comes_back(self, slug: str) -> None:
        self._with_place(slug, lambda session, place: leaving.come_back(session, place, now=self.now, wording="Vuelvo."))

    def _chooses(self, slugs: set[str], level: Tracking | None) -> None:
        with self.shop.database.begin() as session:
            ids = frozenset(session.scalars(select(List.id).where(List.slug.in_(slugs))))
            for person in session.scalars(select(Subscriber.id)).all():
                preferences.change(
                    session, person, Choices(list_ids=ids, tracking=level, wording="Sí.", tracking_wording="Así."), now=self.now
                )

    def _is_imported(self, slug: str) -> None:
        number = brought(self.shop.database, f"email\n{ANA}\n".encode(), self.now, slug=slug)
        tried(self.shop.database, number, self.shop.ring, self.now)
        carried(self.shop.database, number, self.shop.ring, self.now)

    def _with_place(self, slug: str, do: Any) -> None:
        with self.shop.database.begin() as session:
            place = session.scalar(select(Subscription.id).join(List, List.id == Subscription.list_id).where(List.slug == slug))
            if place:
                do(session, place)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=1, max_size=9))
def test_her_lines_alone_say_where_she_stands(shop: Shop, now: datetime, steps: list[tuple[Any, ...]]) -> None:
    with shop.database.begin() as session:
        session.execute(delete(Subscriber))
    story = Story(shop, now)
    for step in steps:
        story.do(step)
        with shop.database.read() as session:
            people = list(session.scalars(select(Subscriber.id)))
            assert differing(session, people) == [], step


@pytest.mark.parametrize("planted", [{"state": "confirmed"}, {"state": "left"}])
def test_a_table_that_says_something_else_is_found(shop: Shop, now: datetime, planted: dict[str, str]) -> None:
    shop.asks(ANA, now=now)
    with shop.database.begin() as session:
        session.execute(update(Subscription).values(planted))
    with shop.database.read() as session:
        assert len(differing(session, heard_of_lately(session, 100))) == 1


def test_a_level_that_nobody_chose_is_found(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now)
    with shop.database.begin() as session:
        session.get_one(Subscriber, ana).tracking = "individual"
    with shop.database.read() as session:
        assert differing(session, heard_of_lately(session, 100)) == [ana]


def test_what_else_she_agreed_to_is_told_by_her_last_word(shop: Shop, now: datetime) -> None:
    ana = shop.joined(ANA, now=now)
    with shop.database.begin() as session:
        evidence = Evidence("Podéis dar mis datos a Lino & Lana.", "es", "preferences", "preferences", Origin())
        record(session, ana, Consent.THIRD_PARTY, True, evidence, now=now)
        record(session, ana, Consent.PROFILING, True, evidence, now=now)
        record(session, ana, Consent.THIRD_PARTY, False, evidence, now=now)
    assert standing(shop.rows(ConsentLine)).others == {Consent.THIRD_PARTY: False, Consent.PROFILING: True}


def test_a_consent_line_is_never_changed(shop: Shop, now: datetime) -> None:
    shop.asks(ANA, now=now)
    with pytest.raises(TypeError, match="never changed"), shop.database.begin() as session:
        session.scalars(select(ConsentLine)).first().granted = False
