"""The words of signing in."""

from dataclasses import dataclass
from typing import NamedTuple


class Failure(NamedTuple):
    """A try that failed or is under way: the account typed (hashed), the network, and the device if the account knows it."""

    account: str
    network: str
    device: str | None


@dataclass(frozen=True)
class Place:
    """Where somebody signs in: the network's address, and what their device was given at its last sign-in."""

    network: str = ""
    device: str = ""


@dataclass(frozen=True)
class Pass:
    """What a browser is given at sign-in: both are secrets of which only digests are kept."""

    session: str
    device: str
