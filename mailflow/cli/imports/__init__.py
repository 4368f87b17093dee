"""``mailflow import``: people from a file, shown first, then carried in."""
