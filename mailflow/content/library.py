"""Finds templates: the operator's own folder first, then what is bundled; reads manifests, copy and components."""

import json
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailflow.content.faults import refuse
from mailflow.content.words import Slot, Template, TemplateKind
from mailflow.foundation.paths import bundled

_FOLDERS: dict[TemplateKind, tuple[str, str]] = {
    "newsletter": ("newsletters", "newsletter.mjml"),
    "message": ("messages", "body.mjml"),
}


class Library:
    """The templates under ``root`` and, where it lacks one, the bundled ones."""

    def __init__(self, root: Path | None = None) -> None:
        self.roots = tuple(folder for folder in (root, bundled("templates")) if folder is not None)

    def templates(self, kind: TemplateKind) -> list[Template]:
        """Every template of ``kind``; the order is the manifests' own, then by name."""
        folder, main = _FOLDERS[kind]
        slugs = {path.parent.name for root in self.roots for path in (root / folder).glob(f"*/{main}")}
        found = [(self._manifest(kind, slug).get("order", 100), slug) for slug in slugs]
        return [self._template(kind, slug) for _, slug in sorted(found)]

    def template(self, slug: str, kind: TemplateKind | None = None) -> Template:
        """The template called ``slug`` ("welcome", or "messages/welcome"); CompileError if there is none."""
        kind, name = self._found(slug, kind)
        return self._template(kind, name)

    def source(self, slug: str, kind: TemplateKind | None = None) -> tuple[str, str]:
        """The template's MJML and the name by which faults call that file."""
        kind, name = self._found(slug, kind)
        folder, main = _FOLDERS[kind]
        return self._read(f"{folder}/{name}/{main}"), f"{folder}/{name}/{main}"

    def copy(self, slug: str, language: str, kind: TemplateKind | None = None) -> dict[str, str]:
        """A message's texts by key, with subject and preheader; empty for newsletters."""
        kind, name = self._found(slug, kind)
        path = self._path(f"{_FOLDERS[kind][0]}/{name}/copy.{language}.toml")
        return _toml(path) if path else {}

    def sample(self, slug: str, language: str, kind: TemplateKind | None = None) -> dict[str, Any]:
        """Values that show the template as it is meant: {"subject", "preheader", "slots"}."""
        kind, name = self._found(slug, kind)
        path = self._path(f"{_FOLDERS[kind][0]}/{name}/sample.{language}.json")
        return dict(json.loads(path.read_text("utf-8"))) if path else {}

    def components(self) -> dict[str, str]:
        """Every component's MJML by name."""
        names = {path.stem for root in self.roots for path in (root / "components").glob("*.mjml")}
        return {name: self._read(f"components/{name}.mjml") for name in sorted(names)}

    def words(self, language: str) -> dict[str, str]:
        """The components' own words in ``language``."""
        path = self._path(f"components/words.{language}.toml")
        return _toml(path) if path else {}

    def _found(self, slug: str, kind: TemplateKind | None) -> tuple[TemplateKind, str]:
        for candidate, (folder, main) in _FOLDERS.items():
            name = slug.removeprefix(f"{folder}/")
            fits = kind in {None, candidate} or slug.startswith(f"{folder}/")
            if fits and "/" not in name and not name.startswith(".") and self._path(f"{folder}/{name}/{main}"):
                return candidate, name
        if kind is not None:
            return self._found(slug, None)
        raise refuse("no-template", "template", None, name=slug)

    def _path(self, relative: str) -> Path | None:
        return next((root / relative for root in self.roots if (root / relative).is_file()), None)

    def _read(self, relative: str) -> str:
        path = self._path(relative)
        if path is None:
            raise refuse("no-template", "template", None, name=relative)
        return path.read_text("utf-8")

    def _manifest(self, kind: TemplateKind, slug: str) -> dict[str, Any]:
        path = self._path(f"{_FOLDERS[kind][0]}/{slug}/manifest.toml")
        return tomllib.loads(path.read_text("utf-8")) if path else {}

    def _template(self, kind: TemplateKind, slug: str) -> Template:
        manifest = self._manifest(kind, slug)
        name = manifest.get("name") or {"es": slug, "en": slug}
        return Template(slug, kind, name, manifest.get("description", {}), tuple(_slots(manifest)))


def _toml(path: Path) -> dict[str, str]:
    return {key: str(value) for key, value in tomllib.loads(path.read_text("utf-8")).items()}


def _slots(manifest: dict[str, Any]) -> Iterator[Slot]:
    for one in manifest.get("slot", []):
        yield Slot(
            key=one["key"],
            kind=one["kind"],
            label=one["label"],
            hint=one.get("hint", {}),
            required=one.get("required", False),
            default=one.get("default", {}),
            options=tuple((option["value"], option["label"]) for option in one.get("options", [])),
        )


@lru_cache(maxsize=1)
def bundled_library() -> Library:
    """The library of what comes with mailflow."""
    return Library()


def templates(kind: TemplateKind) -> list[Template]:
    """The bundled templates of ``kind``."""
    return bundled_library().templates(kind)


def template(slug: str, kind: TemplateKind | None = None) -> Template:
    """The bundled template called ``slug``; CompileError if there is none."""
    return bundled_library().template(slug, kind)
