"""Indexes of only some rows of a table, the same on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of only those rows for which ``where`` holds."""
    return Index(name, *columns, sqlite_where=text(where), info={"where": where})


@compiles(CreateIndex, "postgresql")
def _with_where(create: CreateIndex, compiler: Any, **options: Any) -> str:
    """Said here, since ``postgresql_where`` above would load that dialect everywhere: 3 MiB, which no sender on SQLite should carry."""
    where = create.element.info.get("where")
    return f"{compiler.visit_create_index(create, **options)}{f' WHERE {where}' if where else ''}"
