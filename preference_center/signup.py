"""Signing up: the open forms, one form with its faults, and the page that says to look at one's mail."""

from dataclasses import dataclass, field

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from mailflow.audience import queries
from mailflow.audience.address import read_address
from mailflow.audience.fields import fields
from mailflow.audience.models import Field, Form, List
from mailflow.audience.signup import sign_up
from mailflow.audience.typing_slips import meant_address
from mailflow.audience.words import Address, Parsed, SignUpEntry
from preference_center import form_guard, profile_form
from preference_center.faults import Fault, address_fault
from preference_center.language import current_language
from preference_center.security import public
from preference_center.surroundings import here, origin

blueprint = Blueprint("signup", __name__)
NAME = "first_name"


@dataclass(frozen=True)
class Page:
    """One form as its template shows it."""

    form: Form
    lists: list[List]
    fields: list[Field]
    token: str
    answers: MultiDict[str, str] = field(default_factory=MultiDict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def asks(self) -> list[profile_form.Ask]:
        """Its questions in the page's language."""
        return profile_form.asks(self.fields, self.answers)


@blueprint.get("/")
@public
def door() -> Response:
    """Lead whoever comes to the front door to the forms."""
    return redirect(url_for("signup.index"))


@blueprint.get("/subscribe/")
@public
def index() -> str | Response:
    """The open forms; with only one, that form."""
    with here().database.read() as session:
        forms = queries.open_forms(session)
    if len(forms) == 1:
        return redirect(url_for("signup.show", slug=forms[0].slug))
    return render_template("preference_center/forms.html", forms=forms)


@blueprint.get("/subscribe/<slug>")
@public
def show(slug: str) -> str:
    """An empty form."""
    with here().database.read() as session:
        return _render(_page(session, slug, MultiDict()))


@blueprint.post("/subscribe/<slug>")
@public
def send(slug: str) -> Response | tuple[str, int]:
    """Take a filled-in form; the answer is the same for known, unknown and suppressed addresses."""
    answers = _with_suggestion_taken(request.form)
    now = here().clock()
    with here().database.read() as session:
        page = _page(session, slug, answers)
    address = read_address(answers.get("email", ""), check_deliverability=here().settings.check_deliverability)
    parsed = profile_form.read(page.fields, answers, now=now)
    form_guard.note_unasked(answers, page.fields, [one.slug for one in page.lists])
    page.faults.extend(_faults(page, address, parsed))
    if page.faults:
        return _render(page), 422
    if not form_guard.is_trapped(answers):
        _sign_up(slug, page, address, parsed)
    return redirect(url_for("signup.sent", slug=slug), 303)


@blueprint.get("/subscribe/<slug>/sent")
@public
def sent(slug: str) -> str:
    """Look at your mail: the same page whoever asked."""
    return render_template("preference_center/check_mail.html", slug=slug)


def _page(session: Session, slug: str, answers: MultiDict[str, str]) -> Page:
    form = queries.form(session, slug)
    if form is None:
        abort(404)
    asked = {one.key: one for one in fields(session, public_only=True)}
    shown = [asked[key] for key in form.field_keys if key in asked]
    token = form_guard.form_token(here().ring, now=here().clock())
    return Page(form, queries.form_lists(session, form), shown, token, answers)


def _render(page: Page) -> str:
    return render_template("preference_center/subscribe.html", page=page, answers=page.answers)


def _with_suggestion_taken(sent_form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The button that takes a suggested address counts only while the box still holds the mistyped one."""
    answers: MultiDict[str, str] = MultiDict(sent_form)
    taken = answers.pop("use_email", "")
    if taken and taken == meant_address(answers.get("email", "").strip()):
        answers["email"] = taken
    return answers


def _faults(page: Page, address: Address, parsed: Parsed) -> list[Fault]:
    """Everything there is to mend, in the order of the page; the guard speaks only when all else is well."""
    answers = page.answers
    about_fields = profile_form.faults(page.fields, parsed)
    found = [address_fault(address, answers.get("email", ""))] if address.fault else []
    found += [fault for fault in about_fields if fault.field == NAME]
    if not _chosen(page):
        found.append(Fault("lists", f"l-{page.lists[0].slug}" if page.lists else "lists", _("Choose at least one newsletter")))
    found += [fault for fault in about_fields if fault.field != NAME]
    if not answers.get("consent"):
        found.append(Fault("consent", "consent", _("Without this box we cannot write to you")))
    guard = form_guard.fault_of(answers, here().ring, now=here().clock())
    return found or ([Fault("send", "send", guard)] if guard else [])


def _chosen(page: Page) -> tuple[int, ...]:
    ticked = set(page.answers.getlist("lists"))
    return tuple(one.id for one in page.lists if one.slug in ticked)


def _sign_up(slug: str, page: Page, address: Address, parsed: Parsed) -> None:
    asked_from = origin()
    entry = SignUpEntry(
        email=address.email,
        language=current_language(),
        list_ids=_chosen(page),
        values=parsed.values,
        tracking=bool(page.answers.get("tracking")),
        network=asked_from.network,
        agent=asked_from.agent,
    )
    with here().database.begin() as session:
        form = queries.form(session, slug)
        if form is not None:
            sign_up(session, form, entry, now=here().clock(), ring=here().ring)
