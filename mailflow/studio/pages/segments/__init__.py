"""Segments: built row by row, counted as they grow, kept and copied."""

from mailflow.studio.pages.segments import builder, by_hand, found, listing
from mailflow.studio.pages.segments.routes import blueprint

__all__ = ["blueprint", "builder", "by_hand", "found", "listing"]
