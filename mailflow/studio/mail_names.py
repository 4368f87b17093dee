"""What mails and ways in are called for the reader: stored names have one language, these have the reader's."""

from collections.abc import Mapping

from flask_babel import gettext as _

from mailflow.audience.words import DEMO
from mailflow.content.library import template
from mailflow.content.words import CompileError
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language


def mail_name(name: str, design: str) -> str:
    """A mailing's name: its own, but a message's of ours (``design`` is its template's slug) in the reader's language."""
    if not design:
        return name
    try:
        return pick(template(design, "message").name, current_language()) or name
    except CompileError:  # an operator's template that was taken away
        return name


def way_in(source: str, forms: Mapping[str, str]) -> str:
    """Where somebody, or what they agreed to, came from; ``forms`` are the forms' titles by slug."""
    kind, _colon, rest = source.partition(":")
    known = {
        "form": lambda: _("The form “%(title)s”", title=forms.get(rest, rest)),
        DEMO: lambda: _("Made up for the demo shop"),
        "preferences": lambda: _("Their preferences page"),
        "subscription": lambda: _("The leaving link of a mail"),
    }
    return str(known[kind]()) if kind in known else source
