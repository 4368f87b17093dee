"""Subscribers: found by address, name, list or segment, and everything known of one of them."""

from mailflow.studio.pages.subscribers import editing, erasing, listing, merging, noting, person, proof
from mailflow.studio.pages.subscribers.routes import blueprint

__all__ = ["blueprint", "editing", "erasing", "listing", "merging", "noting", "person", "proof"]
