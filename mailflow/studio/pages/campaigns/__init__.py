"""Campaigns: who gets which newsletter when; watched while it goes, with everybody's outcome and reason."""

from mailflow.studio.pages.campaigns import compose, control, doubt, letter, listing, people, review, show
from mailflow.studio.pages.campaigns.routes import blueprint

__all__ = ["blueprint", "compose", "control", "doubt", "letter", "listing", "people", "review", "show"]
