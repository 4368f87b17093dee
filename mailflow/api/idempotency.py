"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same request sent again is answered again and not done again."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, g, make_response, request
from sqlalchemy import delete

from mailflow.api.problems import language, problem
from mailflow.api.surroundings import surroundings
from mailflow.foundation.accounts import KeptAnswer
from mailflow.foundation.language import Words, pick
from mailflow.foundation.upsert import insert_new

KEPT_FOR = timedelta(hours=24)
IN_HAND_FOR = timedelta(minutes=5)
"""Longer than any request takes: a first one that is not answered by then was killed."""
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,200})"?')
_ANOTHER: Words = {
    "es": "Esa Idempotency-Key ya se usó con otra petición.",
    "en": "This Idempotency-Key was used with another request.",
}
_IN_HAND: Words = {
    "es": "La primera petición con esa Idempotency-Key aún se está haciendo; prueba otra vez en unos segundos.",
    "en": "The first request with this Idempotency-Key is still being done; try again in a few seconds.",
}


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Do what a view does only once for each Idempotency-Key of an API key, for a day; without the header, each time."""

    @wraps(view)
    def kept(*args: Any, **kwargs: Any) -> Any:
        named = request.headers.get("Idempotency-Key")
        if named is None:
            return view(*args, **kwargs)
        key = _KEY.fullmatch(named)
        if key is None:
            return problem(400, errors=[{"header": "Idempotency-Key", "detail": "1–200"}])
        digest = _digest(str(g.key_id), key[1])
        before = _begin(digest)
        if before is not None:
            return before
        return _done(digest, view, args, kwargs)

    return kept


def _begin(digest: str) -> Response | None:
    """None where this is the first; else what to answer."""
    around = surroundings()
    now, asked = around.clock(), _digest(request.method, request.path, request.query_string.decode(), request.get_data())
    with around.database.begin() as session:
        session.execute(delete(KeptAnswer).where(KeptAnswer.asked_at < now - KEPT_FOR))
        session.execute(delete(KeptAnswer).where(KeptAnswer.status == 0, KeptAnswer.asked_at < now - IN_HAND_FOR))
        if insert_new(session, KeptAnswer, [{"digest": digest, "request": asked, "status": 0, "body": "", "asked_at": now}]):
            return None
        kept = session.get_one(KeptAnswer, digest)
        same, status, body = kept.request == asked, kept.status, kept.body
    if not same:
        return problem(422, pick(_ANOTHER, language()))
    if not status:
        answer = problem(409, pick(_IN_HAND, language()))
        answer.headers["Retry-After"] = "5"
        return answer
    kind = "application/problem+json" if status >= 400 else "application/json"
    return Response(body, status, {"Idempotency-Replayed": "true"}, mimetype=kind)


def _done(digest: str, view: Callable[..., Any], args: Any, kwargs: Any) -> Response:
    """The view's own answer, kept where it is one that doing it again would not better."""
    around, answer = surroundings(), None
    try:
        answer = make_response(view(*args, **kwargs))
    finally:
        with around.database.begin() as session:
            if answer is None or answer.status_code >= 500:
                session.execute(delete(KeptAnswer).where(KeptAnswer.digest == digest))
            else:
                kept = session.get(KeptAnswer, digest)
                if kept is not None:
                    kept.status, kept.body = answer.status_code, answer.get_data(as_text=True)
    return answer


def _digest(*parts: str | bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        octets = part if isinstance(part, bytes) else part.encode()
        found.update(len(octets).to_bytes(8, "big") + octets)
    return found.hexdigest()
