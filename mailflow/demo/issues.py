"""The year's campaigns: what each was about, to which list it went, and how it was written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailflow.content.examples import example
from mailflow.foundation.clock import resolve_wall_time

ZONE = "Europe/Madrid"
_PHONE = 60
"""Letters of a subject that a phone shows."""
_YEAR = (
    ("La mesa de invierno", "Sopas, barro y una manta para el sofá", "recetas", 0),
    ("Nochebuena para doce", "El mantel largo y las copas que no se compran cada año", "textil", 0),
    ("Rebajas: el taller se vacía", "Segundas con tara mínima, desde 9 €", "vajilla", 2),
    ("Pan en casa, paso a paso", "Una fuente, harina y una tarde", "cocina", 0),
    ("Quién hace tus platos", "Una mañana con Lola en el torno", "vajilla", 1),
    ("Sopa de ajo y cuchara", "La receta de febrero y el cuenco que la pide", "recetas", 0),
    ("Copas que suenan", "Vidrio soplado en La Granja", "copas", 1),
    ("La mesa de marzo", "Verde, por fin", "flores", 0),
    ("Flores en cualquier sitio", "Jarrones pequeños para ramas grandes", "flores", 0),
    ("Semana Santa en casa", "Torrijas, y la fuente donde se enfrían", "recetas", 0),
    ("El lino, de cerca", "Por qué se arruga y por qué está bien", "textil", 1),
    ("Desayunos de mayo", "Tazas sin asa y mermelada de albaricoque", "vajilla", 0),
    ("Día de la Madre", "Regalos que se usan", "regalos", 0),
    ("La terraza se abre", "Platos que aguantan el sol", "terraza", 0),
    ("Rebajas de verano", "Hasta el 40 % en lo que dejamos de hacer", "vajilla", 2),
    ("Gazpacho y jarra", "La jarra Almazara no gotea", "cocina", 0),
    ("Cenas al aire", "Manteles que se sacuden y ya", "terraza", 0),
    ("El taller cierra en agosto", "Lo que queda, y lo que vendrá", "vajilla", 1),
    ("Vuelta a la mesa", "Comer juntos en un día normal", "recetas", 0),
    ("Lucena, barro nuevo", "La fuente que va del horno a la mesa", "cocina", 1),
    ("Segundas de verano", "Piezas únicas con una historia pequeña", "vajilla", 2),
    ("Setas y horno", "Una bandeja, media hora", "recetas", 0),
    ("Aceite nuevo, mesa nueva", "La primera prensada y el plato del pan", "cocina", 0),
    ("Todos los Santos", "Buñuelos y tazas de chocolate", "recetas", 0),
    ("Novedades del taller", "Vidrio verde, series cortas", "copas", 1),
    ("La mesa de otoño", "Calabaza, barro y lino", "recetas", 0),
)
_KICKERS = ("La carta del jueves", "Novedades del taller", "Rebajas y segundas")
_PIECES = "Tres piezas de la casa"
_HELLO = "{% if subscriber.first_name %}Hola, {{ subscriber.first_name }}:{% else %}Hola:{% endif %}"
_STILL_LIFE = {"picture": {"url": "bodegon.png", "alt": "Botella verde, jarra blanca y cuenco de barro sobre una mesa"}}
_RECIPE = ("article_kicker", "article_title", "article", "article_button", "article_url")


@dataclass(frozen=True)
class Issue:
    """One campaign of the past year."""

    number: int
    title: str
    line: str
    topic: str
    list_index: int
    due: datetime
    sale: bool


def year(now: datetime) -> list[Issue]:
    """One every fortnight, Thursdays at ten, the last one between two and eight days ago."""
    local = now.astimezone(ZoneInfo(ZONE)).replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
    last = local - timedelta(days=(local.weekday() - 3) % 7)
    if local - last < timedelta(days=2):
        last -= timedelta(days=7)
    return [
        Issue(
            number,
            title,
            line,
            topic,
            list_index,
            resolve_wall_time(last - timedelta(days=14 * (len(_YEAR) - 1 - number)), ZONE),
            list_index == 2,
        )
        for number, (title, line, topic, list_index) in enumerate(_YEAR)
    ]


def subject(issue: Issue) -> str:
    """The line by which the issue stands in a reader's mailbox: its title with what it is about, if both fit on a phone."""
    both = f"{issue.title}: {issue.line[0].lower()}{issue.line[1:]}"
    return both if len(both) <= _PHONE else issue.title


def slots(issue: Issue, *, shop_url: str) -> dict[str, Any]:
    """The newsletter template's example, with this issue's words and links to the demo's shop; only recipes keep the recipe."""
    sample = example("newsletter", "es", shop_url=shop_url, whole=True)["slots"]
    own = {"title": issue.title, "kicker": f"{_KICKERS[issue.list_index]}, n.º {issue.number + 22}", "products_title": _PIECES}
    own["signature"] = "Hasta la próxima carta,\nMarta y el equipo de Casa Olivo"
    own["intro"] = f"{_HELLO} {issue.line[0].lower()}{issue.line[1:]}. Y tres piezas que se quedan en la mesa todo el año."
    return {**sample, **own} if issue.topic == "recetas" else {**sample, **own, **_STILL_LIFE, **dict.fromkeys(_RECIPE, "")}
