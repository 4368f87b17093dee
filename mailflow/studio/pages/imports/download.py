"""What became of each row, as a file for the reader's spreadsheet."""

from collections.abc import Iterator

from flask import Response, stream_with_context
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.report import Worded, report
from mailflow.content.headers import disposition
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language
from mailflow.studio.pages.imports.routes import blueprint, found
from mailflow.studio.pages.imports.words import FATES
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database


@blueprint.get("/<token>/report.csv")
@staff
def report_csv(token: str) -> Response:
    """The rows that did not come in, or not whole, as the browser takes them; no cell of it can be a formula."""
    with current_database().read() as session:
        name = _("%(file)s row by row", file=found(session, token).name.rpartition(".")[0] or "import")
    lines = stream_with_context(_lines(token))
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": disposition(name, "csv")})


def _lines(token: str) -> Iterator[str]:
    yield "\ufeff"  # or Excel takes UTF-8 for Latin
    with current_database().read() as session:
        yield from report(session, found(session, token), _worded(session))


def _worded(session: Session) -> Worded:
    heads = (_("Row"), _("What became of it"), _("Left out of it"), _("Hint"))
    labels = {field.key: pick(field.label, current_language()) for field in fields(session)}
    fates = {outcome: str(fate.word) for outcome, fate in FATES.items()}
    return Worded(heads, labels | fates, ", ", ";" if current_language() == "es" else ",")
