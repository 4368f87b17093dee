"""A proof: what a newsletter compiles to at this moment, with what is wrong and what was checked."""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.queries import brand
from mailflow.content.checks import check
from mailflow.content.compile import compile as compile_mail
from mailflow.content.drafts import faults
from mailflow.content.library import template
from mailflow.content.models import Newsletter
from mailflow.content.person_fields import field_faults
from mailflow.content.sources import brand_facts, newsletter_source
from mailflow.content.words import Check, Compiled, CompileError, Fault, Source, Template
from mailflow.studio.pages.newsletters.places import told
from mailflow.studio.surroundings import current_database, current_settings

_KEPT = 64


@dataclass(frozen=True)
class Proof:
    """Either a mail with its checks, or the faults that keep it from being one."""

    compiled: Compiled | None
    faults: tuple[Fault, ...] = ()
    checks: tuple[Check, ...] = ()
    design: Template | None = None

    @property
    def told(self) -> list[tuple[str, Fault]]:
        """Each fault in the reader's words, with the name of its place."""
        return [(told(one, self.design), one) for one in self.faults]

    @property
    def can_go(self) -> bool:
        """Whether it may be sent: it compiles, and nothing that the law or a reader needs is missing."""
        return self.compiled is not None and not self.faults and not any(one for one in self.checks if not one.ok and one.word in MUST)


MUST = frozenset({"unsubscribe", "postal-address"})
"""Checks that stop a newsletter; the others advise."""


def shop_facts(session: Session, brand_id: int | None = None) -> dict[str, str]:
    """What a mail says of the shop."""
    its = brand(session, brand_id)
    return brand_facts(its, public_url=current_settings().public_url) if its else {}


def proof_of(newsletter: Newsletter, shop: dict[str, str]) -> Proof:
    """The proof of a newsletter as it is kept; call it outside any transaction, since compiling takes its time."""
    known = tuple(faults(newsletter))
    made = proof(newsletter_source(newsletter, brand=shop), shop)
    places = {_place(one) for one in known}
    return Proof(made.compiled, known + tuple(one for one in made.faults if _place(one) not in places), made.checks, made.design)


def _place(one: Fault) -> str:
    """The slot that a fault is about, or the place itself: the compiler calls slots by their keys alone."""
    return one.where.split(".")[1] if "." in one.where else one.where


def proof_of_kept(compiled: Compiled, shop: dict[str, str]) -> Proof:
    """The proof of a mail that was compiled for good."""
    return Proof(compiled, (), tuple(check(compiled, brand=shop)))


def proof(source: Source, shop: dict[str, str]) -> Proof:
    """The proof of any source; the same source is compiled once. Tags that name a field nobody has are faults too."""
    unknown, design = tuple(field_faults(source, _field_keys())), _design(source.template)
    try:
        compiled = _made(json.dumps(asdict(source), sort_keys=True), current_settings().render_seconds)
    except CompileError as error:
        return Proof(None, (*unknown, *error.faults), (), design)
    return Proof(compiled, unknown, tuple(check(compiled, brand=shop)), design)


def _field_keys() -> list[str]:
    with current_database().read() as session:
        return [field.key for field in fields(session)]


def _design(slug: str) -> Template | None:
    try:
        return template(slug, "newsletter")
    except CompileError:
        return None


@lru_cache(maxsize=_KEPT)
def _made(source: str, seconds: float) -> Compiled:
    return compile_mail(Source(**json.loads(source)), seconds=seconds)
