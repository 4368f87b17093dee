"""Why a campaign was paused by itself, and what to do about it."""

from flask_babel import gettext as _

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import Brake
from mailflow.studio.formats import number


def braked_words(campaign: Campaign) -> str:
    """A sentence or two for its page and the delivery page; empty where it was not."""
    if campaign.reason not in tuple(Brake) or not campaign.braked:
        return ""
    figures = {"count": number(campaign.braked["count"]), "settled": number(campaign.braked["settled"])}
    words = {
        Brake.HARD_BOUNCES: _(
            "Paused by itself: of %(settled)s mails, %(count)s went to addresses that do not exist. So many make providers take us for a "
            "spammer. Find out where these addresses come from before you go on.",
            **figures,
        ),
        Brake.POLICY_BLOCKS: _(
            "Paused by itself: of %(settled)s mails, %(count)s were refused by providers' rules. Check SPF, DKIM and DMARC of your domain "
            "and whether your server is on a block list before you go on; the refused ones can be tried again.",
            **figures,
        ),
        Brake.COMPLAINTS: _(
            "Paused by itself: of %(settled)s mails, %(count)s were called spam by their readers. Look at who is in this list, and what "
            "they agreed to, before you go on.",
            **figures,
        ),
    }
    return str(words[Brake(campaign.reason)])
