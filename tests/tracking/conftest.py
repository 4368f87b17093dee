"""Ana and Berta got a newsletter at nine."""

import pytest
from mailed import Mailed, mail_the_cast

from mailflow.foundation.database import Database


@pytest.fixture
def mailed(database: Database) -> Mailed:
    with database.begin() as session:
        return mail_the_cast(session)
