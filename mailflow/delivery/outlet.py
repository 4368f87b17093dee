"""The way out as the sender's loop knows it: doors stay clear of the transports themselves."""

from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.words import ONLY_ROUTE, Envelope, Health, Reply, Transport, Verdict, Work

__all__ = ["ONLY_ROUTE", "Envelope", "Health", "Reply", "Transport", "Verdict", "Work", "open_transport"]
