"""What became of each row, as a file for a spreadsheet."""

from collections.abc import Iterator

from flask import Response, stream_with_context
from flask_babel import gettext as _

from mailflow.audience.importing.report import report
from mailflow.content.headers import disposition
from mailflow.studio.pages.imports.routes import blueprint, found
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
        yield from report(session, found(session, token))
