"""Bruno's own fields: made, renamed, reordered and ended without a value being lost."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience import fields as registry
from mailflow.audience import profile, rules
from mailflow.audience.field_rules import FieldReason, FieldSheet, key_of, merged_options
from mailflow.audience.models import Field, Form
from mailflow.audience.registry import NewField, bring_back, change_field, create_field, end_field, option_counts, put_in_order
from mailflow.audience.standard import STANDARD, standard_fields
from mailflow.audience.words import FieldFault, FieldKind, Level
from mailflow.segments.count import count
from tests.audience.audience_shop import Shop

TODAY = date(2026, 11, 22)
SIZE = {"es": "Talla", "en": "Size"}


def _options(*words: str) -> list[dict[str, Any]]:
    return [{"key": "", "label": {"es": word, "en": word}} for word in words]


def _made(session: Session, kind: FieldKind, *, label: dict[str, str] | None = None, options: Any = (), **more: Any) -> Field:
    kept = {name: more.pop(name) for name in ("public", "required", "report") if name in more}
    outcome = create_field(session, NewField(kind, **more), FieldSheet(label or SIZE, options=options, **kept))
    assert outcome.field, outcome.reason
    return outcome.field


def test_options_are_renamed_reordered_and_taken_away_and_nobody_loses_hers(shop: Shop, now: datetime) -> None:
    ana = shop.joined("ana@example.net", now=now)
    with shop.database.begin() as session:
        size = _made(session, FieldKind.ONE_OF, options=_options("Grande", "Pequeña", "Media"))
        assert [one["key"] for one in size.options] == ["grande", "pequena", "media"]
        profile.set_values(session, ana, {size.key: "grande"})
        small, large = size.options[1], {"key": "grande", "label": {"es": "Muy grande", "en": "Huge"}}
        changed = change_field(session, size, FieldSheet(SIZE, options=[small, large]))
        assert (changed.reason, [one["key"] for one in size.options]) == (FieldReason.CHANGED, ["pequena", "grande"])
        change_field(session, size, FieldSheet(SIZE, options=[small]))
        assert size.options[1] == large | {"off": True}
        assert option_counts(session, size) == {"grande": 1}
        assert profile.values(session, [ana])[ana][size.key] == "grande"


def test_amounts_are_whole_cents_read_as_people_write_them(shop: Shop, now: datetime) -> None:
    ana = shop.joined("ana@example.net", now=now)
    with shop.database.begin() as session:
        balance = _made(session, FieldKind.MONEY, label={"es": "Saldo", "en": "Balance"}, currency="EUR")
        for text, cents in {"12,50": 1250, "€12.50": 1250, "1.250": 125_000, "1,250.5": 125_050, "-3 EUR": -300, "0": 0}.items():
            assert rules.parse_fields([balance], {"saldo": [text]}, today=TODAY).values == {"saldo": cents}, text
        for text in ("1.2.3", "1e5", "NaN", "12,345,6", "doce", "1234567890123456", "١٢"):
            assert rules.parse_fields([balance], {"saldo": [text]}, today=TODAY).errors == {"saldo": FieldFault.NOT_AN_AMOUNT}, text
        profile.set_values(session, ana, {"saldo": 1250})
        assert profile.values(session, [ana])[ana]["saldo"] == 1250
        for op, value, found in ((">", 1249, 1), (">", 1250, 0), ("=", 1250, 1), ("between", [0, 2000], 1), ("empty", None, 0)):
            tree = {"field": "saldo", "is": op} | ({} if value is None else {"value": value})
            assert count(session, {"all": [tree]}, now=now) == found, op


def test_a_city_is_written_and_a_country_chosen(shop: Shop, now: datetime) -> None:
    ana = shop.joined("ana@example.net", now=now)
    with shop.database.begin() as session:
        known = {field.key: field for field in registry.fields(session)}
        assert [known[key].level for key in ("place", "city", "country")] == [Level.REGION, Level.CITY, Level.COUNTRY]
        said = rules.parse_fields(known.values(), {"city": ["Alcalá  de Henares"], "country": ["ES"], "place": ["ES-M"]}, today=TODAY)
        assert said.values == {"city": "Alcalá de Henares", "country": "ES", "place": "ES-M"}
        assert rules.parse_fields([known["country"]], {"country": ["XX"]}, today=TODAY).errors == {"country": FieldFault.NOT_A_CHOICE}
        profile.set_values(session, ana, said.values)
        assert count(session, {"all": [{"field": "city", "is": "contains", "value": "alcalá"}]}, now=now) == 1


def test_what_is_required_is_missed_in_forms_and_zero_is_an_answer(shop: Shop) -> None:
    with shop.database.begin() as session:
        points = _made(session, FieldKind.NUMBER, label={"es": "Puntos", "en": "Points"}, public=True, required=True)
        garden = _made(session, FieldKind.BOOLEAN, label={"es": "Jardín", "en": "Garden"}, public=True, required=True)
        missed = registry.parse([points, garden], {"jardin": ["no"]}, today=TODAY)
        assert missed.errors == {"puntos": FieldFault.MISSING, "jardin": FieldFault.MISSING}
        assert registry.parse([points, garden], {"puntos": ["0"], "jardin": ["yes"]}, today=TODAY).errors == {}
        assert registry.parse([points], {"puntos": ["x"]}, today=TODAY).errors == {"puntos": FieldFault.NOT_A_NUMBER}


def test_a_field_with_values_is_archived_and_comes_back_and_one_without_is_deleted(shop: Shop, now: datetime) -> None:
    ana = shop.joined("ana@example.net", now=now)
    with shop.database.begin() as session:
        size = _made(session, FieldKind.STRING, public=True)
        form = session.scalars(select(Form)).one()
        form.field_keys = [*form.field_keys, size.key]
        assert end_field(session, size, named=False, now=now).reason is FieldReason.ARCHIVED  # a form asks for it
        assert size not in registry.fields(session, public_only=True)
        assert size not in registry.live_fields(session)
        assert size in registry.fields(session)
        bring_back(session, size)
        form.field_keys = form.field_keys[:-1]
        profile.set_values(session, ana, {size.key: "M"})
        assert end_field(session, size, named=False, now=now).reason is FieldReason.ARCHIVED
        assert count(session, {"all": [{"field": size.key, "is": "is", "value": "m"}]}, now=now) == 1
        profile.set_values(session, ana, {size.key: None})
        assert end_field(session, size, named=True, now=now).reason is FieldReason.ARCHIVED
        assert end_field(session, size, named=False, now=now).reason is FieldReason.DELETED
        sex = session.scalars(select(Field).where(Field.key == "sex")).one()
        assert end_field(session, sex, named=False, now=now).reason is FieldReason.ARCHIVED


@pytest.mark.parametrize(
    ("new", "sheet", "reason"),
    [
        (NewField(FieldKind.STRING), FieldSheet({"es": "Talla"}), FieldReason.LABEL),
        (NewField(FieldKind.STRING), FieldSheet({"es": "x" * 81, "en": "x"}), FieldReason.LABEL),
        (NewField(FieldKind.STRING), FieldSheet(SIZE, {"es": "x" * 201}), FieldReason.HELP),
        (NewField(FieldKind.ONE_OF), FieldSheet(SIZE), FieldReason.NO_OPTIONS),
        (NewField(FieldKind.ONE_OF), FieldSheet(SIZE, options=_options("M", "m")), FieldReason.OPTION),
        (NewField(FieldKind.ONE_OF), FieldSheet(SIZE, options=_options("M", "")), FieldReason.OPTION),
        (NewField(FieldKind.MONEY, currency="euro"), FieldSheet(SIZE), FieldReason.CURRENCY),
        (NewField(FieldKind.PLACE, level="planet"), FieldSheet(SIZE), FieldReason.LEVEL),
        (NewField(FieldKind.STRING), FieldSheet(SIZE, report=True), FieldReason.NOT_REPORTED),
        (NewField(FieldKind.PLACE, level="city"), FieldSheet(SIZE, report=True), FieldReason.NOT_REPORTED),
        (NewField(FieldKind.STRING, key="email"), FieldSheet(SIZE), FieldReason.KEY),
        (NewField(FieldKind.STRING, key="wedding_day"), FieldSheet(SIZE), FieldReason.KEY),
        (NewField(FieldKind.STRING, key="sex"), FieldSheet(SIZE), FieldReason.KEY_TAKEN),
    ],
)
def test_what_cannot_be_a_field_is_refused_with_its_reason(shop: Shop, new: NewField, sheet: FieldSheet, reason: FieldReason) -> None:
    with shop.database.begin() as session:
        assert create_field(session, new, sheet).reason is reason
        assert len(registry.fields(session)) == len(STANDARD)


def test_fields_are_put_in_order(shop: Shop) -> None:
    with shop.database.begin() as session:
        put_in_order(session, ["city", "sex"])
        assert [field.key for field in registry.fields(session)][:3] == ["city", "sex", "first_name"]


def test_keys_can_be_named_in_mails_and_never_clash_with_what_forms_use() -> None:
    assert key_of({"es": "Talla de camiseta"}, ()) == "talla_de_camiseta"
    assert key_of({"es": "Talla"}, {"talla"}) == "talla_2"
    assert key_of({"es": "2º apellido"}, ()) == "field_2o_apellido"
    assert key_of({"es": "email"}, ()) == "field_email"
    assert key_of({"es": "boda_day"}, ()) == "boda_day_value"
    assert key_of({"es": "木", "en": "木"}, ()) == "field"
    assert len(key_of({"es": "a" * 90}, {"a" * 40})) <= 40
    assert merged_options([], _options("A", "A!"), ()) == [
        {"key": "a", "label": {"es": "A", "en": "A"}},
        {"key": "a_2", "label": {"es": "A!", "en": "A!"}},
    ]


def test_the_standard_ones_are_known_as_such() -> None:
    assert {field.key for field in standard_fields()} == STANDARD
