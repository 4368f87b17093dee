"""The mail itself, alone in its frame: a response with a policy of its own, under which nothing can run or ask anything."""

import re

from flask import Response, abort, render_template, request

from mailflow.content.library import bundled_library, template
from mailflow.content.personalise import Personaliser
from mailflow.content.preview import sample_facts
from mailflow.content.words import CompileError, Source
from mailflow.foundation.language import known_language
from mailflow.studio.language import current_language
from mailflow.studio.pages.newsletters.proofs import Proof, proof, proof_of, shop_facts
from mailflow.studio.pages.newsletters.readers import reader
from mailflow.studio.pages.newsletters.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database

POLICY = "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_SCHEME = re.compile(r"((?:supported-)?color-scheme\s*:\s*)light dark")


@blueprint.get("/<int:newsletter_id>/mail")
@staff
def mail(newsletter_id: int) -> Response:
    """A newsletter as a chosen reader gets it (``as``), in light or dark (``theme``)."""
    with current_database().read() as session:
        newsletter = found(session, newsletter_id)
        shop = shop_facts(session)
        who = reader(session, request.args.get("as", type=int), newsletter.language, shop)
    made = proof_of(newsletter, shop)
    return framed(Personaliser(made.compiled).render(who.facts).html if made.compiled else _refused(made))


@blueprint.get("/templates/<slug>/mail")
@staff
def sample(slug: str) -> Response:
    """A template as it is meant, filled with its sample."""
    language = known_language(request.args.get("language")) or current_language()
    try:
        design = template(slug, "newsletter")
    except CompileError:
        abort(404)
    with current_database().read() as session:
        shop = shop_facts(session)
    words = bundled_library().sample(slug, language, "newsletter")
    filled = {key: words[key] for key in ("subject", "preheader", "slots") if key in words}
    made = proof(Source(template=design.slug, language=language, brand=shop, **filled), shop)
    return framed(Personaliser(made.compiled).render(sample_facts(language, shop)).html if made.compiled else _refused(made))


def framed(html: str) -> Response:
    """A mail's HTML as a response for a sandboxed frame of ours, in the colours asked for."""
    dark = request.args.get("theme") == "dark"
    body = _SCHEME.sub(rf"\1{'dark' if dark else 'light'}", _DARK.sub("(min-width: 0)" if dark else "(max-width: 0)", html))
    answer = Response(body, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _refused(made: Proof) -> str:
    return render_template("studio/newsletters/unfinished.html", told=made.told, language=current_language())
