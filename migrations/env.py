"""Runs the numbered migrations on the database that the caller names."""

from alembic import context
from sqlalchemy import Connection

from mailflow.foundation.database import Database, Instant
from mailflow.schema import metadata


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Migrations outlive our column types: they name the plain one."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run() -> None:
    database = Database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        _migrate(connection)
        connection.commit()
    database.close()


_run()
