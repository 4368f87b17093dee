"""The audience's shop, for stories of one person through all stages."""

from tests.audience.conftest import shop

__all__ = ["shop"]
