"""The nouns of content: what a template offers, what a mail was compiled to, what was wrong with it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SlotKind = Literal["text", "richtext", "image", "url", "products", "choice"]
TemplateKind = Literal["newsletter", "message"]


@dataclass(frozen=True)
class Slot:
    """One place of a template that a marketer fills; ``label``, ``hint`` and ``default`` are by language.

    Values by kind: text, url and choice are strings; richtext is plain text or simple HTML; image is
    {"url", "alt"}; products is a list of {"name", "line", "price", "url", "picture", "alt"}.
    """

    key: str
    kind: SlotKind
    label: dict[str, str]
    hint: dict[str, str] = field(default_factory=dict)
    required: bool = False
    default: dict[str, Any] = field(default_factory=dict)
    options: tuple[tuple[str, dict[str, str]], ...] = ()
    """For choice: (value, label by language)."""


@dataclass(frozen=True)
class Template:
    """A design that can be chosen: its folder's name, what it is called, and its slots in order."""

    slug: str
    kind: TemplateKind
    name: dict[str, str]
    description: dict[str, str]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in both languages, with its line (from 1) in ``where`` if it has one."""

    message: dict[str, str]
    line: int | None
    where: str


class CompileError(Exception):
    """A mail could not be made from its source; ``faults`` say why, first things first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.where}:{fault.line or '-'} {fault.message['en']}" for fault in faults))
        self.faults = faults

    def __reduce__(self) -> tuple[type["CompileError"], tuple[tuple[Fault, ...]]]:
        """Travels between processes with its faults."""
        return (CompileError, (self.faults,))


@dataclass(frozen=True)
class Source:
    """What a mail is made from.

    ``template`` names a folder ("newsletter", or "messages/welcome" where two share a name); ``mjml``, if
    given, is the marketer's own source and replaces the template's. ``slots`` fills the template's slots, or
    overrides texts of a message by key. ``brand`` holds name, postal_address, url, pictures (address of the
    picture folder) and optionally accent, accent_text, tint, deep; what is missing stays a personal tag.
    """

    template: str = ""
    kind: TemplateKind = "newsletter"
    mjml: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    preheader: str = ""
    language: str = "es"
    brand: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """A mail ready to be made personal: subject, preheader, html and text are Liquid with personal tags live.

    In html and text ``{{ link_N }}`` stands for the N-th of ``links`` (from 1), ``{{ pixel }}`` for the
    counting picture; ``{{ links.unsubscribe }}`` and its like are never in ``links``. ``size`` is the HTML in bytes.
    """

    subject: str
    preheader: str
    html: str
    text: str
    links: tuple[str, ...]
    language: str
    size: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return {**asdict(self), "links": list(self.links)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Compiled":
        """The same mail again from ``to_dict``'s values."""
        return cls(**{**values, "links": tuple(values["links"])})


@dataclass(frozen=True)
class Personal:
    """One person's mail, ready for its envelope."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Check:
    """One thing looked at before sending: whether it is well, and a sentence about it in both languages."""

    ok: bool
    word: str
    message: dict[str, str]
