"""Segments: built row by row, counted as they grow, kept and copied."""

<<<<<<< HEAD
from mailflow.studio.pages.segments import builder, by_hand, download, listing
from mailflow.studio.pages.segments.routes import blueprint

__all__ = ["blueprint", "builder", "by_hand", "download", "listing"]
=======
from mailflow.studio.pages.segments import builder, listing
from mailflow.studio.pages.segments.routes import blueprint

__all__ = ["blueprint", "builder", "listing"]
>>>>>>> 1cc1fe4 (Take out everybody, a list or a segment as CSV, Excel or JSON lines, made while it is read, and write down who did)
