"""Who gets nothing: found by address, put on, taken off, brought in from a file."""

from mailflow.studio.pages.suppression import bringing, page
from mailflow.studio.pages.suppression.routes import blueprint

__all__ = ["blueprint", "bringing", "page"]
