"""Bruno blocks an address, finds out why another is blocked, and brings in a Robinson list."""

import hashlib
import io
from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Suppression
from mailflow.audience.suppression import blocks, suppress
from mailflow.audience.words import SuppressionReason
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.studio.conftest import Visitor


@pytest.fixture(autouse=True)
def shop(database: Database, ring: Ring, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        suppress(session, "carla@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)


def scopes(database: Database, ring: Ring, address: str, now: datetime) -> frozenset[str]:
    with database.read() as session:
        return blocks(session, [address], ring=ring, now=now).get(address, frozenset())


def test_one_address_is_put_on_found_and_taken_off(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    assert "is not blocked" in bruno.get("/suppression/?q=ana@example.net").text
    answer = bruno.post("/suppression/add", {"what": "Ana@example.net", "scope": "marketing", "note": "lo pidió <hoy>"})
    page = bruno.get(answer.location.removeprefix("http://localhost")).text
    assert "Blocked by hand" in page
    assert "lo pidió &lt;hoy&gt;" in page
    assert "Bruno" in page
    assert scopes(database, ring, "ana@example.net", now) == {"marketing"}
    assert "No such" not in bruno.post("/suppression/2/lift", {"note": " ", "q": "ana@example.net"}, follow_redirects=True).text
    assert scopes(database, ring, "ana@example.net", now) == {"marketing"}
    assert "Mail may go there again" in bruno.post("/suppression/2/lift", {"note": "era otra"}, follow_redirects=True).text
    assert scopes(database, ring, "ana@example.net", now) == frozenset()


def test_who_complained_is_let_ask_and_never_taken_off(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    assert "Only they themselves" in bruno.get("/suppression/?q=carla@example.net").text
    assert "Only they themselves" in bruno.post("/suppression/1/lift", {"note": "llamó"}, follow_redirects=True).text
    assert scopes(database, ring, "carla@example.net", now) == {"everything"}
    assert "For a week" in bruno.post("/suppression/1/lift", {"note": "llamó", "do": "ask"}, follow_redirects=True).text
    assert scopes(database, ring, "carla@example.net", now) == {"marketing"}


def test_a_list_of_hashes_comes_in_and_a_file_of_nothing_is_refused(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    bruno.get("/suppression/")
    lines = "\n".join(hashlib.sha256(f"{name}@example.net".encode()).hexdigest() for name in ("ana", "berta"))
    file = {"file": (io.BytesIO(f"sha256\n{lines}\nnada\n".encode()), "robinson.csv"), "list_scope": "marketing"}
    page = bruno.post("/suppression/import", file, content_type="multipart/form-data", follow_redirects=True).text
    assert "2 are new, 0 were known, one line could not be read" in page
    assert scopes(database, ring, "berta@example.net", now) == {"marketing"}
    refused = bruno.post("/suppression/import", {"file": (io.BytesIO(b"x\ny\n"), "x.csv")}, content_type="multipart/form-data")
    assert (refused.status_code, "No line of this file" in refused.text) == (422, True)
    assert bruno.post("/suppression/import").status_code == 422


@pytest.mark.parametrize("typed", ["", "ana", "<b>", "@", "x" * 400])
def test_what_cannot_be_is_said_and_nothing_is_kept(bruno: Visitor, database: Database, typed: str) -> None:
    bruno.get("/suppression/")
    answer = bruno.post("/suppression/add", {"what": typed})
    assert (answer.status_code, "Write an address such as" in answer.text) == (422, True)
    with database.read() as session:
        assert len(list(session.scalars(select(Suppression)))) == 1
