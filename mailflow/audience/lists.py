"""Making and changing what people can join."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import List
from mailflow.audience.queries import brand


@dataclass(frozen=True)
class ListFacts:
    """What a list is called and says, its language, and whether the public pages offer it."""

    name: dict[str, str]
    description: dict[str, str]
    language: str
    public: bool


@dataclass(frozen=True)
class ListMade:
    """``reason`` is "made", "slug-taken" or "no-brand"."""

    reason: str
    list: List | None = None


def create_list(session: Session, slug: str, facts: ListFacts, *, now: datetime) -> ListMade:
    """A new list of the first brand, after all others; nobody is in it yet."""
    its_brand = brand(session)
    if its_brand is None:
        return ListMade("no-brand")
    if session.scalar(select(List.id).where(List.slug == slug)) is not None:
        return ListMade("slug-taken")
    last = session.scalar(select(func.max(List.position))) or 0
    made = List(slug=slug, brand_id=its_brand.id, position=last + 1, created_at=now, **asdict(facts))
    session.add(made)
    session.flush()
    return ListMade("made", made)


def change_list(session: Session, row: List, facts: ListFacts) -> None:
    """Keep what a list is called; its slug stays, since links and forms carry it."""
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    session.flush()
