"""Numbers in figures alone."""

from decimal import Decimal


def figures(value: float) -> str:
    """The shortest figures that are read back as this number: without an exponent, and without decimals where it has none."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
