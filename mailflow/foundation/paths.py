"""Where bundled files are: beside the package in a wheel, beside the checkout in development."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def bundled(name: str) -> Path:
    """The folder ``name`` ("templates", "migrations"), from the checkout if there is one, else from the wheel.

    The checkout wins: an editable install can leave a stale copy inside site-packages.
    """
    beside = _PACKAGE.parent / name
    inside = _PACKAGE / f"_{name}"
    return beside if (_PACKAGE.parent / "pyproject.toml").is_file() else inside
