"""A file as shops have them: every kind of dirt, and beside each row what must become of it."""

import random
from collections.abc import Callable, Iterator

from mailflow.audience.importing.words import Outcome

HEADER = "Correo electrónico;Nombre;Sexo;Fecha de nacimiento;Provincia;Intereses;Notas"
LEFT, BOUNCED, KNOWN, OTHER_LIST = "carla@example.org", "dario@example.org", "flora@example.org", "gala@example.org"
"""Who are in the shop before: one who left, one whose address gets nothing, one in the list, one in another."""

_KINDS: dict[str, tuple[Callable[[str], str], Outcome]] = {
    "clean": (lambda n: f"{n}@example.org;Ana;Mujer;5/3/1988;Sevilla;Vajilla, Recetas;", Outcome.NEW),
    "spaces around": (lambda n: f"  {n}@example.org ; Ana ;f;;;;", Outcome.NEW),
    "zero-width": (lambda n: f"\u200b{n}@example.org\ufeff;Ana;;;;;", Outcome.NEW),
    "upper case": (lambda n: f"{n.upper()}@EXAMPLE.ORG;ANA;;;;;", Outcome.NEW),
    "name and address": (lambda n: f"Ana Ruiz <{n}@example.org>;Ana;;;;;", Outcome.NEW),
    "IDN": (lambda n: f"{n}@cerámica.es;Ana;;;;;", Outcome.NEW),
    "quoted": (lambda n: f'"{n}@example.org";"Ana ""la de la tienda""";;;;;', Outcome.NEW),
    "two lines": (lambda n: f'{n}@example.org;Ana;;;;;"una nota\nde dos líneas"', Outcome.NEW),
    "inch mark": (lambda n: f'{n}@example.org;Ana;;;;;sartén de 5" negra', Outcome.NEW),
    "formula": (lambda n: f"{n}@example.org;=HYPERLINK(1);;;;;", Outcome.NEW),
    "emoji": (lambda n: f"{n}@example.org;Ana 🌷;;;;;", Outcome.NEW),
    "wrong date": (lambda n: f"{n}@example.org;Ana;;31/2/1990;;;", Outcome.NEW),
    "no such place": (lambda n: f"{n}@example.org;Ana;;;Atlántida;;", Outcome.NEW),
    "over-long name": (lambda n: f"{n}@example.org;{'a' * 300};;;;;", Outcome.NEW),
    "short row": (lambda n: f"{n}@example.org", Outcome.NEW),
    "role address": (lambda n: f"info@{n}.example.org;;;;;;", Outcome.NEW),
    "no address": (lambda _: ";Ana;;;;;", Outcome.NO_ADDRESS),
    "no at sign": (lambda n: f"{n}.example.org;Ana;;;;;", Outcome.BAD_ADDRESS),
    "two addresses": (lambda n: f"{n}@example.org, otra@example.org;Ana;;;;;", Outcome.BAD_ADDRESS),
    "header injection": (lambda n: f'"{n}@example.org\nBcc: x@example.org";Ana;;;;;', Outcome.BAD_ADDRESS),
    "over-long address": (lambda n: f"{n}{'a' * 260}@example.org;Ana;;;;;", Outcome.BAD_ADDRESS),
    "pipe": (lambda _: "|id@example.org;Ana;;;;;", Outcome.BAD_ADDRESS),
    "look-alike": (lambda n: f"аna{n}@example.org;Ana;;;;;", Outcome.LOOK_ALIKE),
    "mistyped": (lambda n: f"{n}@gmial.com;Ana;;;;;", Outcome.TYPO),
    "NUL": (lambda n: f"{n}@exam\0ple.org;Ana;;;;;", Outcome.UNREADABLE),
    "200 kB cell": (lambda n: f"{n}@example.org;{'x' * 200_000};;;;;", Outcome.UNREADABLE),
    "unclosed quote": (lambda n: f'"{n}@example.org;Ana;;;;;', Outcome.UNREADABLE),
    "left": (lambda _: f"{LEFT};Carla;;;;;", Outcome.LEFT),
    "suppressed": (lambda _: f"{BOUNCED};Darío;;;;;", Outcome.SUPPRESSED),
    "known": (lambda _: f"{KNOWN};Flora;;;;;", Outcome.KNOWN),
    "in another list": (lambda _: f"{OTHER_LIST};Gala;;;;;", Outcome.JOINED),
}
_ONE_PERSON = frozenset({"left", "suppressed", "known", "in another list"})
_PLENTY = 25
"""Clean rows behind each odd quote, so that it is seen whether it swallows them."""


def dirty_rows(kinds_each: int, *, seed: int = 7) -> Iterator[tuple[str, str, Outcome]]:
    """Kind, text and what must become of it; the same people again count as twice."""
    chance, seen, number = random.Random(seed), set[str](), 0
    order = [kind for kind in _KINDS for _ in range(kinds_each)]
    chance.shuffle(order)
    for kind in order:
        number += 1
        write, outcome = _KINDS[kind]
        yield kind, write(f"persona{number}"), Outcome.TWICE if kind in seen and kind in _ONE_PERSON else outcome
        seen.add(kind)
        if kind == "unclosed quote":
            for _ in range(_PLENTY):
                number += 1
                yield "clean", _KINDS["clean"][0](f"persona{number}"), Outcome.NEW
