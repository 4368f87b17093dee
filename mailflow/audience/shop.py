"""Describing the shop: who writes, and the installation's language, zone and currency."""

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, Installation
from mailflow.audience.queries import brand


@dataclass(frozen=True)
class BrandFacts:
    """How a shop looks and signs."""

    name: str
    from_name: str
    from_address: str
    reply_to: str
    postal_address: str
    shop_url: str
    accent: str


@dataclass(frozen=True)
class InstallationFacts:
    """The company's own settings; ``attribution_days`` is how long before an order a click may lie to have earned it."""

    language: str
    zone: str
    currency: str
    attribution_days: int


def describe_shop(session: Session, its_brand: BrandFacts, its_installation: InstallationFacts) -> None:
    """Write the first brand's row and the installation's, making those that are missing."""
    for row, facts in ((brand(session) or Brand(), its_brand), (session.get(Installation, 1) or Installation(id=1), its_installation)):
        for name, value in asdict(facts).items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
