"""When guessing is stopped, and where a try comes from: pure decisions."""

import ipaddress
from collections.abc import Iterable
from datetime import timedelta

from mailflow.foundation.accounts.words import Failure

FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_HERE = 5
"""For one account from one network, or from one device that it has signed in with before."""
FAILURES_A_NETWORK = 10
"""From one network for whatever accounts."""
FAILURES_AN_ACCOUNT = 20
"""For one account from anywhere; then it is let in from its own devices and networks only."""


def is_stopped(failures: Iterable[Failure], tried: Failure, *, usual_network: bool) -> bool:
    """Whether one more try has to wait, by the failures within the window.

    A device that has signed in to the account before answers for its own failures only (OWASP, "device cookies"), and
    a network from which it has signed in before for none from elsewhere: so no stranger shuts out the owner.
    """
    if tried.device:
        return sum(one.account == tried.account and one.device == tried.device for one in failures) >= FAILURES_HERE
    strangers = [one for one in failures if not one.device]
    same_account = [one for one in strangers if one.account == tried.account]
    return (
        sum(one.network == tried.network for one in same_account) >= FAILURES_HERE
        or sum(one.network == tried.network for one in strangers) >= FAILURES_A_NETWORK
        or (not usual_network and len(same_account) >= FAILURES_AN_ACCOUNT)
    )


def network_of(address: str) -> str:
    """The network that one household or office has: IPv4 /24, IPv6 /64; empty for what is no address."""
    try:
        given = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return ""
    ip = getattr(given, "ipv4_mapped", None) or given
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))
