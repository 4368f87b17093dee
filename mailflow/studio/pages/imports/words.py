"""What pages about imports say: the states of one, what becomes of a row and why, and what was refused."""

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

STATES: dict[str, tuple[LazyString, str]] = {
    "uploading": (lazy_gettext("Not whole"), "warn"),
    "reading": (lazy_gettext("Being read"), "live"),
    "read": (lazy_gettext("Waits for you"), "warn"),
    "checking": (lazy_gettext("Being tried out"), "live"),
    "checked": (lazy_gettext("Ready to start"), "warn"),
    "running": (lazy_gettext("Coming in"), "live"),
    "done": (lazy_gettext("Finished"), "ok"),
    "cancelled": (lazy_gettext("Stopped"), "off"),
    "undoing": (lazy_gettext("Being undone"), "live"),
    "undone": (lazy_gettext("Undone"), "off"),
    "failed": (lazy_gettext("Not readable"), "bad"),
}
"""An import's state: its word, and the kind of its pill."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a row, and why."""

    word: LazyString
    why: LazyString


FATES: dict[str, Fate] = {
    "new": Fate(lazy_gettext("New people"), lazy_gettext("Their address was not here.")),
    "joined": Fate(lazy_gettext("Known here, new in this list"), lazy_gettext("Their profile stays; they join the list.")),
    "completed": Fate(
        lazy_gettext("In the list already, and something is added"),
        lazy_gettext("What was empty is filled in. What they said themselves stays as it is."),
    ),
    "known": Fate(lazy_gettext("In the list already, nothing new"), lazy_gettext("They stay as they are.")),
    "twice": Fate(lazy_gettext("The same address again"), lazy_gettext("The first row with it counts.")),
    "left": Fate(lazy_gettext("Left this list"), lazy_gettext("No file brings back who left. They can join again themselves.")),
    "suppressed": Fate(
        lazy_gettext("Blocked"),
        lazy_gettext("Their address bounced, complained, was erased on request, stands on a Robinson list, or was blocked by hand."),
    ),
    "left-there": Fate(lazy_gettext("Had left in the other program"), lazy_gettext("Noted as having left, so that nobody writes to them.")),
    "not-in-there": Fate(lazy_gettext("Never confirmed in the other program"), lazy_gettext("They never said yes there.")),
    "bounced-there": Fate(lazy_gettext("Bounced in the other program"), lazy_gettext("Mail came back; the address is blocked here too.")),
    "complained-there": Fate(
        lazy_gettext("Complained in the other program"), lazy_gettext("They called a mail spam; the address is blocked here too.")
    ),
    "unknown-there": Fate(
        lazy_gettext("A status that is not known"), lazy_gettext("Nobody can tell whether they agreed, so they stay out.")
    ),
    "no-address": Fate(lazy_gettext("Without an address"), lazy_gettext("The cell is empty.")),
    "bad-address": Fate(lazy_gettext("An address that cannot be"), lazy_gettext("No mail could ever reach it.")),
    "look-alike": Fate(lazy_gettext("Letters that look like others"), lazy_gettext("Two alphabets in one address: often a fraud.")),
    "typo": Fate(lazy_gettext("Probably mistyped"), lazy_gettext("Mend it in the file and import that row again, if you are sure.")),
    "role": Fate(lazy_gettext("An office, not a person"), lazy_gettext("Such as info@ or ventas@; you chose to leave them out.")),
    "disposable": Fate(lazy_gettext("An address for one day"), lazy_gettext("It stops working soon; you chose to leave them out.")),
    "unreadable": Fate(
        lazy_gettext("A row that cannot be read"), lazy_gettext("A quotation mark that is never closed, say. The rows around it are fine.")
    ),
}
"""What becomes of a row, in the order in which pages name it: who comes in first."""

FAULTS: dict[str, LazyString] = {
    "nothing": lazy_gettext("Choose a file first."),
    "empty": lazy_gettext("The file is empty."),
    "not-text": lazy_gettext("This is no table. Save it as CSV or as an Excel file (.xlsx) and choose it again."),
    "no-workbook": lazy_gettext("This Excel file cannot be opened: it is damaged, or locked with a password. Save it again and retry."),
    "damaged": lazy_gettext("This file is damaged, or locked with a password. Save it again and retry."),
    "broken": lazy_gettext("Something in it stopped the import: the log of the program says what it was."),
    "too-large": lazy_gettext("Too large: a file may have up to 200 MB. Split it and bring the parts one after the other."),
    "no-columns": lazy_gettext("The first line has to name the columns, such as Correo, Nombre, Provincia."),
    "too-many-columns": lazy_gettext("More than 200 columns: delete those that you do not need."),
    "no-list": lazy_gettext("There is no list to join yet. Make one first, under Lists."),
}
"""Why nothing can be made of a file; the engine's words, and ours."""

REFUSALS: dict[str, tuple[str, LazyString]] = {
    "no-addresses": ("columns", lazy_gettext("Say which column holds the addresses.")),
    "no-column": ("columns", lazy_gettext("Two columns cannot be the same thing: choose one of them.")),
    "no-wording": ("wording", lazy_gettext("Write what they agreed to: it is kept with each person as proof.")),
    "no-list": ("list", lazy_gettext("Choose the list they join.")),
    "no-basis": ("basis", lazy_gettext("Choose why you may write to them.")),
    "no-source": ("source", lazy_gettext("Write where this file comes from, and since when these people are in it.")),
}
"""Why columns and grounds were not taken: the field concerned, and what to do."""

BASES: tuple[tuple[str, LazyString, LazyString], ...] = (
    ("consent", lazy_gettext("They agreed to get our mails"), lazy_gettext("They ticked a box, signed a sheet, or signed up elsewhere.")),
    (
        "customer",
        lazy_gettext("They are our customers"),
        lazy_gettext("They bought something like what you are going to offer, and were told then that they can say no."),
    ),
)
