"""Writing a newsletter: what was typed is kept, faulty or not, and each fault is shown in its place."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import WAITING, with_newsletter
from mailflow.content import drafts
from mailflow.content.models import Newsletter
from mailflow.content.words import Fault, Template
from mailflow.foundation.language import known_language, pick
from mailflow.studio.hours import hour_words
from mailflow.studio.language import current_language
from mailflow.studio.pages.newsletters import typed
from mailflow.studio.pages.newsletters.gallery import uses_of
from mailflow.studio.pages.newsletters.merge_tags import MERGE_TAGS
from mailflow.studio.pages.newsletters.proofs import Proof, proof_of, shop_facts
from mailflow.studio.pages.newsletters.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@dataclass(frozen=True)
class Desk:
    """All that the page about one newsletter shows."""

    newsletter: Newsletter
    design: Template | None
    proof: Proof
    uses: int
    waiting: list[tuple[Campaign, str]]
    """Campaigns that keep it as it was until their hour comes, with that hour in words."""
    begun: list[Campaign]
    complains: bool
    """A newsletter just begun is not scolded for what is not written yet."""

    @property
    def problems(self) -> dict[str, str]:
        """The first fault of each field, by the field's name; empty until something was saved."""
        words: dict[str, str] = {}
        for fault in self.proof.faults if self.complains else ():
            words.setdefault(_field(fault, self.design), pick(fault.message, current_language()))
        return words

    @property
    def summary(self) -> dict[str, str]:
        """The same, each with the name of its place before it."""
        words: dict[str, str] = {}
        for said, fault in self.proof.told if self.complains else ():
            words.setdefault(_field(fault, self.design), said)
        return words


@blueprint.get("/<int:newsletter_id>/")
@staff
def edit(newsletter_id: int) -> str:
    """The form made from the template's slots."""
    desk = desk_of(newsletter_id)
    boxes = typed.boxes(desk.design, desk.newsletter.slots) if desk.design else {}
    return render_template("studio/newsletters/edit.html", desk=desk, newsletter=desk.newsletter, boxes=boxes, tags=MERGE_TAGS)


@blueprint.post("/<int:newsletter_id>/")
@staff
def save(newsletter_id: int) -> Response | tuple[str, int]:
    """Keep what was typed, do what the pressed button says, and go on; what is too long for any mail is shown again instead."""
    with current_database().begin() as session:
        newsletter = found(session, newsletter_id)
        design = drafts.design_of(newsletter)
        slots, place = _typed_slots(design)
        now = current_instant()
        if refused := drafts.too_long(subject=_box("subject"), preheader=_box("preheader"), slots=slots):
            return _refused(newsletter, design, slots, refused), 422
        drafts.rename(session, newsletter, request.form.get("name", ""), language=known_language(request.form.get("language")), now=now)
        drafts.save(session, newsletter, subject=_box("subject"), preheader=_box("preheader"), slots=slots, now=now)
    wish = request.form.get("do", "")
    if wish in {"preview", "source"}:
        return redirect(url_for(f"newsletters.{wish}", newsletter_id=newsletter_id), 303)
    if wish == "test":
        return redirect(url_for("newsletters.test_form", newsletter_id=newsletter_id), 303)
    if place is None:
        flash(_("Saved."))
    return redirect(url_for("newsletters.edit", newsletter_id=newsletter_id, _anchor=place), 303)


def _refused(newsletter: Newsletter, design: Template | None, slots: dict[str, Any], refused: list[Fault]) -> str:
    """The form again with everything that was typed, of which nothing was kept."""
    shown = Newsletter(**{column.key: getattr(newsletter, column.key) for column in Newsletter.__table__.columns})
    shown.name, shown.subject, shown.preheader = _box("name") or shown.name, _box("subject"), _box("preheader")
    boxes = typed.boxes(design, {**newsletter.slots, **slots}) if design else {}
    desk = Desk(shown, design, Proof(None, tuple(refused), design=design), 0, [], [], complains=True)
    flash(_("Nothing was saved: something is too long for a mail. What you typed is still here."), "bad")
    return render_template("studio/newsletters/edit.html", desk=desk, newsletter=shown, boxes=boxes, tags=MERGE_TAGS)


def desk_of(newsletter_id: int) -> Desk:
    """Read a newsletter, then compile it with no transaction open."""
    with current_database().read() as session:
        newsletter = found(session, newsletter_id)
        shop, uses = shop_facts(session), uses_of(session, newsletter_id)
        scheduled = with_newsletter(session, newsletter_id)
    complains = newsletter.changed_at > newsletter.created_at
    waiting = [(one, hour_words(one)) for one in scheduled if one.state in WAITING]
    begun = [one for one in scheduled if one.started_at is not None]
    return Desk(newsletter, drafts.design_of(newsletter), proof_of(newsletter, shop), uses, waiting, begun, complains)


def _box(name: str) -> str:
    return request.form.get(name, "")


def _typed_slots(design: Template | None) -> tuple[dict[str, Any], str | None]:
    if design is None:
        return {}, None
    slots = typed.read_slots(design, request.form)
    return slots, typed.act(slots, request.form.get("do", ""))


def _field(fault: Fault, design: Template | None) -> str:
    """The name of the field that a fault is about: the compiler calls slots by their keys alone."""
    known = {slot.key: slot.kind for slot in design.slots} if design else {}
    if fault.where in known:
        return f"slots.{fault.where}" + (".url" if known[fault.where] == "image" else "")
    return fault.where
