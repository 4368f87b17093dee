"""S-36: secrets are compared in constant time; read from the sources, so that nobody forgets."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted([*(ROOT / "mailflow").rglob("*.py"), *(ROOT / "preference_center").rglob("*.py")])
SECRET = re.compile(r"(^|_)(token|secret|digest|signature|password|stamp|hmac|mac|hash|csrf\w*|api_key)$")


def secret_comparisons(source: str) -> Iterator[int]:
    """Lines where a name of a secret is compared with == or !=, or looked for with in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            sides = (node.left, *node.comparators)
            if any(_is_column(side) or isinstance(side, ast.Constant) for side in sides):
                continue  # a condition for the database, or a fixed word
            if any(SECRET.search(_name(side)) for side in sides):
                yield node.lineno


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_column(node: ast.expr) -> bool:
    """ApiKey.digest: a table's column, which SQL compares."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()


def test_s_36_no_source_compares_a_secret_with_equals() -> None:
    found = [f"{file.relative_to(ROOT)}:{line}" for file in SOURCES for line in secret_comparisons(file.read_text("utf-8"))]
    assert found == [], "use hmac.compare_digest"


@pytest.mark.parametrize(
    "planted", ["if given_token == token: pass", "ok = request.password != stored", "return_ = key.digest == digest", "hexdigest() == mac"]
)
def test_s_36_a_planted_comparison_is_found(planted: str) -> None:
    assert list(secret_comparisons(planted)) == [1]


@pytest.mark.parametrize("fine", ["ApiKey.digest == digest", "hmac.compare_digest(token, given)", "kind == 'token'", "a == b"])
def test_s_36_a_column_or_another_word_is_left_alone(fine: str) -> None:
    assert list(secret_comparisons(fine)) == []
