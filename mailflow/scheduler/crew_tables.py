"""Procrastinate's tables: in a namespace of their own, made from the library's text of them, and kept for no other text than that."""

from hashlib import sha256
from typing import Any

from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.orm import Session

from mailflow.foundation.alone import be_alone
from mailflow.foundation.database import Database

_OURS = "mailflow_jobs_"
_TABLES = SchemaManager.get_schema()
NAMESPACE = _OURS + sha256(_TABLES.encode()).hexdigest()[:8]
"""PostgreSQL calls it a schema. What lies in it is asked for again each second: there is nothing to carry from one to the next."""
_OTHERS = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :ours) AND nspname <> :this")


def make_tables(database: Database) -> None:
    """Make them where they are not yet, and remove those of other versions. ProgrammingError: this user may not."""
    with database.begin() as session:
        be_alone(session, "procrastinate's tables")
        if not are_made(session):
            session.execute(text(f"CREATE SCHEMA {NAMESPACE}"))
            look_there(session)
            driver: Any = session.connection().connection.dbapi_connection
            driver.execute(_TABLES)
        for other in session.scalars(_OTHERS, {"ours": _OURS, "this": NAMESPACE}).all():
            session.execute(text(f'DROP SCHEMA "{other}" CASCADE'))


def are_made(session: Session) -> bool:
    """Whether they are there, for the library that is installed here."""
    return bool(session.scalar(text("SELECT to_regnamespace(:this) IS NOT NULL"), {"this": NAMESPACE}))


def look_there(session: Session) -> None:
    """Until this transaction ends, tables without a namespace are looked for among these."""
    session.execute(text(f"SET LOCAL search_path TO {NAMESPACE}"))
