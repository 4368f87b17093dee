"""Makes a compiled mail one person's: parsed once, rendered for many."""

import re
from collections.abc import Mapping

from liquid.template import BoundTemplate
from markupsafe import Markup

from mailflow.content import merge
from mailflow.content.words import Compiled, Personal

_GAPS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_BREAKS = re.compile(r"[\r\n\x00\u2028\u2029]+")


class Personaliser:
    """One compiled mail, ready to be rendered for person after person."""

    def __init__(self, compiled: Compiled) -> None:
        self._subject = merge.PLAIN.from_string(compiled.subject)
        self._html = merge.HTML.from_string(compiled.html)
        self._text = merge.PLAIN.from_string(compiled.text)
        self._has_gaps = "{%" in compiled.text
        self._defaults: dict[str, object] = {f"link_{number}": url for number, url in enumerate(compiled.links, 1)}
        self._defaults["pixel"] = ""

    def render(self, facts: Mapping[str, object]) -> Personal:
        """This person's subject, HTML and text; what is missing in ``facts`` is empty, links lead straight to their targets."""
        given = {**self._defaults, **facts}
        text = self._render(self._text, given)
        given["pixel"] = Markup(given["pixel"])  # noqa: S704 - our own tag, made by delivery
        return Personal(
            subject=_BREAKS.sub(" ", self._render(self._subject, given)).strip(),
            html=self._render(self._html, given),
            text=_GAPS.sub("\n\n", text) if self._has_gaps else text,
        )

    @staticmethod
    def _render(template: BoundTemplate, facts: dict[str, object]) -> str:
        return template.render(facts)


def personalise(compiled: Compiled, facts: Mapping[str, object]) -> Personal:
    """One mail for one person; for many, keep a Personaliser."""
    return Personaliser(compiled).render(facts)
