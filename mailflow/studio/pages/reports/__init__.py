"""Reports: what campaigns brought, who responded, and how the year went."""

from mailflow.studio.pages.reports import campaign, download, filters, listing
from mailflow.studio.pages.reports.routes import blueprint

__all__ = ["blueprint", "campaign", "download", "filters", "listing"]
