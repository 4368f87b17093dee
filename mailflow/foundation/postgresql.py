"""What PostgreSQL's driver is told at each connection."""

from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.string import StrDumper


def without_nul(connection: Connection[Any], _record: object) -> None:
    """Its texts hold no NUL: one that somebody sends is left out, rather than an error in the middle of a page."""
    connection.adapters.register_dumper(str, _WithoutNul)


class _WithoutNul(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "") if "\0" in obj else obj)
