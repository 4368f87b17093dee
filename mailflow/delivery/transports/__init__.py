"""The ways out: SMTP to the next server, or the sandbox's folder; several of them by name."""

from pathlib import Path
from typing import TYPE_CHECKING

from mailflow.delivery.transports.words import ONLY_ROUTE, Transport, Work

if TYPE_CHECKING:
    from mailflow.delivery.transports.fleet import Ship


def open_transport(mail_url: str, *, home: Path, work: Work | None = None, routes: str = "") -> Transport:
    """The transport that a mail URL names, or a fleet of it and those in a file of routes; ValueError with one sentence.

    ``sandbox:`` keeps mail in HOME/inbox; ``smtp://user:pass@host:port?tls=none|starttls|implicit&connections=10`` sends it.
    It asks ``work`` for messages; without work it takes them with ``send``. Nothing is connected yet. Only what is named is
    imported. A relative path of the file is looked for in HOME.
    """
    if not routes:
        return _open(mail_url, home, work, ONLY_ROUTE)
    from mailflow.delivery.transports.fleet import Fleet  # noqa: PLC0415
    from mailflow.delivery.transports.routes import read_routes  # noqa: PLC0415

    return Fleet({way: _open(url or mail_url, home, work, way.name) for way, url in read_routes(home / routes).items()})


def _open(mail_url: str, home: Path, work: Work | None, name: str) -> "Ship":
    scheme = mail_url.partition(":")[0].lower()
    if scheme == "sandbox":
        from mailflow.delivery.transports.sandbox import Sandbox  # noqa: PLC0415

        return Sandbox(home, work=work, name=name)
    if scheme == "smtp":
        from mailflow.delivery.transports.route import parse_route  # noqa: PLC0415
        from mailflow.delivery.transports.smtp import Pool  # noqa: PLC0415

        return Pool(parse_route(mail_url), work=work, name=name)
    raise ValueError(f"The mail URL must begin with sandbox: or smtp://, not with {scheme[:20]!r}.")
