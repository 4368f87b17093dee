"""A small WSGI application behind the product's bridge and server, for tests that are rude to it: python slow_server.py PORT FOLDER."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mailflow.cli.bridge import Bridge
from mailflow.cli.uploads import Uploads

SECONDS = 2.0
POSTS: list[str] = []


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Says how much it was sent; /posts how often, /long makes ten megabytes, /slow takes a second, /broken raises."""
    path = environ["PATH_INFO"]
    if path == "/strangers":
        start_response("401 Unauthorized", [("Content-Type", "text/plain")])
        return [b"who are you?"]
    if environ["REQUEST_METHOD"] == "POST":
        POSTS.append(path)
    if path == "/broken":
        raise RuntimeError("the cellar is flooded")
    if path == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/long":
        return _long()
    if path == "/posts":
        return [str(len(POSTS)).encode()]
    if path == "/memory":
        return [str(int(Path("/proc/self/statm").read_text().split()[1]) * 4).encode()]
    said = [environ["REQUEST_METHOD"], path, environ.get("HTTP_X_REAL_IP", ""), str(_length(environ["wsgi.input"]))]
    return ["|".join(said).encode("latin-1")]


def _length(body: BinaryIO) -> int:
    return sum(len(piece) for piece in iter(lambda: body.read(100_000), b""))


def _long() -> Iterator[bytes]:
    for _ in range(100):
        yield b"x" * 100_000


def bridge() -> Bridge:
    """What the server loads."""
    doors = {"/upload": "/", "/strange-upload": "/strangers"}
    return Bridge(application, uploads=Uploads(doors, Path(sys.argv[2]), seconds=SECONDS), body_seconds=SECONDS)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    options = {"factory": True, "interface": Interfaces.RSGI, "websockets": False, "log_level": LogLevels.error}
    Server("slow_server:bridge", port=int(sys.argv[1]), **options).serve()
