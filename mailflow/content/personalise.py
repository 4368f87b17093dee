"""Makes a compiled mail one person's: parsed once, rendered for many."""

import re
from collections.abc import Mapping

from markupsafe import Markup

from mailflow.content import merge
from mailflow.content.fragments import Fragments
from mailflow.content.paragraphs import tidied
from mailflow.content.parts import Path
from mailflow.content.words import Compiled, Personal

_BREAKS = re.compile("[\r\n\x00\x85\u2028\u2029]+")


class Personaliser:
    """One compiled mail, ready to be rendered for person after person."""

    def __init__(self, compiled: Compiled) -> None:
        self._subject = Fragments(merge.PLAIN, compiled.subject)
        self.html = Fragments(merge.HTML, compiled.html)
        self.text = Fragments(merge.PLAIN, compiled.text)
        self.has_gaps = "{%" in compiled.text
        self._defaults: dict[str, object] = {f"link_{number}": url for number, url in enumerate(compiled.links, 1)}
        self._defaults["pixel"] = ""

    @property
    def fragments(self) -> Mapping[str, Fragments]:
        """Its texts taken apart, by name."""
        return {"subject": self._subject, "html": self.html, "text": self.text}

    @property
    def paths(self) -> frozenset[Path]:
        """Every name that the mail may ask for."""
        return self.subject_paths | self.html.paths | self.text.paths

    @property
    def subject_paths(self) -> frozenset[Path]:
        """The names that the subject may ask for."""
        return self._subject.paths

    def subject(self, facts: Mapping[str, object]) -> str:
        """This person's subject, on one line."""
        return _BREAKS.sub(" ", self._subject.render(facts)).strip()

    def render(self, facts: Mapping[str, object]) -> Personal:
        """This person's subject, HTML and text.

        What ``facts`` lacks is empty; links without a tracked address lead straight to their targets. Raises
        what Liquid raises when a limit is reached.
        """
        given = {**self._defaults, **facts}
        given["pixel"] = Markup(given["pixel"])  # noqa: S704 - our own picture tag, made by delivery
        text = self.text.render(given)
        return Personal(
            subject=self.subject(given),
            html=self.html.render(given),
            text=tidied(text) if self.has_gaps else text,
        )


def personalise(compiled: Compiled, facts: Mapping[str, object]) -> Personal:
    """One mail for one person; for many, keep a Personaliser."""
    return Personaliser(compiled).render(facts)
