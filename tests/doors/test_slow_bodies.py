"""Whoever sends a body slowly, or too much of it, keeps nobody else waiting."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.browser.product import ROOT, free_port, until
from tests.doors.slow_server import SECONDS

SLOW = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    command = [sys.executable, str(Path(__file__).with_name("slow_server.py")), str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    until(lambda: _answers(port), seconds=60)
    yield port
    process.terminate()
    process.wait(20)


def _answers(port: int) -> bool:
    try:
        return _ask(port)[0] == 200
    except OSError:
        return False


def _ask(port: int, method: str = "GET", path: str = "/", body: bytes | None = None, **headers: str) -> tuple[int, bytes, float]:
    began = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", port, timeout=15)) as line:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read(), time.monotonic() - began


def _slow_post(port: int, path: str = "/unsubscribe", length: int = 1000) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=15)
    line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nL".encode())
    return line


def _status(line: socket.socket) -> bytes:
    return line.recv(12)[9:]


def test_others_are_served_while_two_hundred_send_slowly(port: int) -> None:
    slow = [_slow_post(port) for _ in range(SLOW)]
    looking, posting = _ask(port), _ask(port, "POST", "/unsubscribe", b"List-Unsubscribe=One-Click")
    assert (looking[0], posting[0]) == (200, 200)
    assert posting[1].endswith(b"|26")
    assert max(looking[2], posting[2]) < SECONDS / 2
    assert [_status(line) for line in slow] == [b"408"] * SLOW
    for line in slow:
        line.close()


def test_who_trickles_is_cut_off_at_the_same_time(port: int) -> None:
    began = time.monotonic()
    line = _slow_post(port)
    line.settimeout(0.1)
    answer = b""
    while not answer and time.monotonic() - began < SECONDS * 3:
        try:
            line.sendall(b"x")
            answer = line.recv(12)
        except TimeoutError:
            continue
    line.close()
    assert answer.endswith(b"408")
    assert time.monotonic() - began < SECONDS + 2


def test_after_crowds_of_slow_ones_there_is_room_again(port: int) -> None:
    for _ in range(4):
        for line in [_slow_post(port) for _ in range(SLOW)]:
            line.close()  # gone without a word
    until(lambda: _ask(port, "POST", "/", b"x")[0] == 200, seconds=SECONDS * 3)


def test_a_form_cut_off_in_the_middle_never_reaches_a_page(port: int) -> None:
    posts = _ask(port, path="/posts")[1]
    for _ in range(5):
        line = _slow_post(port)
        line.shutdown(socket.SHUT_WR)
        line.recv(100)
        line.close()
    time.sleep(0.3)
    assert _ask(port, path="/posts")[1] == posts


def test_what_is_too_long_is_refused_before_it_is_sent(port: int) -> None:
    line = socket.create_connection(("127.0.0.1", port), timeout=15)
    line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    assert _status(line) == b"413"
    line.close()


def test_a_body_that_does_not_say_its_length_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=15) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert _status(line) == b"411"


def test_a_long_answer_comes_whole(port: int) -> None:
    assert len(_ask(port, path="/long")[1]) == 10_000_000


def test_a_reader_who_takes_nothing_keeps_nobody_waiting(port: int) -> None:
    idle = []
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", port), timeout=15)
        line.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.append(line)
    assert _ask(port)[2] < 1
    for line in idle:
        line.close()


def test_paths_are_decoded_once_and_headers_that_pass_for_others_left_out(port: int) -> None:
    answer = _ask(port, path="/a%20%2541/%C3%B1", X_Real_IP="192.0.2.1")
    assert answer[1] == "GET|/a %41/ñ||0".encode()
    assert _ask(port, **{"X-Real-IP": "192.0.2.1"})[1] == b"GET|/|192.0.2.1|0"


def test_a_fault_is_an_answer_and_no_traceback(port: int) -> None:
    status, body, _ = _ask(port, path="/broken")
    assert status == 500
    assert b"cellar" not in body


def _memory(port: int) -> int:
    """Kilobytes that the process which answers holds now."""
    return int(_ask(port, path="/memory")[1])


def test_s_46_a_large_file_is_kept_on_the_disk_and_not_in_memory(port: int, folder: Path) -> None:
    before = _memory(port)
    status, said, _ = _ask(port, "POST", "/upload", bytes(100_000_000))
    assert (status, said) == (200, b"POST|/upload||100000000")
    assert _memory(port) - before < 50_000
    assert list(folder.iterdir()) == [], "nothing is left of it"


def test_s_46_a_gigabyte_is_refused_before_it_is_sent(port: int) -> None:
    began = time.monotonic()
    with _slow_post(port, "/elsewhere", 1024**3) as line:
        assert _status(line) == b"413"
    assert time.monotonic() - began < 0.2


def test_a_stranger_sends_no_file_at_all(port: int) -> None:
    with _slow_post(port, "/strange-upload", 150_000_000) as line:
        assert line.recv(1000).endswith(b"who are you?")


def test_whoever_stops_in_the_middle_of_a_file_leaves_nothing_and_makes_room(port: int, folder: Path) -> None:
    slow = [_slow_post(port, "/upload", 150_000_000) for _ in range(6)]
    assert sorted(_status(line) for line in slow) == [b"408"] * 4 + [b"503"] * 2, "so many from one network"
    for line in slow:
        line.close()
    assert list(folder.iterdir()) == []
    assert _ask(port, "POST", "/upload", b"again")[0] == 200
