"""Ana and Berta got a newsletter at nine."""

import pytest

from mailflow.foundation.database import Database
from tests.mailed import Mailed, mail_the_cast


@pytest.fixture
def mailed(database: Database) -> Mailed:
    with database.begin() as session:
        return mail_the_cast(session)
