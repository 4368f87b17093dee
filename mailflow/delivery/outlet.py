"""The way out as the sender's loop knows it: doors stay clear of the transports themselves."""

from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.words import Envelope, Reply, Transport, Verdict

__all__ = ["Envelope", "Reply", "Transport", "Verdict", "open_transport"]
