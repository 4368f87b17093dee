"""Deciding about messages that ended badly, for campaigns and sequences alike: the words."""

from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext

from mailflow.outbox.doubt import Decision
from mailflow.studio.formats import number


@dataclass(frozen=True)
class Choice:
    """One decision in words: what is asked, what follows from it, and the button."""

    question: str
    follows: str
    button: str


def known(decision: str) -> Decision:
    """The decision of an address; there is nothing at any other."""
    return Decision(decision) if decision in tuple(Decision) else abort(404)


def choice(decision: Decision, count: int) -> Choice:
    """What is asked before a decision."""
    shown = number(count)
    if decision == Decision.AS_SENT:
        return Choice(
            ngettext("Take %(count)s message as sent?", "Take %(count)s messages as sent?", count, count=shown),
            _("They count as sent in every report. Whoever did not get it, goes without."),
            _("Take them as sent"),
        )
    if decision == Decision.AGAIN:
        return Choice(
            ngettext("Send it again to %(count)s person?", "Send it again to %(count)s people?", count, count=shown),
            _("Whoever had got it already gets it twice. Each person is looked at again before their mail goes."),
            _("Send them again"),
        )
    return Choice(
        ngettext("Try again for %(count)s person?", "Try again for %(count)s people?", count, count=shown),
        _("Nobody among them has it. Addresses that do not exist are not tried again."),
        _("Try the failed ones again"),
    )


def done_words(decision: Decision, count: int) -> str:
    """What was done."""
    if decision == Decision.AS_SENT:
        return str(ngettext("%(count)s message now counts as sent.", "%(count)s messages now count as sent.", count, count=number(count)))
    return str(ngettext("%(count)s message goes again.", "%(count)s messages go again.", count, count=number(count)))


def changed() -> str:
    """A second click, or somebody else was faster."""
    return str(_("Their number has changed, so nothing was done. Here is how it stands."))
