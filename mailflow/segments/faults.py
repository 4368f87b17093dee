"""What is said about a tree that is refused, in each language."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "group": {
        "es": "Aquí va un grupo: «all», «any» o «none» con una lista de condiciones.",
        "en": "A group belongs here: “all”, “any” or “none” with a list of conditions.",
    },
    "bytes": {"es": "Ocupa demasiado: caben {most} KB.", "en": "This is too large: {most} KB fit."},
    "depth": {
        "es": "Hay demasiados grupos uno dentro de otro: caben {most} niveles.",
        "en": "Groups are nested too deep: {most} levels fit.",
    },
    "conditions": {"es": "Son demasiadas condiciones: caben {most}.", "en": "There are too many conditions: {most} fit."},
    "condition": {"es": "No conocemos esta condición.", "en": "This condition is not known."},
    "extra": {"es": "«{key}» no va en esta condición.", "en": "“{key}” does not belong in this condition."},
    "field": {"es": "El campo «{key}» no existe.", "en": "There is no field “{key}”."},
    "op": {"es": "«{op}» no sirve para este campo. Sirven: {ops}.", "en": "“{op}” does not fit this field. These do: {ops}."},
    "list": {"es": "La lista «{key}» no existe.", "en": "There is no list “{key}”."},
    "state": {
        "es": "Elige si está, está sin confirmar, se fue o no está.",
        "en": "Choose whether they are in, unconfirmed, have left or are not in.",
    },
    "language": {"es": "No conocemos este idioma.", "en": "This language is not known."},
    "option": {"es": "«{key}» no está entre las opciones.", "en": "“{key}” is not among the options."},
    "options": {"es": "Elige al menos una opción.", "en": "Choose at least one option."},
    "text": {
        "es": "Escribe un texto de hasta {most} letras, sin signos de control.",
        "en": "Write a text of up to {most} letters, without control characters.",
    },
    "number": {"es": "Escribe un número.", "en": "Write a number."},
    "whole": {"es": "Escribe un número entero entre {least} y {most}.", "en": "Write a whole number from {least} to {most}."},
    "money": {
        "es": "Escribe un importe como 1200,50, de hasta diez millones (los programas, en céntimos enteros).",
        "en": "Write an amount such as 1200.50, up to ten million (programs: in whole cents).",
    },
    "share": {"es": "Escribe una parte entre 0,1 % y 100 %.", "en": "Write a share from 0.1% to 100%."},
    "date": {"es": "Escribe una fecha como 2026-11-21.", "en": "Write a date like 2026-11-21."},
    "pair": {"es": "Hacen falta dos valores, el menor primero.", "en": "Two values are needed, the lesser first."},
    "boolean": {"es": "Elige sí o no.", "en": "Choose yes or no."},
    "window": {
        "es": "Di en cuántos días, o hace más de cuántos: una de las dos cosas.",
        "en": "Say within how many days, or more than how many days ago: one of the two.",
    },
    "deed": {"es": "Elige abrir, hacer clic, pedir o recibir.", "en": "Choose opening, clicking, ordering or being sent."},
    "often": {
        "es": "Di cuántas veces de una sola manera: al menos, como mucho, exactamente o nunca.",
        "en": "Say how often in one way only: at least, at most, exactly or never.",
    },
    "amount": {"es": "Di al menos cuánto, o como mucho: una de las dos cosas.", "en": "Say at least how much, or at most: one of the two."},
    "link": {"es": "Un enlace se pide con su envío y con clic.", "en": "A link goes with its mailing, and with clicking."},
    "last": {
        "es": "Las últimas campañas valen para abrir y hacer clic, sin días ni envío.",
        "en": "The last campaigns go with opening and clicking, without days or a mailing.",
    },
    "bought": {"es": "Di un producto o una categoría: una de las dos cosas.", "en": "Say a product or a category: one of the two."},
    "given": {"es": "Elige si lo ha dado o no.", "en": "Choose whether it was given or not."},
    "segment": {"es": "El segmento {key} no existe.", "en": "There is no segment {key}."},
    "cycle": {"es": "Un segmento no puede contenerse a sí mismo.", "en": "A segment cannot contain itself."},
    "broken": {"es": "El segmento «{key}» tiene algo que corregir.", "en": "The segment “{key}” needs mending itself."},
}


def sentence(reason: str, **facts: object) -> dict[str, str]:
    """What to say for ``reason``, in each language."""
    return {language: text.format(**facts) for language, text in SENTENCES[reason].items()}
