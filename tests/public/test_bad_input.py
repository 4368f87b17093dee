"""What people and machines type wrong: said in words, everything kept, nothing half done."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from mailflow.audience.models import ConfirmationRequest, PublicTry
from mailflow.foundation.database import Database
from tests.public.public_door import Door


def test_every_fault_is_counted_linked_and_kept_apart_from_what_was_right(door: Door) -> None:
    answer = door.fills_in(
        email="ana@", first_name="Ana <b>", place="ES-SE", birth_date_day="31", birth_date_month="2", birth_date_year="1990"
    )
    assert answer.status_code == 422
    assert "Revisa 4 cosas" in answer.text
    for anchor in ("#email", "#l-newsletter", "#birth_date_day", "#consent"):
        assert f'<a href="{anchor}">' in answer.text
        assert f'id="{anchor[1:]}"' in answer.text
    assert 'value="ana@"' in answer.text
    assert 'value="Ana &lt;b&gt;"' in answer.text
    assert '<option value="ES-SE" selected>' in answer.text
    assert "autofocus" in answer.text


@pytest.mark.parametrize(("lang", "words"), [("es", "Revisa 3 cosas"), ("en", "Check 3 things")])
def test_faults_are_told_in_the_readers_language(door: Door, lang: str, words: str) -> None:
    assert words in door.fills_in(lang=lang).text


NAMES = (
    "Ana\r\nBcc: x@example.com",
    "Ana\nBcc: x",
    "Ana\x00",
    "Ana\u2028Bcc: x",
    "Ana\u202egnp",
    "A" * 101,
    "\x1b[31mAna",
    "visit www.casino",
)
ADDRESSES = (
    "",
    "ana",
    "ana@example",
    "a na@example.net",
    "|id@example.net",
    "-oQ/tmp@example.net",
    "a" * 65 + "@example.net",
    "\u0430na@example.net",
    "ana@ex\u0430mple.net",
    "ana@example.net\nBcc: b@example.net",
    "ana@gmial.com",
    "x" * 300 + "@example.net",
    '"a b"@example.net',
)


NAMES = (
    "Ana\r\nBcc: x@example.com",
    "Ana\nBcc: x",
    "Ana\x00",
    "Ana\u2028Bcc: x",
    "Ana\u202egnp",
    "A" * 101,
    "\x1b[31mAna",
    "visit www.casino",
)
ADDRESSES = (
    "",
    "ana",
    "ana@example",
    "a na@example.net",
    "|id@example.net",
    "-oQ/tmp@example.net",
    "a" * 65 + "@example.net",
    "\u0430na@example.net",
    "ana@ex\u0430mple.net",
    "ana@example.net\nBcc: b@example.net",
    "ana@gmial.com",
    "x" * 300 + "@example.net",
    '"a b"@example.net',
)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_s_12_a_name_that_could_break_a_header_is_refused(door: Door, lang: str) -> None:
    for name in NAMES:
        answer = door.signs_up(first_name=name, lang=lang)
        assert (answer.status_code, 'id="first_name-error"' in answer.text) == (422, True), name
    assert door.rows(ConfirmationRequest) == []


def test_s_61_a_bad_address_is_refused_in_words(door: Door) -> None:
    for email in ADDRESSES:
        answer = door.signs_up(email)
        assert (answer.status_code, 'id="email-error"' in answer.text) == (422, True), email
    assert door.rows(PublicTry) == []


def test_the_suggested_address_is_taken_only_while_the_box_holds_the_mistyped_one(door: Door) -> None:
    assert "Sí, usar ana@gmail.com" in door.signs_up("ana@gmial.com").text
    assert door.signs_up("ana@gmial.com", use_email="ana@gmail.com").status_code == 303
    assert door.person("ana@gmail.com")
    door.signs_up("ana@example.net", use_email="ana@gmail.com")
    assert door.person("ana@example.net")


def test_under_fourteen_is_too_young(door: Door) -> None:
    answer = door.signs_up(birth_date_day="22", birth_date_month="11", birth_date_year="2012")
    assert "al menos 14 años" in answer.text
    assert door.signs_up(birth_date_day="21", birth_date_month="11", birth_date_year="2012").status_code == 303


@pytest.mark.parametrize("field", ["tier", "status", "confirmed_at", "tracking_level", "subscriber_id", "id"])
def test_s_22_what_the_form_does_not_ask_is_ignored(door: Door, field: str) -> None:
    door.joined(**{field: "premium"})
    path = door.preferences_path()
    door.post(path, {"shown": [field], field: "premium", "lists": ["newsletter"], "shown_lists": ["newsletter"]})
    assert "premium" not in door.known_values()


def test_an_old_preferences_page_takes_nothing_away_that_it_did_not_show(door: Door) -> None:
    door.joined(lists=["newsletter", "taller"], first_name="Ana")
    door.post(door.preferences_path(), {"shown": ["place"], "place": "ES-M", "lists": ["newsletter"], "shown_lists": ["newsletter"]})
    assert door.states() == {"newsletter": "confirmed", "taller": "confirmed"}
    assert "Ana" in door.known_values()


def test_faulty_preferences_change_nothing_and_keep_what_was_typed(door: Door) -> None:
    door.joined()
    before = door.digest()
    answer = door.post(door.preferences_path(), {"shown": ["first_name"], "first_name": "Ana\tB", "shown_lists": ["newsletter"]})
    assert answer.status_code == 422
    assert 'href="#first_name"' in answer.text
    assert door.digest() == before


def test_unknown_tokens_get_a_friendly_page(door: Door) -> None:
    for page in ("confirm", "preferences", "unsubscribe"):
        for token in ("x", "A" * 36, "%00", "é" * 36, "../../etc/passwd", "A" * 5000):
            for answer in (door.get(f"/{page}/{token}?lang=es"), door.post(f"/{page}/{token}?lang=es", {"do": "leave"})):
                assert answer.status_code in (404, 405), (page, token)
                assert "<h1>" in answer.text
                assert 'lang="es"' in answer.text


def test_s_51_a_token_of_one_purpose_opens_no_other_door(door: Door) -> None:
    confirm = door.joined()
    leave = door.leave_path().rsplit("/", 1)[1]
    preferences = door.preferences_path().rsplit("/", 1)[1]
    for path in (f"/preferences/{leave}", f"/preferences/{confirm}", f"/unsubscribe/{preferences}", f"/confirm/{leave}"):
        assert door.get(path).status_code == 404
        assert door.post(path, {"List-Unsubscribe": "One-Click", "do": "leave"}).status_code == 404
    flipped = ("B" if leave[9] != "B" else "C").join((leave[:9], leave[10:]))
    assert door.post(f"/unsubscribe/{flipped}", {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_s_46_a_huge_form_is_refused_in_words(door: Door) -> None:
    answer = door.post("/subscribe/newsletter?lang=es", {"email": "a" * 70_000})
    assert answer.status_code == 413
    assert "Es demasiado" in answer.text
    parts = {f"f{number}": "x" for number in range(1000)}
    answer = door.post("/subscribe/newsletter?lang=en", parts, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "That was too much" in answer.text


def test_an_unknown_form_is_a_friendly_page(door: Door) -> None:
    assert door.get("/subscribe/nothing").status_code == 404
    assert door.post("/subscribe/nothing").status_code == 404


def test_a_machine_that_fills_in_the_hidden_box_gets_the_usual_answer_and_nothing_else(door: Door) -> None:
    answer = door.signs_up(website="https://casino.example")
    assert answer.status_code == 303
    assert door.rows(ConfirmationRequest) == []


def test_a_form_sent_too_fast_or_too_late_is_shown_again_with_everything_kept(door: Door) -> None:
    for seconds, words in ((0.2, "Qué rapidez"), (90_000, "demasiado tiempo abierta")):
        answer = door.signs_up(seconds=seconds)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="ana@example.net"' in answer.text
    answer = door.post("/subscribe/newsletter", {"email": "ana@example.net", "lists": "newsletter", "consent": "yes"})
    assert answer.status_code == 422


@pytest.mark.parametrize("wrong", [{"birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "1990"}, {"first_name": "x" * 200}])
def test_leaving_everything_is_not_refused_because_of_another_field(door: Door, wrong: dict[str, str]) -> None:
    door.joined(first_name="Ana")
    known = door.known_values()
    answer = door.post(door.preferences_path(), {"do": "leave-everything", "shown": ["birth_date", "first_name"], **wrong})
    assert answer.status_code == 303
    assert door.states() == {"newsletter": "left"}
    assert door.known_values() == known


def test_a_busy_database_is_told_in_words_with_when_to_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_self: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(Database, "read", locked)
    answer = door.get("/subscribe/newsletter")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Prueba otra vez" in answer.text
    assert "Try again" in answer.text
    assert "locked" not in answer.text
