"""Everything here is a fault test: left out of the quick gate, and given time on a busy machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.sizes import size


@pytest.fixture
def where(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty PostgreSQL database; none for SQLite in the data folder, which is meant where a test says nothing."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ""
        return
    with request.getfixturevalue("server").fresh(empty=True) as url:
        yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.faults)
            if not any(item.iter_markers("timeout")):
                item.add_marker(pytest.mark.timeout(size(300, 7200)))
