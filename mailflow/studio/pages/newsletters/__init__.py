"""Newsletters: begun from a template, written place by place, looked at as a reader would see them."""

from mailflow.studio.pages.newsletters import editing, gallery, mails, preview, source, trial
from mailflow.studio.pages.newsletters.routes import blueprint

__all__ = ["blueprint", "editing", "gallery", "mails", "preview", "source", "trial"]
