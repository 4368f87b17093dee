"""What each state and reason of a message means and what to do about it; the operator's guide says the same sentences."""

from flask_babel import LazyString, lazy_gettext

STATES: dict[str, LazyString] = {
    "pending": lazy_gettext("It waits for its turn. Nothing to do."),
    "claimed": lazy_gettext("A sender has it in hand and is about to send it; should that sender die, it waits again within seconds."),
    "sending": lazy_gettext("It is going to the server this moment; should the sender die now, nobody knows whether it arrived."),
    "sent": lazy_gettext(
        "The next server took it and said so. Whether it reached the inbox only opens, clicks and later returned mails can tell."
    ),
    "deferred": lazy_gettext(
        "It was surely not taken, for a reason that passes. It is tried again by itself, up to 20 times within 72 hours."
    ),
    "failed": lazy_gettext(
        "It was refused for good or tried for too long. Look at the reason, mend it, then try the failed ones again on the campaign's page."
    ),
    "skipped": lazy_gettext("It was left out on purpose, for the reason beside it. Nothing to do."),
    "uncertain": lazy_gettext(
        "It had left when the line broke, and no answer came. Decide on its page: take it as sent, or send it again."
    ),
}
"""By the word of outbox.words.State."""

REASONS: dict[str, LazyString] = {
    "left": lazy_gettext("The person left the list before the mail went. Nothing to do: that is their right."),
    "unconfirmed": lazy_gettext("The subscription was never confirmed, so nothing may be sent. They get the next one once they confirm."),
    "suppressed": lazy_gettext(
        "The address bounced for good, complained or was blocked by hand. The person's page says which, and since when."
    ),
    "erased": lazy_gettext("The person asked to be forgotten while the mail waited. Nothing to do."),
    "silent": lazy_gettext(
        "They did not answer the reactivation, so campaigns leave them in peace. They are back as soon as they click or buy."
    ),
    "merged": lazy_gettext("The same mail goes, or went, to another record of the same person: the two were merged. Nothing to do."),
    "paused": lazy_gettext("Somebody paused the campaign. It goes on from there with “Go on” on its page."),
    "cancelled": lazy_gettext("Somebody cancelled the campaign before their turn came. To reach them, send a new campaign."),
    "expired": lazy_gettext(
        "It would have come too late to be of use. If that happens often, look whether sending is too slow or was stopped."
    ),
    "rendering": lazy_gettext(
        "The mail could not be written for this person. Look at the newsletter's personal tags and that person's "
        "values; trying again does not help."
    ),
    "hard-address": lazy_gettext(
        "The server says there is no such address. It is blocked from now on; correct it if the person tells you the right one."
    ),
    "mailbox-temporary": lazy_gettext("The mailbox is full or locked for now. It is tried again by itself; nothing to do."),
    "throttle": lazy_gettext(
        "The provider wants fewer mails at a time. It is tried again by itself, and after a few such answers that provider is written to "
        "more slowly for ninety minutes."
    ),
    "policy": lazy_gettext(
        "The provider refuses mail from this sender; after a few such answers it is left alone for four hours. Check SPF, DKIM and DMARC "
        "of your domain and whether your server is on a block list; then try again."
    ),
    "content": lazy_gettext("The provider refuses what the mail says or its size. Look at links, pictures and length before the next one."),
    "sender-fault": lazy_gettext(
        "Your own mail server does not let us send like this. Check user, password, sender address and TLS in the "
        "mail settings; then try again."
    ),
    "network": lazy_gettext(
        "The server could not be reached or the line broke before the message left. It is tried again by itself; "
        "if it lasts, check that the server runs."
    ),
    "own-fault": lazy_gettext(
        "What the mail says could not be read or made ready: a fault of mailflow's, not of the address or the server. It is tried again by "
        "itself every few seconds; the log tells what failed."
    ),
    "paced": lazy_gettext(
        "It waits for its turn at a provider that is written to slowly, or not at all, for now. “Providers” on the delivery page says why "
        "and until when; it goes by itself."
    ),
    "unknown": lazy_gettext(
        "The server answered something we cannot place. Read its words beside it; a 4 at the front is tried again by itself, a 5 is final."
    ),
    "too-many-tries": lazy_gettext(
        "It was tried 20 times or for 72 hours without success. Read the server's last words; then try the failed "
        "ones again on the campaign's page."
    ),
    "restored": lazy_gettext(
        "This database came back from a backup, and the message may have gone since that was made. Decide on its page: take it as sent, or "
        "send it again."
    ),
    "interrupted": lazy_gettext(
        "The line or the sender broke after the message had left and before the answer came. Decide on its page: "
        "take it as sent, or send it again."
    ),
}
"""By the word of outbox.words.Reason."""


def meaning(reason: str, state: str = "") -> LazyString | str:
    """What a reason means and what to do; the state's sentence where a newer part of the product has a reason this page does not know."""
    return REASONS.get(reason) or STATES.get(state, "")
