"""Makes a compiled mail one person's: parsed once, rendered for many."""

import re
from collections.abc import Mapping

from markupsafe import Markup

from mailflow.content import merge
from mailflow.content.fragments import Fragments
from mailflow.content.words import Compiled, Personal

_GAPS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_BREAKS = re.compile("[\r\n\x00\x85\u2028\u2029]+")


class Personaliser:
    """One compiled mail, ready to be rendered for person after person."""

    def __init__(self, compiled: Compiled) -> None:
        self._subject = Fragments(merge.PLAIN, compiled.subject)
        self._html = Fragments(merge.HTML, compiled.html)
        self._text = Fragments(merge.PLAIN, compiled.text)
        self._has_gaps = "{%" in compiled.text
        self._defaults: dict[str, object] = {f"link_{number}": url for number, url in enumerate(compiled.links, 1)}
        self._defaults["pixel"] = ""

    def render(self, facts: Mapping[str, object]) -> Personal:
        """This person's subject, HTML and text.

        What ``facts`` lacks is empty; links without a tracked address lead straight to their targets. Raises
        what Liquid raises when a limit is reached.
        """
        given = {**self._defaults, **facts}
        given["pixel"] = Markup(given["pixel"])  # noqa: S704 - our own picture tag, made by delivery
        text = self._text.render(given)
        return Personal(
            subject=_BREAKS.sub(" ", self._subject.render(given)).strip(),
            html=self._html.render(given),
            text=_GAPS.sub("\n\n", text) if self._has_gaps else text,
        )


def personalise(compiled: Compiled, facts: Mapping[str, object]) -> Personal:
    """One mail for one person; for many, keep a Personaliser."""
    return Personaliser(compiled).render(facts)
