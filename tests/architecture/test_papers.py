"""Every relative link of the papers leads to a file, and every anchor to a heading."""

import re
import subprocess
import unicodedata
from pathlib import Path

from tests.architecture.shape import ROOT

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|(?:href|src)=\"([^\"]+)\"|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def papers() -> list[Path]:
    """The Markdown files that git keeps; in a tree without git, all but those of the environment."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    found = [ROOT / name for name in names] if listed.returncode == 0 and names else list(ROOT.rglob("*.md"))
    return [path for path in found if path.is_file() and not {".venv", "node_modules", "build"} & set(path.relative_to(ROOT).parts)]


def anchors(text: str) -> set[str]:
    """The anchors that a forge makes of a paper's headings: small letters, no signs, hyphens for spaces."""
    found: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCED.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        kept = "".join(sign for sign in plain if sign in " -_" or unicodedata.category(sign)[0] in "LNM")
        slug = kept.strip().replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {slug if not number else f"{slug}-{number}" for slug, most in found.items() for number in range(most + 1)}


def broken(paper: Path) -> list[str]:
    """The relative links of a paper that lead nowhere."""
    text = _FENCED.sub("", paper.read_text("utf-8"))
    lost = []
    for groups in _LINK.findall(text):
        link = next(group for group in groups if group)
        if re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE):
            continue
        name, _, anchor = link.partition("#")
        target = (paper.parent / name).resolve() if name else paper
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8"))):
            lost.append(link)
    return lost


def test_every_relative_link_of_the_papers_leads_somewhere() -> None:
    assert len(papers()) > 20
    assert {str(paper.relative_to(ROOT)): lost for paper in papers() if (lost := broken(paper))} == {}


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Qué cuenta\n\n## `a` twice\n\n## a twice\n", "utf-8")
    paper = tmp_path / "paper.md"
    paper.write_text(
        "# One\n[a](#one) [b](#two) [c](other.md#qué-cuenta) [d](other.md#qu) [e](gone.md) [f](https://x.example/gone.md)\n"
        '[g](other.md#a-twice-1) ![h](gone.png "A picture") <img src="gone.svg">\n[i]: gone.txt\n\n```\n[j](gone.py)\n```\n',
        "utf-8",
    )
    assert broken(paper) == ["#two", "other.md#qu", "gone.md", "gone.png", "gone.svg", "gone.txt"]
