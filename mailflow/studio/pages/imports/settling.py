"""What the file is for: what each column holds, the list they join, and on what grounds; asked until it is whole, then tried out."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from mailflow.audience.importing.asking import settle
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import Basis, Grounds, Plan, Policies, Policy
from mailflow.audience.queries import lists
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language
from mailflow.studio.pages.imports.columns import columns_of, offered, with_new_fields
from mailflow.studio.pages.imports.routes import blueprint, found
from mailflow.studio.pages.imports.words import BASES, REFUSALS
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

LONGEST_WORDING = 600
LONGEST_SOURCE = 200


class Typed(NamedTuple):
    """What the form says, or what was said before."""

    mapping: Mapping[str, str]
    list_id: int | None
    basis: str
    wording: str
    source: str
    roles: str
    disposables: str


@blueprint.post("/<token>/settle")
@staff
def save(token: str) -> Response | tuple[str, int]:
    """Keep what was said, and have the file tried out; what is missing is said in its place."""
    with current_database().begin() as session:
        brought = found(session, token)
        typed = _read(request.form, brought)
        problems = _missing(typed)
        if not problems:
            asked = settle(session, brought, _plan(session, typed, brought), now=current_instant())
            place, words = REFUSALS.get(asked.reason, ("", ""))
            problems = {place: str(words)} if place else {}
        if problems:
            session.rollback()  # also the fields that were made for it
    if not problems:
        return redirect(url_for("imports.show", token=token), 303)
    with current_database().read() as session:
        return settling_page(session, found(session, token), typed, problems), 422


def settling_page(session: Session, brought: Import, typed: Typed | None = None, problems: Mapping[str, str] | None = None) -> str:
    """The form, as guessed, as said before, or as just typed."""
    typed = typed or _said(brought)
    return render_template(
        "studio/imports/settle.html",
        brought=brought,
        columns=columns_of(brought, typed.mapping),
        offered=offered(session),
        lists=[(one.id, pick(one.name, current_language())) for one in lists(session)],
        bases=BASES,
        typed=typed,
        problems=problems or {},
    )


def _said(brought: Import) -> Typed:
    wording, _, source = brought.wording.partition("\n")
    list_id = brought.list_id if brought.settled_at else None
    return Typed(brought.mapping, list_id, brought.basis, wording, source, brought.roles, brought.disposables)


def _read(form: MultiDict[str, str], brought: Import) -> Typed:
    mapping = {str(place): form.get(f"column-{place}", "") for place in range(len(brought.header))}
    return Typed(
        {place: held for place, held in mapping.items() if held},
        form.get("list", type=int),
        form.get("basis", ""),
        _line(form, "wording", LONGEST_WORDING),
        _line(form, "source", LONGEST_SOURCE),
        *("mark" if form.get(name) == "mark" else "refuse" for name in ("roles", "disposables")),
    )


def _line(form: MultiDict[str, str], name: str, longest: int) -> str:
    return " ".join("".join(sign for sign in form.get(name, "") if sign.isprintable() or sign.isspace()).split())[:longest]


def _missing(typed: Typed) -> dict[str, str]:
    return {
        place: str(words)
        for is_missing, (place, words) in (
            (typed.list_id is None, REFUSALS["no-list"]),
            (typed.basis not in tuple(Basis), REFUSALS["no-basis"]),
            (not typed.wording, REFUSALS["no-wording"]),
            (not typed.source, REFUSALS["no-source"]),
        )
        if is_missing
    }


def _plan(session: Session, typed: Typed, brought: Import) -> Plan:
    mapping = with_new_fields(session, typed.mapping, brought.header)
    grounds = Grounds(Basis(typed.basis), f"{typed.wording}\n{typed.source}")
    return Plan(typed.list_id or 0, mapping, grounds, Policies(Policy(typed.roles), Policy(typed.disposables)))
