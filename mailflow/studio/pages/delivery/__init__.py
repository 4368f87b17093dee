"""Delivery: how sending goes right now, what servers say, and what a person may do about it."""

from mailflow.studio.pages.delivery import limits, page
from mailflow.studio.pages.delivery.routes import blueprint

__all__ = ["blueprint", "limits", "page"]
