"""A shop with people in it and a dirty Excel file from its till; and whoever works imports off, done by hand."""

from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.importing.queries import waiting
from mailflow.audience.importing.stepping import let_go, step
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring

GROUNDS = {"basis": "consent", "wording": "Quiero recibir la carta de la tienda", "source": "Hoja del mostrador, Sevilla, 2024"}
TILL = [
    ["E-mail cliente", "Nombre", "Sexo", "F. nacimiento", "Provincia", "Puntos del club"],
    ["ana.ruiz@example.org", "Ana", "Mujer", date(1988, 3, 5), "Sevilla", 120],
    ["  BERTA@EXAMPLE.ORG ", "Berta", "mujer", "14/2/1990", "Sevilla", 80],
    ["ana.ruiz@example.org", "Ana R.", "", "", "", 10],
    ["dario@gmial.com", "Darío", "Hombre", "", "Cádiz", 5],
    ["carla@example.org", "Carla", "Mujer", "31/2/1990", "Huelva", 200],
    ["sin correo", "Elena", "Mujer", "", "Sevilla", 900],
    ["", "Pago en efectivo", "", "", "", ""],
    ["fermin@example.org", "=1+1", "Hombre", "", "Atlántida", 60],
    ["аna@example.org", "Ana falsa", "", "", "", ""],
]
"""Good ones, shouting, twice, mistyped, one who left, without address, empty, with a formula in place of a name, and a look-alike."""


def workbook(rows: list[list[object]]) -> bytes:
    """An Excel file with these rows."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet("Clientes"), book.add_format({"num_format": "d/m/yyyy"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                sheet.write_datetime(y, x, cell, day) if isinstance(cell, date) else sheet.write(y, x, cell)
    return out.getvalue()


def open_shop(database: Database, now: datetime) -> None:
    """A newsletter, which Carla has left."""
    with database.begin() as session:
        first_start(session, now=now)
        carla = Subscriber(email="carla@example.org", email_key="carla@example.org", source="form:newsletter", created_at=now)
        session.add(carla)
        session.flush()
        newsletter = session.scalars(select(List.id)).first()
        session.add(Subscription(subscriber_id=carla.id, list_id=newsletter, state=SubscriptionState.LEFT, asked_at=now))


def work_off(database: Database, ring: Ring, now: datetime, *, blocks: int = 1000) -> None:
    """What the scheduler does by itself."""
    for _ in range(blocks):
        with database.read() as session:
            numbers = list(waiting(session))
        if not numbers:
            break
        for number in numbers:
            step(database, number, ring=ring, now=now)
    let_go()
