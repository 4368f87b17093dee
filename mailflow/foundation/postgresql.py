"""What PostgreSQL's driver is told at each connection."""

from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.string import StrDumper


def without_nul(connection: Connection[Any], _record: object) -> None:
    """Its texts hold no NUL: one that somebody sends becomes the sign for what cannot be read, rather than an error in a page."""
    connection.adapters.register_dumper(str, _WithoutNul)


class _WithoutNul(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)
