"""Looking at a mail outside its editor: the page around it, and the frame's content, as a sample reader gets it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from mailflow.content.personalise import Personaliser
from mailflow.content.words import Compiled

VIEWS = ("phone", "desktop", "dark", "text")
Tabs = Sequence[tuple[str, str, bool]]


def sample_html(compiled: Compiled, facts: Mapping[str, Any]) -> str:
    """The mail's HTML with these values."""
    return Personaliser(compiled).render(facts).html


def mail_page(
    compiled: Compiled, facts: Mapping[str, Any], *, title: str, crumbs: list[tuple[str, str]], frame: str, languages: Tabs = ()
) -> str:
    """The page that shows one mail as a phone, a desktop, a dark phone or a text reader would; ``frame`` is the endpoint of its content."""
    view = request.args.get("view") if request.args.get("view") in VIEWS else "phone"
    here, kept = request.endpoint or "", {**request.args.to_dict(), **(request.view_args or {})}
    words = {"phone": _("Phone"), "desktop": _("Desktop"), "dark": _("Dark"), "text": _("Plain text")}
    return render_template(
        "studio/mail_page.html",
        personal=Personaliser(compiled).render(facts),
        reader=facts["subscriber"],
        title=title,
        crumbs=crumbs,
        languages=languages,
        view=view,
        views=[(words[one], url_for(here, **{**kept, "view": one}), one == view) for one in VIEWS],
        source=url_for(frame, **{**kept, "theme": "dark" if view == "dark" else None, "view": None}),
    )
