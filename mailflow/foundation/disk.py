"""Whether the disk has room enough to go on writing down what must be written down."""

import shutil
from pathlib import Path

_LEAST = 500 * 1024 * 1024
_LEAST_SHARE = 0.1
_ENOUGH = 5 * 1024 * 1024 * 1024
"""A tenth of a large disk is plenty: with this much free there is room whatever the share."""


def lacks_room(folder: Path) -> bool:
    """True when less than 500 MB, or less than a tenth (up to 5 GB), is free where ``folder`` lies."""
    usage = shutil.disk_usage(folder)
    return usage.free < _LEAST or (usage.free < usage.total * _LEAST_SHARE and usage.free < _ENOUGH)
