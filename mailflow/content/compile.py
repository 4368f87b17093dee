"""compile(): a source becomes a mail, in a child process that may take only so much time and memory."""

from mailflow.content import slots
from mailflow.content.job import Job
from mailflow.content.library import Library, bundled_library
from mailflow.content.words import Compiled, CompileError, Source
from mailflow.content.workshop import workshop

__all__ = ["CompileError", "Source", "compile"]


def compile(source: Source, *, seconds: float = 5.0, memory_mb: int = 512, library: Library | None = None) -> Compiled:  # noqa: A001
    """The mail that ``source`` describes; raises CompileError, also when the child was killed at its limits.

    ``seconds`` limits processor and waiting time, ``memory_mb`` the child's address space.
    """
    return workshop().build(prepare(source, library or bundled_library()), seconds=seconds, memory_mb=memory_mb)


def prepare(source: Source, library: Library) -> Job:
    """Read every file that ``source`` needs, so that the child reads none."""
    name = source.template or ("newsletter" if source.mjml else "")
    template = library.template(name, source.kind)
    mjml, where = library.source(name, source.kind)
    copy = library.copy(name, source.language, source.kind)
    subject = copy.pop("subject", "")
    preheader = copy.pop("preheader", "")
    return Job(
        where="mjml" if source.mjml else where,
        mjml=source.mjml or mjml,
        components=library.components(),
        slots=template.slots,
        values=dict(source.slots),
        copy=copy,
        words=library.words(source.language),
        brand=dict(source.brand),
        subject=slots.checked_text(source.subject, "subject") or subject,
        preheader=slots.checked_text(source.preheader, "preheader") or preheader,
        language=source.language,
    )
