"""Imports: a file from the shop's till, looked at row by row before anybody comes in, then carried in, watched, stopped or undone."""

from mailflow.studio.pages.imports import control, download, listing, settling, show, uploading
from mailflow.studio.pages.imports.routes import blueprint
from mailflow.studio.pages.imports.uploading import take_uploads

__all__ = ["blueprint", "control", "download", "listing", "settling", "show", "take_uploads", "uploading"]
