"""Every stage's tables in one place, for migrations and for making a fresh database."""

import mailflow.activity.models
import mailflow.audience.finding.models
import mailflow.audience.importing.models
import mailflow.audience.models
import mailflow.audience.records.models
import mailflow.campaigns.models
import mailflow.content.models
import mailflow.delivery.models
import mailflow.foundation.accounts.models
import mailflow.foundation.fence.models
import mailflow.foundation.keys
import mailflow.foundation.lead
import mailflow.offers.models
import mailflow.outbox.models
import mailflow.segments.models
import mailflow.sequences.models
import mailflow.tracking.models  # noqa: F401
from mailflow.foundation.database import Base

metadata = Base.metadata
