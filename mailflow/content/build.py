"""From source to Compiled, in one process and in order; ``compile`` runs this in a child with limits."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import html as lxml_html
from lxml.html import HtmlElement
from mjml import mjml2html

from mailflow.content import inline, links, merge, slots
from mailflow.content.expand import LONGEST_SOURCE, expand
from mailflow.content.faults import refuse
from mailflow.content.freeze import Freezer
from mailflow.content.job import Job
from mailflow.content.mjml.lint import lint
from mailflow.content.mjml.mend import mend
from mailflow.content.mjml.scan import scan
from mailflow.content.personalise import Personaliser
from mailflow.content.plain_text import plain_text
from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled, CompileError, Fault

LONGEST_HTML = 1_000_000
_LOOK = {"accent": "#47551f", "accent_text": "#fffdf9", "tint": "#eceedb", "deep": "#3a4421"}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_SHOP = ("name", "postal_address", "url", "pictures")


def build(job: Job) -> Compiled:
    """Compile ``job`` here and now; raises CompileError with everything that is wrong."""
    _check_size(job)
    _check_tags(job)
    freezer = Freezer(_everything(job))
    source = _assemble(job, freezer)
    root = _to_tree(source, job.where)
    compiled = _finish(job, root, freezer)
    _try_out(compiled, job.where)
    return compiled


def _everything(job: Job) -> str:
    return repr((job.mjml, job.components, job.values, job.copy, job.words, job.brand, job.subject, job.preheader))


def _check_size(job: Job) -> None:
    if not job.mjml.strip():
        raise refuse("empty", job.where, 1)
    for where, text in (("subject", job.subject), (job.where, job.mjml), *_texts(job.values)):
        if len(text) > LONGEST_SOURCE:
            line = text.count("\n", 0, LONGEST_SOURCE) + 1
            raise refuse("too-long", where, line, size=len(text) // 1000, limit=LONGEST_SOURCE // 1000)
        slots.checked_text(text, where)
    if not job.subject.strip():
        raise refuse("subject", "subject", 1)


def _texts(value: Any, where: str = "") -> list[tuple[str, str]]:
    """Every string in what was typed, with the slot it was typed into."""
    if isinstance(value, str):
        return [(where, value)]
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _texts(inner, where or str(key))]
    return [pair for inner in value for pair in _texts(inner, where)] if isinstance(value, (list, tuple)) else []


def _check_tags(job: Job) -> None:
    typed = [("subject", job.subject), ("preheader", job.preheader), *_texts(job.values), *_texts(job.copy), (job.where, job.mjml)]
    faults = [fault for where, text in typed for fault in merge.syntax_faults(text, where)]
    if faults:
        raise CompileError(tuple(faults[:20]))


def _assemble(job: Job, freezer: Freezer) -> str:
    shop = {key: job.brand.get(key) or freezer.keep(f"{{{{ shop.{key} }}}}") for key in _SHOP}
    copy = {key: slots.rich(str(job.values.get(key, text)), freezer, key) for key, text in job.copy.items()}
    values = {
        "slot": slots.fill(job.slots, job.values, freezer, shop["pictures"], job.language),
        "copy": copy,
        "word": {key: slots.rich(text, freezer, "words") for key, text in job.words.items()},
        "shop": shop,
        "look": {key: _colour(job.brand.get(key), default) for key, default in _LOOK.items()},
        "mail": {
            "subject": slots.plain(job.subject, freezer, "subject"),
            "preheader": slots.plain(job.preheader, freezer, "preheader"),
            "language": job.language,
        },
    }
    assembled, files = expand(job.where, job.mjml, job.components, values, freezer)
    pieces = list(scan(assembled, files))
    lint(pieces, freezer)
    return mend(pieces, freezer)


def _colour(given: str | None, default: str) -> str:
    return given if given and _HEX.fullmatch(given) else default


def _to_tree(source: str, where: str) -> HtmlElement:
    try:
        written = mjml2html(source, fonts={}, disable_comments=False)
    except ValueError as error:
        raise refuse("compiler", where, None, detail=str(error)) from error
    if len(written) > LONGEST_HTML:
        raise refuse("too-long", where, None, size=len(written) // 1000, limit=LONGEST_HTML // 1000)
    return lxml_html.document_fromstring(written)


def _finish(job: Job, root: HtmlElement, freezer: Freezer) -> Compiled:
    targets = links.number_links(root, freezer)
    text = plain_text(links.body_of(root), links.preheader_box(root), freezer.conditions)
    links.pad_preheader(root)
    inline.inline_css(root)
    links.place_pixel(root, freezer, len(inline.write(root)))
    html = freezer.thaw(inline.write(root))
    return Compiled(
        subject=" ".join(job.subject.split()),
        preheader=" ".join(job.preheader.split()),
        html=html,
        text=freezer.thaw(text),
        links=targets,
        language=job.language,
        size=len(html.encode()),
    )


def _try_out(compiled: Compiled, where: str) -> None:
    """Render once with a sample reader and once with nobody's facts: what fails here would fail for someone."""
    faults: list[Fault] = []
    for part in ("html", "text"):
        faults += merge.syntax_faults(getattr(compiled, part), where)
    if faults:
        raise CompileError((replace(faults[0], line=None),))
    try:
        personaliser = Personaliser(compiled)
        personaliser.render(sample_facts(compiled.language))
        personaliser.render({})
    except CompileError:
        raise
    except Exception as error:
        raise CompileError((merge.render_fault(error, where),)) from error
