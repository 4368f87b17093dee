"""Looking at a mail outside its editor: the page around it, and the frame's content, as a sample reader gets it."""

from flask import render_template, request, url_for
from flask_babel import gettext as _

from mailflow.content.personalise import Personaliser
from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled

VIEWS = ("phone", "desktop", "dark", "text")


def sample_html(compiled: Compiled, shop: dict[str, str]) -> str:
    """The mail's HTML with the sample reader's values."""
    return Personaliser(compiled).render(sample_facts(compiled.language, shop)).html


def mail_page(compiled: Compiled, shop: dict[str, str], *, title: str, crumbs: list[tuple[str, str]], frame: str, says: str = "") -> str:
    """The page that shows one mail as a phone, a desktop, a dark phone or a text reader would; ``frame`` is the endpoint of its content."""
    view = request.args.get("view") if request.args.get("view") in VIEWS else "phone"
    here, kept = request.endpoint or "", {**(request.view_args or {}), **request.args.to_dict()}
    words = {"phone": _("Phone"), "desktop": _("Desktop"), "dark": _("Dark"), "text": _("Plain text")}
    facts = sample_facts(compiled.language, shop)
    return render_template(
        "studio/mail_page.html",
        personal=Personaliser(compiled).render(facts),
        reader=facts["subscriber"],
        title=title,
        crumbs=crumbs,
        says=says,
        view=view,
        views=[(words[one], url_for(here, **{**kept, "view": one}), one == view) for one in VIEWS],
        source=url_for(frame, **{**kept, "theme": "dark" if view == "dark" else None, "view": None}),
    )
