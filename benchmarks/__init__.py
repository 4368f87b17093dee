"""Measured against a reference in the same run: ``make bench``, or ``ONLY=send.transport python -m benchmarks``."""
