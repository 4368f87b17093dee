"""A condition that keeps a database at work for as long as a bad segment among a million people would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import literal_column

from mailflow.segments import sources
from mailflow.segments.values import options

_COUNT = (
    "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 800000) SELECT count(*) FROM c WHERE n <> subscriber.id)"
)
SLOW = {"slow": ["x"]}


@dataclass(frozen=True)
class _Slow:
    marks: tuple[str, ...]


@contextmanager
def slow_condition() -> Iterator[None]:
    """Everybody meets it, after a count to eight hundred thousand."""
    sources.register(
        sources.Source(
            word="slow",
            kind=_Slow,
            read=lambda raw, _: _Slow(options(raw["slow"], ("x",))),
            clause=lambda _test, _frame: literal_column(_COUNT) > 0,
            tell=lambda _, language: {"es": "cuenta despacio", "en": "counts slowly"}[language],
            label={"es": "Lenta", "en": "Slow"},
            choices=lambda _session, _language: [("x", "X")],
        )
    )
    yield
    del sources.SOURCES["slow"], sources.OF_KIND[_Slow]
