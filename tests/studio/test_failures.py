"""What a person reads when something is not possible."""

import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from mailflow.foundation.database import Database
from tests.studio.conftest import Visitor


def test_a_page_that_does_not_exist_is_told_in_the_readers_language(bruno: Visitor, stranger: Visitor) -> None:
    assert "There is nothing here" in bruno.get("/nothing").text
    assert bruno.get("/nothing").status_code == 404
    assert "Aquí no hay nada" in stranger.get("/nothing", headers={"Accept-Language": "es"}).text


def test_a_bug_shows_words_and_never_a_traceback(studio: Flask, bruno: Visitor) -> None:
    def broken() -> str:
        raise RuntimeError("the cellar is flooded")

    studio.view_functions["dashboard.index"] = broken
    answer = bruno.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "cellar" not in answer.text


def test_even_without_a_database_there_are_words(studio: Flask, bruno: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    database = studio.extensions["mailflow"].database
    monkeypatch.setattr(type(database), "read", lambda _self: (_ for _ in ()).throw(OSError("the disk is away")))
    answer = bruno.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "disk" not in answer.text


def test_a_form_that_is_too_big_is_refused_in_words(bruno: Visitor) -> None:
    token = bruno.token("/")
    answer = bruno.client.post("/settings/", data={"csrf_token": token, "name": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "too big" in answer.text


def test_a_busy_database_is_told_in_words_with_when_to_come_again(bruno: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_self: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(Database, "read", locked)
    answer = bruno.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Prueba otra vez" in answer.text
    assert "Try again" in answer.text
    assert "locked" not in answer.text
