"""What shows that one person agreed, in one click: when, to what, in which words, how it was confirmed; to print, or for a program."""

from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Response, abort, jsonify, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.derived import Standing, standing
from mailflow.audience.exporting.taken import take_out
from mailflow.audience.models import ConfirmationRequest, ConsentLine, Form, Subscriber
from mailflow.audience.queries import brand, lists
from mailflow.audience.wordings import versions
from mailflow.content.headers import disposition
from mailflow.foundation.language import pick
from mailflow.outbox.models import Message
from mailflow.studio.language import current_language
from mailflow.studio.mail_names import way_in
from mailflow.studio.pages.subscribers import phrases
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

_REQUEST = "request:"


@dataclass(frozen=True)
class Mailed:
    """The confirmation mail behind an agreement: when it was asked for, sent and answered, and what the next server said."""

    asked_at: datetime
    address: str
    sent_at: datetime | None
    reply: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Step:
    """One line of the ledger with all that shows it."""

    number: int
    at: datetime
    purpose: str
    list: str
    granted: bool
    choice: str
    wording: str
    version: int | None
    digest: str
    language: str
    method: str
    source: str
    network: str
    agent: str
    mail: Mailed | None


@blueprint.post("/<int:subscriber_id>/proof")
@staff
def proof(subscriber_id: int) -> str | Response:
    """The proof, written down as taken out by whoever asks."""
    now = current_instant()
    as_json = request.form.get("as") == "json"
    with current_database().begin() as session:
        person = session.get(Subscriber, subscriber_id) or abort(404)
        take_out(session, f"user:{current_user.id}", "proof", f"person:{person.id}", [], now=now)
        lines = list(session.scalars(select(ConsentLine).where(ConsentLine.subscriber_id == person.id).order_by(ConsentLine.id)))
        steps, holds = _steps(session, person, lines), standing(lines)
        if as_json:
            return _as_json(person, steps, holds, now)
        return render_template(
            "studio/subscribers/proof.html",
            person=person,
            steps=steps,
            holds=holds,
            list_names={one.id: pick(one.name, current_language()) for one in lists(session)},
            forms={one.slug: pick(one.title, current_language()) for one in session.scalars(select(Form))},
            brand=brand(session),
            way_in=way_in,
            phrases=phrases,
            now=now,
        )


def _steps(session: Session, person: Subscriber, lines: list[ConsentLine]) -> list[Step]:
    names = {one.id: pick(one.name, current_language()) for one in lists(session)}
    numbers, mails = versions(session, lines), _mails(session, person)
    return [
        Step(
            number=line.id,
            at=line.at,
            purpose=line.purpose,
            list=names.get(line.list_id or 0, ""),
            granted=line.granted,
            choice=line.choice,
            wording=line.wording,
            version=numbers.get(line.id),
            digest=line.wording_digest if line.wording else "",
            language=line.language,
            method=line.method,
            source=line.source,
            network=line.network,
            agent=line.agent,
            mail=mails.get(line.proof),
        )
        for line in lines
    ]


def _mails(session: Session, person: Subscriber) -> dict[str, Mailed]:
    """The mails with a link to confirm by, by what lines name them."""
    asked = session.scalars(select(ConfirmationRequest).where(ConfirmationRequest.subscriber_id == person.id))
    sent = {
        message.context["request_id"]: message
        for message in session.scalars(select(Message).where(Message.person_key == person.id).order_by(Message.id))
        if "request_id" in message.context
    }
    return {f"{_REQUEST}{one.id}": _mailed(one, sent.get(one.id)) for one in asked if one.list_ids}


def _mailed(asked: ConfirmationRequest, message: Message | None) -> Mailed:
    if message is None:
        return Mailed(asked.asked_at, "", None, "", asked.used_at)
    return Mailed(asked.asked_at, message.address, message.sent_at, message.reply or "", asked.used_at)


def _as_json(person: Subscriber, steps: list[Step], holds: Standing, now: datetime) -> Response:
    told = {
        "person": {"number": person.id, "email": person.email, "source": person.source, "since": person.created_at.isoformat()},
        "made_at": now.isoformat(),
        "holds": {
            "lists": {str(key): state for key, state in holds.lists.items()},
            "tracking": holds.tracking,
            "others": dict(holds.others),
        },
        "steps": [_plain(asdict(step)) for step in steps],
    }
    answer = jsonify(told)
    answer.headers["Content-Disposition"] = disposition(f"consent-{person.id}", "json")
    return answer


def _plain(facts: dict[str, object]) -> dict[str, object]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else _plain(value) if isinstance(value, dict) else value
        for key, value in facts.items()
    }
