"""What reasons, scopes and events of suppression mean, in words a marketer reads."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import List
from mailflow.audience.words import Scope, of_list
from mailflow.foundation.accounts import User
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language

REASONS: Mapping[str, LazyString] = {
    "hard-bounce": lazy_gettext("The mailbox does not exist"),
    "complaint": lazy_gettext("Called a mail spam"),
    "erased": lazy_gettext("Asked to be forgotten"),
    "by-hand": lazy_gettext("Blocked by hand"),
    "robinson": lazy_gettext("On a list of people who want no advertising"),
}
EVENTS: Mapping[str, tuple[LazyString, str]] = {
    "added": (lazy_gettext("Was blocked"), "bad"),
    "asked": (lazy_gettext("May sign up again"), "warn"),
    "lifted": (lazy_gettext("Unblocked"), "ok"),
}
FORMS: Mapping[str, LazyString] = {
    "address": lazy_gettext("The address"),
    "domain": lazy_gettext("Its whole domain"),
    "sha256": lazy_gettext("From a list of hashes"),
    "md5": lazy_gettext("From a list of hashes"),
}


def scopes(session: Session) -> dict[str, str]:
    """What can be stopped, by its word, with lists by their names."""
    found = {
        Scope.MARKETING.value: str(_("Newsletters and other marketing")),
        Scope.EVERYTHING.value: str(_("Everything, even confirmations")),
    }
    named = {
        of_list(one.id): str(_("Only the list “%(list)s”", list=pick(one.name, current_language())))
        for one in session.scalars(select(List))
    }
    return found | named


def who(session: Session) -> dict[str, str]:
    """Names by what is written down of who did something."""
    staff = {f"user:{number}": name for number, name in session.execute(select(User.id, User.name))}
    return {"": str(_("by itself")), "command": str(_("from the command line")), **staff}
