"""/v1/lists: what people can join."""

from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mailflow.api.endpoints import Endpoint, body, endpoint, told, unchanged_since
from mailflow.api.paging import asked_only, page
from mailflow.api.problems import problem
from mailflow.api.schemas import BothWords, Language, OptionalWords, Strict
from mailflow.api.surroundings import surroundings
from mailflow.audience.lists import ListFacts, change_list, create_list
from mailflow.audience.models import List
from mailflow.audience.queries import ListCounts, list_counts, lists

blueprint = Blueprint("lists", __name__)
Slug = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Its part of addresses; stays for good.")]


class ListTold(BaseModel):
    """A list, and how many stand where with it."""

    model_config = ConfigDict(frozen=True)
    slug: str
    name: dict[str, str]
    description: dict[str, str]
    language: str
    public: bool
    confirmed: int
    pending: int
    left: int


class ChangedList(Strict):
    """What a list is called and says, whole."""

    name: BothWords
    description: OptionalWords = Field(default_factory=OptionalWords)
    language: Language = "es"
    public: bool = True


class NewList(ChangedList):
    """A list to be made."""

    slug: Slug


_NEW, _CHANGED = TypeAdapter(NewList), TypeAdapter(ChangedList)


@endpoint(blueprint, "GET", "/v1/lists", Endpoint("Every list, in its order", "lists:read", tells=ListTold, paged=True, whole=True))
def index() -> Any:
    """All of them: there are few."""
    asked_only()
    with surroundings().database.read() as session:
        counts = list_counts(session)
        return page([_told(row, counts.get(row.id)) for row in lists(session)], None)


@endpoint(blueprint, "POST", "/v1/lists", Endpoint("Make a list", "lists:write", asks=NewList, tells=ListTold, status=201, refused=(409,)))
def create() -> Any:
    """Nobody is in it yet."""
    asked_only()
    new = body(_NEW)
    around = surroundings()
    with around.database.begin() as session:
        made = create_list(session, new.slug, _facts(new), now=around.clock())
        answer = _told(made.list, None) if made.list else None
    return told(answer, 201) if answer else problem(409)


@endpoint(blueprint, "GET", "/v1/lists/<slug>", Endpoint("One list", "lists:read", tells=ListTold, refused=(404,)))
def show(slug: str) -> Any:
    """With its counts."""
    asked_only()
    with surroundings().database.read() as session:
        row = next((one for one in lists(session) if one.slug == slug), None)
        if row is None:
            return problem(404)
        return told(_told(row, list_counts(session).get(row.id)))


@endpoint(
    blueprint, "PUT", "/v1/lists/<slug>", Endpoint("Change a list", "lists:write", asks=ChangedList, tells=ListTold, refused=(404, 412))
)
def change(slug: str) -> Any:
    """The whole of what it says; with If-Match only if it is as it was seen."""
    asked_only()
    new = body(_CHANGED)
    with surroundings().database.begin() as session:
        row = next((one for one in lists(session) if one.slug == slug), None)
        if row is None:
            return problem(404)
        counts = list_counts(session).get(row.id)
        unchanged_since(_told(row, counts))
        change_list(session, row, _facts(new))
        return told(_told(row, counts))


def _facts(new: ChangedList) -> ListFacts:
    return ListFacts(new.name.model_dump(), new.description.model_dump(), new.language, new.public)


def _told(row: List, counts: ListCounts | None) -> ListTold:
    numbers = counts or ListCounts()
    return ListTold(
        slug=row.slug, name=row.name, description=row.description, language=row.language, public=row.public,
        confirmed=numbers.confirmed, pending=numbers.pending, left=numbers.left,
    )  # fmt: skip
