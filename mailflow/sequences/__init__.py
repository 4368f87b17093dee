"""Paced messages per person: welcome, reactivation; and notices that a line in the ledger calls for."""
