"""Subscribers: found by address, name, list or segment, and everything known of one of them."""

from mailflow.studio.pages.subscribers import listing, person, proof
from mailflow.studio.pages.subscribers.routes import blueprint

__all__ = ["blueprint", "listing", "person", "proof"]
