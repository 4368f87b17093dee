"""/v1/fields: what is known of people; the same verbs as on the studio's page."""

from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.api.endpoints import Endpoint, body, endpoint, told, unchanged_since
from mailflow.api.paging import asked_only, page
from mailflow.api.problems import language, problem
from mailflow.api.schemas import BothWords, OptionalWords, Strict
from mailflow.api.surroundings import surroundings
from mailflow.audience import models
from mailflow.audience.field_rules import FieldReason, FieldSheet
from mailflow.audience.fields import fields
from mailflow.audience.registry import FieldOutcome, NewField, change_field, create_field, end_field
from mailflow.audience.words import FieldKind, Level
from mailflow.content.naming import newsletters_naming
from mailflow.foundation.language import Words, pick
from mailflow.segments.queries import testing

blueprint = Blueprint("fields", __name__)
_REFUSED: dict[FieldReason, tuple[str, Words]] = {
    FieldReason.KEY: ("#/key", {"es": "no puede ser una clave", "en": "cannot be a key"}),
    FieldReason.LEVEL: ("#/level", {"es": "un lugar necesita su nivel", "en": "a place needs its level"}),
    FieldReason.CURRENCY: ("#/currency", {"es": "una cantidad necesita su moneda", "en": "an amount needs its currency"}),
    FieldReason.NO_OPTIONS: ("#/options", {"es": "hace falta al menos una", "en": "at least one is needed"}),
    FieldReason.OPTION: ("#/options", {"es": "cada una necesita su propio texto", "en": "each needs words of its own"}),
    FieldReason.NOT_REPORTED: ("#/report", {"es": "este tipo no se puede informar", "en": "this kind cannot be reported"}),
    FieldReason.MANY_REPORTED: ("#/report", {"es": "ya hay demasiados en los informes", "en": "reports have too many already"}),
}
_NOT_VALID: tuple[str, Words] = ("#", {"es": "no es válido", "en": "is not valid"})
Key = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$", description="As mails name it: subscriber.<key>.")]


class OptionTold(BaseModel):
    """One option; ``off`` is no more offered and kept by who has it."""

    key: str
    label: dict[str, str]
    off: bool


class FieldTold(BaseModel):
    """A field of the registry."""

    model_config = ConfigDict(frozen=True)
    key: str
    kind: FieldKind
    level: str
    currency: str
    label: dict[str, str]
    help: dict[str, str]
    options: list[OptionTold]
    public: bool
    required: bool
    report: bool
    archived: bool


class Option(Strict):
    """One option; with the key of one that is there it is renamed, without one it is new."""

    key: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    label: BothWords


class ChangedField(Strict):
    """What a field says and asks, whole; an option left out that somebody has is kept, and no more offered."""

    label: BothWords
    help: OptionalWords = Field(default_factory=OptionalWords)
    options: Annotated[list[Option], Field(max_length=300)] = Field(default_factory=list)
    public: bool = False
    required: bool = False
    report: bool = False


class FieldToMake(ChangedField):
    """A field to be made; kind, level, currency and key stay for good."""

    kind: Literal["string", "number", "boolean", "date", "one-of", "many-of", "place", "money", "telephone"]
    level: Literal["", "country", "region", "city"] = ""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    key: Key | None = None


class FieldEnded(BaseModel):
    """``archived`` where it has values or something names it, otherwise ``deleted``."""

    result: str


_NEW, _CHANGED = TypeAdapter(FieldToMake), TypeAdapter(ChangedField)


@endpoint(
    blueprint,
    "GET",
    "/v1/fields",
    Endpoint("Every field in its order, archived too", "fields:read", tells=FieldTold, paged=True, whole=True),
)
def index() -> Any:
    """All of them: there are few."""
    asked_only()
    with surroundings().database.read() as session:
        return page([_told(row) for row in fields(session)], None)


@endpoint(
    blueprint, "POST", "/v1/fields", Endpoint("Make a field", "fields:write", asks=FieldToMake, tells=FieldTold, status=201, refused=(409,))
)
def create() -> Any:
    """Nobody has a value of it yet."""
    asked_only()
    new = body(_NEW)
    wanted = NewField(FieldKind(new.kind), Level(new.level) if new.level else "", new.currency, new.key or "")
    with surroundings().database.begin() as session:
        outcome = create_field(session, wanted, _sheet(new))
        answer = _told(outcome.field) if outcome.field else None
    return told(answer, 201) if answer else _refusal(outcome)


@endpoint(blueprint, "GET", "/v1/fields/<key>", Endpoint("One field", "fields:read", tells=FieldTold, refused=(404,)))
def show(key: str) -> Any:
    """With its options."""
    asked_only()
    with surroundings().database.read() as session:
        row = _found(session, key)
        return told(_told(row)) if row else problem(404)


@endpoint(
    blueprint, "PUT", "/v1/fields/<key>",
    Endpoint("Change a field; no value of anybody is lost", "fields:write", asks=ChangedField, tells=FieldTold, refused=(404, 412)),
)  # fmt: skip
def change(key: str) -> Any:
    """The whole of what it says; with If-Match only if it is as it was seen."""
    asked_only()
    new = body(_CHANGED)
    with surroundings().database.begin() as session:
        row = _found(session, key)
        if row is None:
            return problem(404)
        unchanged_since(_told(row))
        outcome = change_field(session, row, _sheet(new))
        answer = _told(row)
    return told(answer) if outcome.reason is FieldReason.CHANGED else _refusal(outcome)


@endpoint(
    blueprint, "DELETE", "/v1/fields/<key>",
    Endpoint("Delete a field that nobody has and nothing names; archive any other", "fields:write", tells=FieldEnded, refused=(404,)),
)  # fmt: skip
def end(key: str) -> Any:
    """No value of anybody is lost."""
    asked_only()
    around = surroundings()
    with around.database.begin() as session:
        row = _found(session, key)
        if row is None:
            return problem(404)
        named = bool(testing(session, key) or newsletters_naming(session, key))
        return told(FieldEnded(result=end_field(session, row, named=named, now=around.clock()).reason))


def _found(session: Session, key: str) -> models.Field | None:
    return session.scalar(select(models.Field).where(models.Field.key == key))


def _sheet(new: ChangedField) -> FieldSheet:
    options = [{"key": one.key or "", "label": one.label.model_dump()} for one in new.options]
    return FieldSheet(new.label.model_dump(), new.help.model_dump(), options, new.public, new.required, new.report)


def _refusal(outcome: FieldOutcome) -> Any:
    if outcome.reason is FieldReason.KEY_TAKEN:
        return problem(409)
    pointer, words = _REFUSED.get(outcome.reason, _NOT_VALID)
    return problem(422, errors=[{"pointer": pointer, "detail": pick(words, language())}])


def _told(row: models.Field) -> FieldTold:
    options = [OptionTold(key=str(one["key"]), label=one["label"], off=bool(one.get("off"))) for one in row.options]
    return FieldTold(
        key=row.key, kind=FieldKind(row.kind), level=row.level, currency=row.currency, label=row.label, help=row.help, options=options,
        public=row.public, required=row.required, report=row.report, archived=row.archived_at is not None,
    )  # fmt: skip
