"""JSON lines as the table that the import reads: an object a line, its keys the columns."""

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from mailflow.audience.importing.words import MOST_COLUMNS
from mailflow.foundation.language import Words, pick

_LONGEST_LINE = 256 * 1024
_BAD: Words = {"es": "no es un objeto JSON de textos, números, sí o no", "en": "is no JSON object of texts, numbers, yes or no"}
_MANY: Words = {"es": f"tiene demasiados campos ({MOST_COLUMNS} como mucho)", "en": f"has too many fields ({MOST_COLUMNS} at most)"}


class BadLineError(Exception):
    """A line that cannot be read; nothing of the file is taken."""

    def __init__(self, number: int, said: Words) -> None:
        super().__init__(number)
        self.number, self._said = number, said

    def words(self, language: str) -> str:
        """What is wrong with it."""
        return pick(self._said, language)


def as_table(source: IO[bytes], target: IO[bytes]) -> None:
    """Written as CSV, whatever keys come when; read twice, a line at a time. BadLineError: one cannot be read."""
    columns: dict[str, None] = {}
    for number, found in _objects(source):
        columns |= dict.fromkeys(found)
        if len(columns) > MOST_COLUMNS:
            raise BadLineError(number, _MANY)
    source.seek(0)
    out = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(number, found.get(key)) for key in columns] for number, found in _objects(source))
    out.detach()


def _objects(source: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    source.seek(0)
    for number, line in enumerate(iter(lambda: source.readline(_LONGEST_LINE), b""), start=1):
        if line.strip():
            yield number, _object(number, line)


def _object(number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
        if b"\\ud" in line.lower():
            json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair is no text (RFC 8259, section 8.2)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadLineError(number, _BAD)
    return found


def _cell(number: int, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_cell(number, one) for one in value if not isinstance(one, list))
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, dict):
        raise BadLineError(number, _BAD)
    return str(value)
