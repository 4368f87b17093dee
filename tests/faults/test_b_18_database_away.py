"""B-18: the database goes away under senders and pages. Nobody lost, nobody twice, nobody left in doubt; all go on alone."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.faults.lossy import lossy
from tests.faults.scene import Scene
from tests.faults.sizes import size
from tests.postgres import Postgres

RESUMES = 10.0
"""Seconds, once the database answers."""


@pytest.fixture
def scene(tmp_path: Path, where: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(2_500, 50_000), seconds=0.02, database_url=where)
    yield scene
    scene.close()


def _everybody_once(scene: Scene) -> None:
    scene.until_settled(size(120, 900))
    copies = Counter(arrival.recipient for arrival in scene.arrivals())
    assert scene.states() == Counter({"sent": len(copies)})
    assert set(copies.values()) == {1}


def _status(page: str) -> tuple[int, str]:
    """What a page answers, and when to ask again; 0 where nobody listens."""
    try:
        with urlopen(Request(page), timeout=10) as answer:
            return answer.status, ""
    except HTTPError as refusal:
        return refusal.code, refusal.headers.get("Retry-After", "")
    except (URLError, OSError):
        return 0, ""


def _goes_on(scene: Scene) -> None:
    taken, began = scene.taken(), time.monotonic()
    scene.until(lambda: scene.taken() > taken or scene.states()["sent"] == scene.states().total(), RESUMES * 3, "going on")
    assert time.monotonic() - began < RESUMES * size(2, 1)


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_18_a_server_that_stops_loses_nobody_and_writes_to_nobody_twice(scene: Scene, server: Postgres) -> None:
    both = scene.start(), scene.start()
    for number in range(size(2, 10)):
        goal = scene.taken() + size(300, 2_000)
        scene.until(lambda goal=goal: scene.taken() >= goal, 60, "sending")  # type: ignore[misc]
        server.stop("immediate" if number % 2 else "fast")
        time.sleep(size(2, 30))
        server.start()
        _goes_on(scene)
    _everybody_once(scene)
    assert [worker.poll() for worker in both] == [None, None], "a sender had to be started again"


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_18_connections_that_are_cut_lose_nobody(scene: Scene, server: Postgres) -> None:
    both = scene.start(), scene.start()
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    for _ in range(size(12, 100)):
        server.tell("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> 'postgres'")
        time.sleep(size(0, 5) + 0.4)
    _goes_on(scene)
    _everybody_once(scene)
    assert [worker.poll() for worker in both] == [None, None], "a sender had to be started again"


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_18_a_commit_whose_answer_is_lost_is_found_again(scene: Scene, server: Postgres) -> None:
    with lossy(server.port, every=15) as (port, network):
        scene.reach_database_at(port)
        both = scene.start(), scene.start()
        _everybody_once(scene)
        assert network.lost > 3
    assert [worker.poll() for worker in both] == [None, None], "a sender had to be started again"


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_18_would_fail_if_nobody_looked_what_a_lost_commit_gave(scene: Scene, server: Postgres) -> None:
    with lossy(server.port, every=15) as (port, _):
        scene.reach_database_at(port)
        scene.start("strays")
        scene.until(lambda: scene.states()["pending"] == 0, 90, "sending")
        time.sleep(3)
        assert scene.states().keys() & {"claimed", "sending"}, "nobody was kept waiting"


@pytest.mark.postgresql
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_b_18_pages_say_that_it_is_busy_and_serve_again(scene: Scene, server: Postgres) -> None:
    page, web = scene.start_web()
    scene.until(lambda: _status(page)[0] == 200, 60, "a first page")
    server.stop("fast")
    try:
        status, again = _status(page)
        assert (status, again.isdecimal()) == (503, True)
    finally:
        server.start()
    began = time.monotonic()
    scene.until(lambda: _status(page)[0] == 200, 30, "a page again")
    assert time.monotonic() - began < RESUMES
    assert web.poll() is None


def test_b_18_a_locked_sqlite_is_waited_for(scene: Scene) -> None:
    sender = scene.start()
    scene.until(lambda: scene.taken() >= 200, 60, "sending")
    with closing(sqlite3.connect(scene.settings.home / "mailflow.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(size(3, 35))
        other.execute("ROLLBACK")
    _goes_on(scene)
    _everybody_once(scene)
    assert sender.poll() is None
