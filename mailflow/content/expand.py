"""Puts a mail's source together from template, components and slots: Liquid in square brackets, before compiling.

``[[ slot.title ]]`` and ``[% if slot.button %]`` are settled here, once; ``{{ … }}`` stays for each reader.
"""

from collections.abc import Mapping
from typing import Any

from liquid import DictLoader, Environment
from liquid.exceptions import LiquidError

from mailflow.content.faults import refuse
from mailflow.content.freeze import Freezer
from mailflow.content.mjml.scan import stamp

LONGEST_SOURCE = 300_000
_LONGEST_EXPANDED = 2_000_000


class _AssemblyEnvironment(Environment):
    """Liquid for designers; limits, since a shop's own templates are input too."""

    loop_iteration_limit = 1_000
    output_stream_limit = _LONGEST_EXPANDED
    local_namespace_limit = 100_000
    context_depth_limit = 20


def expand(main: str, source: str, components: Mapping[str, str], values: Mapping[str, Any], freezer: Freezer) -> tuple[str, list[str]]:
    """The assembled, stamped MJML and the names of the files its stamps count; raises CompileError."""
    files = [main, *(f"components/{name}.mjml" for name in components)]
    texts = {name: _prepared(text, files[number], number, freezer) for number, (name, text) in enumerate(components.items(), 1)}
    environment = _AssemblyEnvironment(
        tag_start_string="[%",
        tag_end_string="%]",
        statement_start_string="[[",
        statement_end_string="]]",
        loader=DictLoader(texts),
        autoescape=True,
    )
    prepared = _prepared(source, main, 0, freezer)
    try:
        return environment.from_string(prepared).render(**values), files
    except (LiquidError, RecursionError) as error:
        raise _refusal(error, prepared, main) from error


def _prepared(text: str, where: str, number: int, freezer: Freezer) -> str:
    return stamp(freezer.freeze(text, where), number)


def _refusal(error: Exception, prepared: str, main: str) -> Exception:
    token = getattr(error, "token", None)
    start = getattr(token, "start_index", -1)
    name = getattr(error, "template_name", None)
    where = f"components/{name}.mjml" if name else main
    line = None if start < 0 else getattr(token, "source", prepared).count("\n", 0, start) + 1
    return refuse("template", where, line, detail=(str(error) or type(error).__name__).splitlines()[0])
