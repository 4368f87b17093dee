"""What the builder's rows can choose from that grows with the shop: links, forms and imports, products."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import
from mailflow.audience.models import Form
from mailflow.outbox.models import Link
from mailflow.segments.models import Purchase

MOST = 200
"""Of more products than this, the name is written and not chosen."""
_IMPORTS = 200
Options = Sequence[tuple[str, str]]


def links_of(session: Session, mailings: Options) -> Mapping[str, Options]:
    """The links of each mailing, by number; of several languages the first one's."""
    wanted = select(Link).where(Link.mailing_id.in_([int(number) for number, _name in mailings])).order_by(Link.mailing_id, Link.number)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in session.scalars(wanted):
        found[str(link.mailing_id)].append((str(link.number), link.url.removeprefix("https://")[:60]))
    return found


def origins(session: Session) -> Options:
    """Where people can have come from exactly: forms, imports, the API."""
    forms = [(f"form:{slug}", _("the form %(name)s", name=slug)) for slug in session.scalars(select(Form.slug).order_by(Form.slug))]
    latest = select(Import.id, Import.name).order_by(Import.id.desc()).limit(_IMPORTS)
    imports = [(f"import:{number}", _("the import of %(name)s", name=name)) for number, name in session.execute(latest)]
    return [*forms, *imports, ("api", _("the API")), ("demo", _("the demo"))]


def bought_names(session: Session, by: str) -> list[str]:
    """Every product or category that was bought, if they are few enough to choose from."""
    column = Purchase.product if by == "product" else Purchase.category
    names = list(session.scalars(select(column).where(column != "").distinct().order_by(column).limit(MOST + 1)))
    return names if len(names) <= MOST else []
