"""Who did not get a campaign, why, and what happens with them now."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import LazyString, lazy_gettext

from mailflow.reporting.campaign import BOUNCED
from mailflow.reporting.words import CampaignReport, LeftOut
from mailflow.studio.formats import capitalize_first
from mailflow.studio.navigation import has_page
from mailflow.studio.wording import reason_words

_NEXT: dict[str, LazyString] = {
    "left": lazy_gettext("Nothing more is sent to them from this list"),
    "unconfirmed": lazy_gettext("They get it once they confirm"),
    "suppressed": lazy_gettext("Nothing is sent to these addresses"),
    "erased": lazy_gettext("Nothing is kept of them"),
    "silent": lazy_gettext("They are back as soon as they click or buy"),
    "cancelled": lazy_gettext("They are in the next campaign"),
    "expired": lazy_gettext("They are in the next campaign"),
    "rendering": lazy_gettext("Look at the personal tags before the next one"),
    "hard-address": lazy_gettext("The address is not tried again"),
    "mailbox-temporary": lazy_gettext("They are in the next campaign"),
    "too-many-tries": lazy_gettext("They are in the next campaign"),
    "policy": lazy_gettext("Look at what their server answered"),
    "content": lazy_gettext("Look at what their server answered"),
    "sender-fault": lazy_gettext("Look at the sender's settings"),
    "interrupted": lazy_gettext("A person decides whether to send again"),
}
_BOUNCED = (lazy_gettext("Came back after it was taken"), lazy_gettext("Addresses that do not exist are not tried again"))


@dataclass(frozen=True)
class LeftOutLine:
    """One reason in words; ``share`` is of the most frequent one, for the bar."""

    people: int
    why: str
    then: str
    share: float
    url: str | None


def left_out_lines(campaign_id: int, report: CampaignReport) -> list[LeftOutLine]:
    """The reasons, the most frequent first."""
    most = max((one.people for one in report.left_out), default=1)
    return [_line(campaign_id, one, one.people / most) for one in report.left_out]


def _line(campaign_id: int, one: LeftOut, share: float) -> LeftOutLine:
    if one.state == BOUNCED:
        return LeftOutLine(one.people, str(_BOUNCED[0]), str(_BOUNCED[1]), share, None)
    to = "campaigns.people"
    url = url_for(to, campaign_id=campaign_id, state=one.state, reason=one.reason or None) if has_page(to) else None
    return LeftOutLine(one.people, capitalize_first(str(reason_words(one.reason))), str(_NEXT.get(one.reason, "")), share, url)
