"""What is told of an import, as it goes over the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import progress
from mailflow.audience.importing.words import ImportState
from mailflow.audience.models import List


class ImportTold(BaseModel):
    """A file that was brought, and how it stands."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: str
    state: ImportState
    """After "checked" it waits for its start; "failed" says why in ``fault``."""
    fault: str | None
    list: str
    """The list's slug."""
    columns: dict[str, str]
    """What each column was taken for; those not named are not kept."""
    rows: int
    done: int = Field(description="Rows through in the present state.")
    expected: dict[str, int]
    """Rows by what would become of them, once tried out."""
    outcomes: dict[str, int]
    """Rows by what became of them, so far."""
    taken_back: dict[str, int]
    created_at: datetime
    ended_at: datetime | None


def import_told(session: Session, brought: Import) -> ImportTold:
    """An import in the words of the API."""
    far = progress(brought, now=brought.since)
    return ImportTold(
        id=brought.token,
        name=brought.name,
        state=far.state,
        fault=brought.fault or None,
        list=session.get_one(List, brought.list_id).slug,
        columns={brought.header[int(place)]: held for place, held in brought.mapping.items()},
        rows=brought.rows,
        done=far.done,
        expected=dict(far.expected),
        outcomes=dict(far.outcomes),
        taken_back=dict(far.taken_back),
        created_at=brought.created_at,
        ended_at=brought.ended_at,
    )
