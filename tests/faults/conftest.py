"""Everything here is a fault test: left out of the quick gate, and given time on a busy machine."""

from pathlib import Path

import pytest

from tests.faults.sizes import size


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.faults)
            if not any(item.iter_markers("timeout")):
                item.add_marker(pytest.mark.timeout(size(300, 7200)))
