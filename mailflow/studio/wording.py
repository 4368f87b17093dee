"""States and reasons of campaigns and messages in words a person uses; every page that shows one takes it from here."""

from flask_babel import LazyString, lazy_gettext

CAMPAIGN_STATES: dict[str, tuple[LazyString, str]] = {
    "draft": (lazy_gettext("Draft"), "off"),
    "scheduled": (lazy_gettext("Scheduled"), "ok"),
    "sending": (lazy_gettext("On its way"), "live"),
    "paused": (lazy_gettext("Paused"), "warn"),
    "sent": (lazy_gettext("Sent"), "ok"),
    "cancelled": (lazy_gettext("Cancelled"), "off"),
    "held": (lazy_gettext("Held"), "warn"),
}
"""A campaign's state: its word, and the kind of its pill."""

MESSAGE_STATES: dict[str, tuple[LazyString, str]] = {
    "pending": (lazy_gettext("Waiting"), "off"),
    "claimed": (lazy_gettext("Being sent"), "live"),
    "sending": (lazy_gettext("Being sent"), "live"),
    "sent": (lazy_gettext("Sent"), "ok"),
    "deferred": (lazy_gettext("Tried, will be tried again"), "warn"),
    "failed": (lazy_gettext("Failed"), "bad"),
    "skipped": (lazy_gettext("Left out"), "off"),
    "uncertain": (lazy_gettext("Nobody knows"), "warn"),
}
"""A message's state: its word, and the kind of its pill."""

REASONS: dict[str, LazyString] = {
    "left": lazy_gettext("left the list"),
    "unconfirmed": lazy_gettext("never confirmed the subscription"),
    "suppressed": lazy_gettext("blocked: the address bounced, complained or was blocked by hand"),
    "erased": lazy_gettext("asked to be forgotten"),
    "silent": lazy_gettext("did not answer the reactivation, left in peace"),
    "paused": lazy_gettext("waiting while the campaign is paused"),
    "cancelled": lazy_gettext("still waiting when the campaign was cancelled"),
    "expired": lazy_gettext("still waiting when it was too late to be of use"),
    "rendering": lazy_gettext("not written: a personal tag failed"),
    "hard-address": lazy_gettext("the address does not exist any more"),
    "mailbox-temporary": lazy_gettext("mailbox full or away"),
    "throttle": lazy_gettext("the provider asks for patience"),
    "policy": lazy_gettext("refused by the provider's rules"),
    "content": lazy_gettext("refused because of what the mail says"),
    "sender-fault": lazy_gettext("refused because of how we send"),
    "network": lazy_gettext("the provider could not be reached"),
    "own-fault": lazy_gettext("a fault of ours: the mail could not be made ready"),
    "paced": lazy_gettext("waiting: its provider is written to slowly for now"),
    "unknown": lazy_gettext("refused with a reply we do not understand"),
    "too-many-tries": lazy_gettext("tried for too long without success"),
    "interrupted": lazy_gettext("in hand when sending broke off; may or may not have arrived"),
    "restored": lazy_gettext("waiting in a backup that was put back; may have gone since"),
}
"""Why a message did not simply go; each holds for one person and for many."""

KEY_SCOPES: dict[str, tuple[LazyString, LazyString]] = {
    "events:write": (lazy_gettext("report orders and events"), lazy_gettext("What the shop's own program needs.")),
    "campaigns:read": (lazy_gettext("see campaigns and their counts"), lazy_gettext("No address and no name is told.")),
    "messages:read": (lazy_gettext("see who got a campaign"), lazy_gettext("Tells addresses: only for programs that may know them.")),
    "campaigns:write": (
        lazy_gettext("decide about campaigns"),
        lazy_gettext(
            "Sends mail: what is scheduled or held at once, the failed ones again, and those in doubt. Changes hours, and cancels."
        ),
    ),
    "imports:read": (lazy_gettext("see imports"), lazy_gettext("Its reports tell addresses: only for programs that may know them.")),
    "imports:write": (
        lazy_gettext("bring people in from files"),
        lazy_gettext("Starts, stops and undoes imports. Who left or was blocked never comes back by one."),
    ),
    "lists:read": (lazy_gettext("see lists"), lazy_gettext("Names and counts, no addresses.")),
    "lists:write": (lazy_gettext("make and change lists"), lazy_gettext("Nobody is put into one by it.")),
    "fields:read": (lazy_gettext("see fields"), lazy_gettext("What is asked of people, not what they said.")),
    "fields:write": (lazy_gettext("make, change and archive fields"), lazy_gettext("No value of anybody is lost by it.")),
    "subscribers:read": (
        lazy_gettext("see subscribers"),
        lazy_gettext("Tells addresses and everything known of people: only for programs that may know it."),
    ),
    "subscribers:write": (
        lazy_gettext("add and change subscribers"),
        lazy_gettext("Whoever is put into a list gets a mail to confirm, unless the program says that they agreed already."),
    ),
    "segments:read": (lazy_gettext("see segments and count them"), lazy_gettext("Who is in one needs the right to see subscribers, too.")),
    "segments:write": (lazy_gettext("make, change and delete segments"), lazy_gettext("Campaigns that go to one follow it.")),
    "suppressions:read": (lazy_gettext("see who gets nothing"), lazy_gettext("As marks that name nobody.")),
    "suppressions:write": (lazy_gettext("suppress and release addresses"), lazy_gettext("Who complained or was erased is never released.")),
}
"""What a key of the API may do, and what there is to know about that."""

HELD: dict[str, LazyString] = {
    "restored": lazy_gettext(
        "This database came back from a backup, and it may have gone out since that was made. Look whether it did before you send it."
    ),
    "missed": lazy_gettext(
        "Its hour passed while mailflow was not running, so nobody has got it. You decide whether it still makes sense."
    ),
    "does-not-compile": lazy_gettext(
        "The newsletter could not be made into a mail when its hour came. Mend it, then choose an hour again."
    ),
    "does-not-render": lazy_gettext(
        "Before it left, its mail was tried on some of its own readers and could not be written for too many of them. Nobody has got it."
    ),
}
"""Why a campaign waits for a person."""


def reason_words(reason: str | None) -> LazyString | str:
    """A reason in words; the word itself where a newer part of the product has a reason this page does not know."""
    return REASONS.get(reason or "", reason or "")


def held_words(reason: str | None) -> LazyString:
    """Why a campaign is held, in words."""
    return HELD.get(reason or "", lazy_gettext("Something needs a person's decision before it can go."))
