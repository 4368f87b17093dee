"""The ledger's partial indexes are partial on either database."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from mailflow.outbox.models import Message

PARTIAL = {index.name: index.info["where"] for index in Message.__table__.indexes if "where" in index.info}  # type: ignore[attr-defined]


def test_each_says_of_which_rows_it_is() -> None:
    assert "ix_message_due" in PARTIAL
    for index in Message.__table__.indexes:  # type: ignore[attr-defined]
        for dialect in (postgresql.dialect(), sqlite.dialect()):
            _, _, where = str(CreateIndex(index).compile(dialect=dialect)).partition(" WHERE ")
            assert where == PARTIAL.get(index.name, "")
