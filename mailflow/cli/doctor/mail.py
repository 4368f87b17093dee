"""Whether the mail servers take a connection as senders make it: name, port, TLS with its certificate, and sign-in. No mail is sent."""

import asyncio
import ipaddress
from collections.abc import Iterator

from mailflow.cli.doctor import words
from mailflow.cli.doctor.words import Finding, to_mend, well
from mailflow.delivery.outlet import Health, open_transport
from mailflow.foundation.settings import Settings

_SECONDS = 12.0
_GLANCE = 0.05


def mail(settings: Settings) -> Iterator[Finding]:
    """A line for each route."""
    if settings.mail_url.startswith("sandbox:") and not settings.mail_routes:
        yield well(words.SANDBOX)
        return
    try:
        found = asyncio.run(_tried(settings))
    except ValueError as error:
        yield to_mend(words.MAIL_URL_BAD, why=error)
        return
    for health in found:
        yield _route(health)
    host, _, _port = found[0].server.rpartition(":") if found else ("", "", "")
    if "tls=none" in settings.mail_url and not _is_near(host):
        yield to_mend(words.PLAIN, server=found[0].server)


def _route(health: Health) -> Finding:
    if health.open or not health.server:
        return well(words.SERVER, server=health.server or health.route)
    why = health.failure.text if health.failure else "no answer"
    return to_mend(words.SERVER_AWAY, server=health.server, why=why.removeprefix(f"{health.server}: ").rstrip("."))


async def _tried(settings: Settings) -> tuple[Health, ...]:
    """Open one connection of each route, and close it politely."""
    transport = open_transport(settings.mail_url, home=settings.home, routes=settings.mail_routes)
    transport.wake(waiting=1)
    until = asyncio.get_running_loop().time() + _SECONDS
    while asyncio.get_running_loop().time() < until:
        found = transport.health()
        if all(health.open or health.failure or not health.server for health in found):
            break
        await asyncio.sleep(_GLANCE)
    found = transport.health()
    await transport.close()
    return found


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"
