"""What a compilation is given: apart from the building, so that who only asks for it loads no MJML, no CSS, no parser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailflow.content.words import Slot


@dataclass(frozen=True)
class Job:
    """Everything one compilation needs; no files are read and nothing is looked up after this."""

    where: str
    mjml: str
    components: Mapping[str, str]
    slots: tuple[Slot, ...]
    values: Mapping[str, Any]
    copy: Mapping[str, str]
    words: Mapping[str, str]
    brand: Mapping[str, str]
    subject: str
    preheader: str
    language: str
