"""Who may call what: every view says so, and staff is the rule."""

import re

from flask import Flask
from sqlalchemy import text

from mailflow.schema import metadata
from mailflow.studio.security import access
from tests.studio.conftest import Visitor

PUBLIC = {"sign_in.form", "sign_in.enter", "sign_in.leave", "sign_in.choose_language"}


def test_every_view_says_whether_it_is_for_staff_or_public(studio: Flask) -> None:
    silent = [name for name, view in studio.view_functions.items() if name != "static" and access(view) not in {"staff", "public"}]
    assert silent == []


def test_only_signing_in_is_public(studio: Flask) -> None:
    assert {name for name, view in studio.view_functions.items() if access(view) == "public"} == PUBLIC


def test_a_stranger_is_led_to_the_sign_in_by_every_staff_page(studio: Flask, stranger: Visitor) -> None:
    for rule in studio.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        answer = stranger.get(re.sub(r"<[^>]+>", "1", rule.rule))
        assert (rule.rule, answer.status_code) == (rule.rule, 302)
        assert answer.location.startswith("/sign-in")


def test_a_view_that_forgot_to_say_is_for_staff(studio: Flask, stranger: Visitor) -> None:
    studio.add_url_rule("/forgotten", "forgotten", lambda: "inside")
    assert stranger.get("/forgotten").location == "/sign-in?next=/forgotten"


def test_get_of_every_page_leaves_the_database_as_it_was(studio: Flask, bruno: Visitor) -> None:

    database = studio.extensions["mailflow"].database

    def everything() -> dict[str, list[object]]:
        with database.read() as session:
            return {name: [tuple(row) for row in session.execute(text(f'select * from "{name}"'))] for name in metadata.tables}

    before = everything()
    for rule in studio.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            bruno.get(re.sub(r"<[^>]+>", "1", rule.rule))
    assert everything() == before
