"""Assembly: one WSGI callable that leads each address to its door."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.shared_data import SharedDataMiddleware

from mailflow.api.assembly import create_api
from mailflow.beacons import create_beacons
from mailflow.beacons.probes import PROBES, Probes
from mailflow.demo.storefront import storefront
from mailflow.foundation.database import Database
from mailflow.foundation.parent import end_with_parent
from mailflow.foundation.paths import bundled
from mailflow.foundation.ring import Ring, keep_learning, open_ring
from mailflow.foundation.settings import Settings, read_settings
from mailflow.reporting.first_steps import welcome_gives_code
from mailflow.studio.assembly import create_studio
from preference_center import create_app as create_preference_center

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_PATIENCE = 3.0
"""Seconds a page waits for a busy database before it says "try again": a reader should not wait longer."""
_BEACONS = ("/o/", "/c/", "/view/")
UPLOADS = {"/studio/imports/": "/studio/imports/new", "/api/v1/imports": "/api/v1/imports"}
"""Where large files are taken, and the page whose GET tells whether the sender is known."""


class Product:
    """Everything one web process serves, as one WSGI callable: beacons first, since they are asked most, then the rest."""

    def __init__(self, database: Database, settings: Settings, ring: Ring) -> None:
        """All doors, over one database."""
        self.beacons = create_beacons(database, settings, ring)
        self._probes = Probes(database, settings)
        self._pages = _pages(database, settings, ring)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(_BEACONS):
            return self.beacons(environ, start_response)
        if path == "/studio":  # a path only: what the client called us (Host) is not ours to repeat
            start_response("308 Permanent Redirect", [("Location", "/studio/"), ("Content-Length", "0")])
            return []
        if path in PROBES:
            return self._probes(environ, start_response)
        return self._pages(environ, start_response)


def create_app(settings: Settings | None = None, database: Database | None = None) -> Product:
    """The product as the environment's settings want it, or these."""
    settings = settings or read_settings()
    database = database or Database(settings.database_url, patience=_PATIENCE)
    return Product(database, settings, open_ring(database, settings))


def web_process() -> Product:
    """What the web server loads: it ends with the process that started it."""
    end_with_parent()
    settings = read_settings()
    database = Database(settings.database_url, patience=_PATIENCE)
    ring = open_ring(database, settings)
    keep_learning(ring, database, settings)
    return Product(database, settings, ring)


def _pages(database: Database, settings: Settings, ring: Ring) -> Wsgi:
    doors: dict[str, Any] = {"/studio": create_studio(database, settings, ring), "/api": create_api(database, settings, ring)}
    public = create_preference_center(database, settings, ring, gives_code=welcome_gives_code, more=(storefront,))
    dispatched = DispatcherMiddleware(public, doors)
    return SharedDataMiddleware(dispatched, {"/pictures": str(bundled("templates") / "pictures")})
