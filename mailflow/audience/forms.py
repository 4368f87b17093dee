"""Making and changing public sign-up forms."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Form, Subscriber

_FROM_A_FORM = "form:"


@dataclass(frozen=True)
class FormFacts:
    """What a form says, asks and offers; the wordings are what people agree to from now on."""

    title: dict[str, str]
    intro: dict[str, str]
    consent_wording: dict[str, str]
    tracking_wording: dict[str, str]
    list_slugs: list[str]
    field_keys: list[str]
    source_class: str


@dataclass(frozen=True)
class FormMade:
    """``reason`` is "made" or "slug-taken"."""

    reason: str
    form: Form | None = None


@dataclass(frozen=True)
class CameIn:
    """How many people came through each form, by slug, and how many by another way: an import, the API, the demo."""

    by_form: dict[str, int]
    otherwise: int


def create_form(session: Session, slug: str, facts: FormFacts, *, now: datetime) -> FormMade:
    """A new form, closed until somebody opens it."""
    if session.scalar(select(Form.id).where(Form.slug == slug)) is not None:
        return FormMade("slug-taken")
    made = Form(slug=slug, open=False, created_at=now, **asdict(facts))
    session.add(made)
    session.flush()
    return FormMade("made", made)


def change_form(session: Session, form: Form, facts: FormFacts) -> None:
    """Keep what a form says and asks; what people agreed to before keeps its own wording."""
    for name, value in asdict(facts).items():
        setattr(form, name, value)
    session.flush()


def switch_form(session: Session, form: Form, *, opened: bool) -> None:
    """Let a form take sign-ups, or no more."""
    form.open = opened
    session.flush()


def came_in(session: Session) -> CameIn:
    """How people came in, counted by the way they came first."""
    rows = session.execute(select(Subscriber.source, func.count()).group_by(Subscriber.source))
    counted = {source: number for source, number in rows}  # noqa: C416  # the pairs are rows
    by_form = {source.removeprefix(_FROM_A_FORM): number for source, number in counted.items() if source.startswith(_FROM_A_FORM)}
    return CameIn(by_form, sum(counted.values()) - sum(by_form.values()))
