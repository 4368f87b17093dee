"""The sandbox's folder: whole files only, each name once, and not for ever more of them."""

import asyncio
from pathlib import Path

from mailflow.delivery.transports.sandbox import MOST_LETTERS, Sandbox, prune
from mailflow.delivery.transports.words import Envelope, Verdict


def put(sandbox: Sandbox, times: int) -> set[Verdict]:
    async def work() -> set[Verdict]:
        replies = await asyncio.gather(*(sandbox.send(Envelope(7, "", "ana@example.net", b"Subject: x\r\n\r\n")) for _ in range(times)))
        return {reply.verdict for reply in replies}

    return asyncio.run(work())


def test_many_letters_at_once_get_a_name_each_and_nothing_unfinished_stays(tmp_path: Path) -> None:
    assert put(Sandbox(tmp_path), 200) == {Verdict.SENT}
    names = [path.name for path in (tmp_path / "inbox").iterdir()]
    assert len(names) == 200
    assert all(name.endswith("-7.eml") and not name.startswith(".") for name in names)


def test_the_oldest_letters_beyond_the_limit_go(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(MOST_LETTERS + 3):
        (folder / f"{number:017d}-1.eml").touch()
    (folder / "keep.txt").touch()
    prune(folder)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == MOST_LETTERS + 1
    assert names[0] == f"{3:017d}-1.eml"


def test_a_full_folder_is_pruned_by_sending(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(MOST_LETTERS + 10):
        (folder / f"{number:017d}-1.eml").touch()
    put(Sandbox(tmp_path), 1)
    assert len(list(folder.iterdir())) == MOST_LETTERS


def test_a_folder_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("in the way")
    assert put(Sandbox(tmp_path), 3) == {Verdict.DEFERRED}
