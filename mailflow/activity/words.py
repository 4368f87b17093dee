"""The kinds of line in the ledger; provider events use anymail's words."""

from enum import StrEnum


class Kind(StrEnum):
    """What happened. One line has one kind; its numbers say to whom, in which list, mailing and message."""

    SIGNED_UP = "signed-up"
    """A sign-up came in; somebody has to send the confirmation. detail: request (confirmation request's id)."""
    LINK_ASKED = "link-asked"
    """A person asked for the link to her preferences by mail. detail: request."""
    CONFIRMED = "confirmed"
    """A subscription was confirmed; one line per list. detail: first (true for the person's first list ever)."""
    LEFT = "left"
    """A person left a list. detail: method."""
    PREFERENCES_CHANGED = "preferences-changed"
    CODE_ISSUED = "code-issued"
    CODE_REDEEMED = "code-redeemed"
    SENT = "sent"
    """The next server took the message."""
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    """Called it spam; the message's number says which."""
    OPENED = "opened"
    CLICKED = "clicked"
    ORDERED = "ordered"
    """amount is in cents."""
    MARKED_SILENT = "marked-silent"
    """Did not answer a reactivation."""
    CORRECTED = "corrected"
    """Earlier lines of this person were judged anew, moved to her from another record or taken away: whoever counts, counts her again."""
