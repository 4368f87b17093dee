"""python one_row.py STAGE: with nothing but this stage's tables imported, keep one row in each of them; prints their names."""

import importlib
import sys
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, create_engine
from sqlalchemy.orm import Mapper, Session, configure_mappers

from mailflow.foundation.database import Base, Instant

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLES = {str: "x", int: 1, float: 1.0, bool: True, bytes: b"x", date: NOON.date()}


def sample(column: "Column[Any]") -> object:
    """Anything that such a column takes."""
    if isinstance(column.type, Instant):
        return NOON
    return {} if isinstance(column.type, JSON) else SAMPLES[column.type.python_type]


def row(mapper: "Mapper[Any]") -> object:
    """A row with all that a table asks for and nothing else."""
    columns = {prop.key: prop.columns[0] for prop in mapper.column_attrs if isinstance(prop.columns[0], Column)}
    numbered = mapper.local_table.autoincrement_column
    wanted = {key: one for key, one in columns.items() if not one.nullable and one.default is None and one is not numbered}
    return mapper.class_(**{key: sample(one) for key, one in wanted.items()})


def main(stage: str) -> None:
    """Makes the tables in memory, without checking that the rows above exist, and fills them."""
    name = f"mailflow.{stage}.models"
    importlib.import_module(name)
    configure_mappers()
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        if mapper.class_.__module__ == name:
            with Session(engine) as session:
                session.add(row(mapper))
                session.flush()
            sys.stdout.write(f"{mapper.class_.__tablename__}\n")


if __name__ == "__main__":
    main(sys.argv[1])
