"""Short ways to make a mail in these tests."""

from typing import Any

from mailflow.content.build import build
from mailflow.content.compile import prepare
from mailflow.content.library import Library
from mailflow.content.words import Compiled, CompileError, Fault, Source

BRAND = {
    "name": "Casa Olivo",
    "postal_address": "Calle Feria 112, 41002 Sevilla, España",
    "url": "https://casaolivo.example/",
    "pictures": "https://boletin.casaolivo.example/pictures",
}


def mjml(inside: str, head: str = "") -> str:
    """A whole source with ``inside`` as its mj-text; its first line is line 5."""
    return (
        f'<mjml lang="es">\n<mj-head>{head}<mj-preview>[[ mail.preheader ]]</mj-preview></mj-head>\n<mj-body>\n'
        f"<mj-section><mj-column><mj-text>\n{inside}</mj-text></mj-column></mj-section>\n</mj-body>\n</mjml>"
    )


def source(own: str = "", **facts: Any) -> Source:
    return Source(**{"mjml": own, "subject": "Hola", "preheader": "Algo para ti", "brand": BRAND, **facts})


def made(own: str = "", **facts: Any) -> Compiled:
    """The mail, compiled in this very process: for what is known to be harmless."""
    return build(prepare(source(own, **facts), Library()))


def faults(own: str = "", **facts: Any) -> tuple[Fault, ...]:
    """What is wrong with it; nothing when it compiles."""
    try:
        made(own, **facts)
    except CompileError as error:
        return error.faults
    return ()
