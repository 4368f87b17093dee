"""What states and reasons mean, in words a marketer reads."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

MESSAGE_STATES: Mapping[str, tuple[LazyString, str]] = {
    "pending": (lazy_gettext("Waiting"), ""),
    "claimed": (lazy_gettext("Going out"), "live"),
    "sending": (lazy_gettext("Going out"), "live"),
    "sent": (lazy_gettext("Was delivered"), "ok"),
    "deferred": (lazy_gettext("Will be tried again"), "warn"),
    "failed": (lazy_gettext("Did not arrive"), "bad"),
    "skipped": (lazy_gettext("Not sent"), "off"),
    "uncertain": (lazy_gettext("Nobody knows"), "warn"),
}
"""Word and kind of pill of each state of a message."""

MESSAGE_REASONS: Mapping[str, LazyString] = {
    "left": lazy_gettext("Had left the list."),
    "unconfirmed": lazy_gettext("Had not confirmed the address."),
    "suppressed": lazy_gettext("The address gets nothing: it bounced for good, complained, or was blocked by hand."),
    "erased": lazy_gettext("Had asked to be forgotten."),
    "silent": lazy_gettext("Had not answered the reactivation; we leave such people in peace."),
    "merged": lazy_gettext("Another record of the same person gets or got it."),
    "paused": lazy_gettext("The campaign is paused."),
    "cancelled": lazy_gettext("The campaign was cancelled."),
    "expired": lazy_gettext("Its time was over."),
    "rendering": lazy_gettext("The mail could not be made for this person."),
    "hard-address": lazy_gettext("The server says the address does not exist."),
    "mailbox-temporary": lazy_gettext("The mailbox could not take it just now."),
    "throttle": lazy_gettext("The server asked us to go slower."),
    "policy": lazy_gettext("The server's rules refused it."),
    "content": lazy_gettext("The server refused what it says."),
    "sender-fault": lazy_gettext("Something is wrong on our side."),
    "network": lazy_gettext("The server could not be reached."),
    "paced": lazy_gettext("Waits for its turn at a provider that is written to slowly for now."),
    "unknown": lazy_gettext("The server refused it without a reason we know."),
    "too-many-tries": lazy_gettext("It was tried too many times."),
    "interrupted": lazy_gettext("The sender stopped before the server answered."),
}

PLACE_STATES: Mapping[str, tuple[LazyString, str]] = {
    "confirmed": (lazy_gettext("Subscribed"), "ok"),
    "pending": (lazy_gettext("Not confirmed"), "warn"),
    "left": (lazy_gettext("Left"), "off"),
}

CONSENT_PURPOSES: Mapping[str, LazyString] = {
    "newsletter": lazy_gettext("Newsletters"),
    "tracking": lazy_gettext("Measuring opens and clicks"),
    "profiling": lazy_gettext("Choosing what is sent by what is known"),
    "third-party": lazy_gettext("Giving data to others"),
}

LEVELS: Mapping[str, LazyString] = {
    "none": lazy_gettext("nothing"),
    "aggregate": lazy_gettext("totals only"),
    "last-open": lazy_gettext("only the day of the last open"),
    "individual": lazy_gettext("everything, with their name"),
}
"""How closely opens and clicks of a person are kept."""

CONSENT_METHODS: Mapping[str, LazyString] = {
    "box": lazy_gettext("ticked in a form"),
    "confirmation": lazy_gettext("confirmed by the mailed link"),
    "one-click": lazy_gettext("by the mail program's button"),
    "page": lazy_gettext("on the leaving page"),
    "preferences": lazy_gettext("in the preferences"),
    "staff": lazy_gettext("by our staff"),
    "import": lazy_gettext("imported"),
    "api": lazy_gettext("by the shop's program"),
    "default": lazy_gettext("the rule for their country"),
}

ADDRESS_REASONS: Mapping[str, LazyString] = {
    "unreadable": lazy_gettext("That address cannot be right. It should look like ana@example.com"),
    "taken": lazy_gettext("Somebody else has that address. If it is the same person, merge the two records."),
    "suppressed": lazy_gettext("That address is blocked: it complained, bounced, or was blocked by hand. Nothing was changed."),
}

_FIELD_FAULTS: Mapping[str, LazyString] = {
    "too-long": lazy_gettext("That is too long."),
    "link": lazy_gettext("Web addresses are not allowed here."),
    "not-a-choice": lazy_gettext("Choose one of the options."),
    "not-a-number": lazy_gettext("Write a number."),
    "not-an-amount": lazy_gettext("Write an amount, such as 12.50."),
    "not-a-telephone": lazy_gettext("Write a telephone, with its prefix if it is from another country."),
    "no-such-day": lazy_gettext("That day does not exist."),
    "in-the-future": lazy_gettext("That day is still to come."),
    "too-old": lazy_gettext("Check the year."),
    "too-young": lazy_gettext("Nobody younger than 14 may be on our lists."),
}


def field_fault(fault: str) -> str:
    """What is wrong with what was typed into a field."""
    return str(_FIELD_FAULTS.get(fault, lazy_gettext("That cannot be read.")))
