"""The door for pixels, clicks and mails seen in a browser: a bare WSGI callable, since it is asked most."""

from mailflow.beacons.door import create_beacons

__all__ = ["create_beacons"]
