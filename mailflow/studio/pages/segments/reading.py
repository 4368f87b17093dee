"""A saved tree as the form shows it, also one that this version can no longer read."""

from collections.abc import Mapping
from typing import Any

from mailflow.segments.words import FieldFacts
from mailflow.studio.pages.segments.nodes import Branch, Row
from mailflow.studio.pages.segments.rows import as_node


def stored_nodes(tree: Mapping[str, Any], fields: Mapping[str, FieldFacts]) -> Branch:
    """The nodes of a saved tree; one that makes no sense any more begins anew."""
    try:
        node = as_node(tree, fields)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
        node = Branch("all", [Row()])
    return node if isinstance(node, Branch) else Branch("all", [node])
