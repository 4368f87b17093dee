"""Fields: what the company knows of people, what it asks them in public, and what only staff see."""

from mailflow.studio.pages.fields import editing, listing
from mailflow.studio.pages.fields.routes import blueprint

__all__ = ["blueprint", "editing", "listing"]
