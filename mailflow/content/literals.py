"""What is written inside personal tags: texts that cannot hold markup, and ranges that cannot be long."""

from collections.abc import Iterable, Iterator
from typing import Any

from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import StringLiteral
from liquid.builtin.expressions.primitive import Literal, RangeLiteral
from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.expression import Expression
from liquid.template import BoundTemplate

LONGEST_RANGE = 2_000
"""As many rounds as a loop may make: no filter and no comparison ever meets more."""


class _Words(StringLiteral):
    """A text in a tag is text: in HTML it is escaped like every value, where Liquid's own would pass as markup."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> str:  # noqa: ARG002
        return self.value


class _ShortRange(RangeLiteral):
    """A range whose ends are read when a mail is made: refused, before anything walks it, if it is long."""

    __slots__ = ()

    def _make_range(self, start: Any, stop: Any) -> range:
        made = super()._make_range(start, stop)
        if made.stop - made.start > LONGEST_RANGE:  # not len(): that fails beyond 2**63
            message = f"a range may have up to {LONGEST_RANGE} numbers"
            raise ResourceLimitError(message, token=self.token)
        return made


def tame(template: BoundTemplate) -> BoundTemplate:
    """``template`` with its literals made harmless; LiquidSyntaxError where one holds markup or a range is long as written."""
    nothing = RenderContext(template)
    for expression in _expressions(template.nodes, nothing):
        if isinstance(expression, StringLiteral):
            _refuse_markup(expression)
            expression.__class__ = _Words
        elif isinstance(expression, RangeLiteral):
            expression.__class__ = _ShortRange
            _refuse_long(expression, template.env)
    return template


def _refuse_markup(text: StringLiteral) -> None:
    if "<" in text.value:
        raise LiquidSyntaxError("a text inside a tag cannot hold '<'", token=text.token)


def _refuse_long(found: RangeLiteral, environment: Environment) -> None:
    """What is long as written is refused even behind a condition that no trial fulfils."""
    if isinstance(found.start, Literal) and isinstance(found.stop, Literal):
        found.evaluate(RenderContext(BoundTemplate(environment, nodes=[])))


def _expressions(nodes: Iterable[Node], nothing: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        for expression in node.expressions():
            yield from _with_parts(expression)
        yield from _expressions(node.children(nothing, include_partials=False), nothing)


def _with_parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in expression.children():
        yield from _with_parts(part)
