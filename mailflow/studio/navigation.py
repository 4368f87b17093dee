"""The menu of the studio, in the words a marketer knows; places that do not exist yet are left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import LazyString, lazy_gettext

from mailflow.studio.surroundings import current_settings


@dataclass(frozen=True)
class Place:
    """One entry of the menu: the endpoint it leads to, its icon and word, and the entries below it."""

    endpoint: str
    icon: str
    word: LazyString
    below: tuple["Place", ...] = ()

    @property
    def here(self) -> bool:
        """Whether the page shown belongs to this place."""
        return request.blueprint == self.endpoint.partition(".")[0]


MENU = (
    Place("dashboard.index", "home", lazy_gettext("Dashboard")),
    Place("campaigns.index", "send", lazy_gettext("Campaigns")),
    Place("sequences.index", "git-branch", lazy_gettext("Sequences")),
    Place(
        "subscribers.index",
        "users",
        lazy_gettext("Audience"),
        (
            Place("subscribers.index", "", lazy_gettext("Subscribers")),
            Place("lists.index", "", lazy_gettext("Lists")),
            Place("segments.index", "", lazy_gettext("Segments")),
            Place("forms.index", "", lazy_gettext("Forms")),
            Place("suppression.index", "", lazy_gettext("Blocked addresses")),
            Place("fields.index", "", lazy_gettext("Fields")),
            Place("imports.index", "", lazy_gettext("Imports")),
        ),
    ),
    Place("newsletters.index", "template", lazy_gettext("Newsletters")),
    Place("reports.index", "chart-bar", lazy_gettext("Reports")),
    Place("delivery.index", "truck-delivery", lazy_gettext("Delivery")),
    Place("inbox.index", "inbox", lazy_gettext("Sandbox inbox")),
    Place("settings.index", "settings", lazy_gettext("Settings")),
)


def show_menu(app: Flask) -> None:
    """Give the templates of ``app`` the menu."""
    app.jinja_env.globals.update(menu=menu, has_page=has_page)


def menu() -> list[Place]:
    """The places that can be visited on this installation."""
    return list(_visible(MENU))


def has_page(endpoint: str) -> bool:
    """Whether a page with this endpoint exists and makes sense here."""
    if endpoint.startswith("inbox.") and not current_settings().mail_url.startswith("sandbox:"):
        return False
    return endpoint in current_app.view_functions


def _visible(places: tuple[Place, ...]) -> Iterator[Place]:
    for place in places:
        below = tuple(_visible(place.below))
        if has_page(place.endpoint):
            yield Place(place.endpoint, place.icon, place.word, below)
        elif below:  # the first place below stands for the missing one
            yield Place(below[0].endpoint, place.icon, place.word, below)
