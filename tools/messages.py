"""Collects the English texts of a door's code and pages into its catalogues, and compiles them: make messages.

    python tools/messages.py            studio and preference_center, where they have a babel.cfg
    python tools/messages.py --check    only say what is missing or stale; exit 1 if anything is
    python tools/messages.py --add FILE.json    also take {"English": "Spanish"} or {"One": ["uno", "%(num)s"]} from a file

New texts arrive in messages.po with an empty translation; write the Spanish there, or add it from a file, and run it again.
"""

import io
import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DOORS = (
    (ROOT / "mailflow/studio", ROOT / "templates/pages/studio"),
    (ROOT / "preference_center", ROOT / "templates/pages/preference_center"),
)
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def main(arguments: list[str]) -> int:
    """Bring every catalogue up to date, or with --check say which are not."""
    checking = "--check" in arguments
    said = json.loads(Path(arguments[1]).read_text("utf-8")) if arguments[:1] == ["--add"] else {}
    faults: list[str] = []
    for code, pages in DOORS:
        if (code / "babel.cfg").is_file():
            wanted = collect(code, pages)
            for po in sorted((code / "translations").glob("*/LC_MESSAGES/messages.po")):
                faults += check(po, wanted) if checking else update(po, wanted, said)
    for fault in faults:
        print(fault)
    return 1 if checking and faults else 0


def collect(code: Path, pages: Path) -> Catalog:
    """Every text that the code and pages of one door show."""
    with (code / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    wanted = Catalog(charset="utf-8")
    for folder in (code, pages):
        for name, _line, message, comments, context in extract_from_dir(str(folder), methods, options, KEYWORDS, ("NOTE:",)):
            wanted.add(message, None, [((folder / name).relative_to(ROOT).as_posix(), None)], auto_comments=comments, context=context)
    return wanted


def update(po: Path, wanted: Catalog, said: dict[str, str | list[str]]) -> list[str]:
    """Add new texts and what was ``said`` to a catalogue, drop texts no longer shown, compile it; returns what still lacks words."""
    kept = read_po(po.read_bytes().splitlines(keepends=True), locale=po.parent.parent.name)
    kept.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    kept.project, kept.version, kept.msgid_bugs_address = "mailflow", "", ""
    kept.last_translator, kept.language_team = "the mailflow authors", "es"
    for message in kept:
        key = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        if key in said:
            message.string = tuple(said[key]) if isinstance(said[key], list) else said[key]
    po.write_bytes(_written(kept))
    po.with_suffix(".mo").write_bytes(_compiled(kept))
    return [f"{po.relative_to(ROOT)}: no translation for {message.id!r}" for message in kept if _is_empty(message)]


def check(po: Path, wanted: Catalog) -> list[str]:
    """What is wrong with a catalogue: texts missing from it, left over in it, without translation, or not compiled."""
    kept = read_po(po.read_bytes().splitlines(keepends=True), locale=po.parent.parent.name)
    name = po.relative_to(ROOT)
    have = {_key(message) for message in kept if message.id}
    want = {_key(message) for message in wanted if message.id}
    faults = [f"{name}: not in the catalogue: {key[0]!r}" for key in sorted(want - have, key=str)]
    faults += [f"{name}: no longer shown: {key[0]!r}" for key in sorted(have - want, key=str)]
    faults += [f"{name}: no translation for {message.id!r}" for message in kept if _is_empty(message)]
    faults += [f"{name}: {error} in {message.id!r}" for message, errors in kept.check() for error in errors]
    compiled = po.with_suffix(".mo")
    if not compiled.is_file() or compiled.read_bytes() != _compiled(kept):
        faults.append(f"{compiled.relative_to(ROOT)}: not compiled from the catalogue beside it; run make messages")
    return faults


def _key(message: object) -> tuple[object, object]:
    return getattr(message, "id", None), getattr(message, "context", None)


def _is_empty(message: object) -> bool:
    said = getattr(message, "string", None)
    words = said if isinstance(said, (tuple, list)) else (said,)
    return bool(getattr(message, "id", None)) and not all(words)


def _written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=140, sort_output=True, omit_header=False, include_lineno=False)
    return out.getvalue()


def _compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
