"""The pieces that sentences about segments are made of; each says what a person did or is, without naming her."""

from collections.abc import Mapping

from mailflow.audience.words import SourceClass

PHRASES: Mapping[str, tuple[str, str]] = {
    # key: Spanish, English
    "everybody": ("todo el mundo", "everybody"),
    "nobody": ("nadie", "nobody"),
    "without": ("se deja fuera a quien {whom}", "leaving out whoever {whom}"),
    "and": ("y", "and"),
    "or": ("o", "or"),
    "nor": ("ni", "or"),
    "quoted": ("«{text}»", "“{text}”"),
    "within": ("en {days} días", "in {days} days"),
    "is": ("en {field} tiene {value}", "has {value} under {field}"),
    "is-not": ("en {field} no tiene {value}", "does not have {value} under {field}"),
    "contains": ("en {field} contiene {value}", "contains {value} under {field}"),
    "starts-with": ("en {field} empieza por {value}", "starts with {value} under {field}"),
    "empty": ("no tiene nada en {field}", "has nothing under {field}"),
    "not-empty": ("tiene algo en {field}", "has something under {field}"),
    "yes": ("en {field} dijo que sí", "said yes to {field}"),
    "no": ("en {field} no dijo que sí", "did not say yes to {field}"),
    "in": ("en {field} tiene {value}", "has {value} under {field}"),
    "not-in": ("en {field} no tiene {value}", "does not have {value} under {field}"),
    "any-of": ("en {field} tiene {value}", "has {value} under {field}"),
    "all-of": ("en {field} tiene {value}", "has {value} under {field}"),
    "none-of": ("en {field} no tiene {value}", "does not have {value} under {field}"),
    "number-=": ("en {field} tiene {value}", "has {value} under {field}"),
    "number-<": ("en {field} tiene menos de {value}", "has less than {value} under {field}"),
    "number->": ("en {field} tiene más de {value}", "has more than {value} under {field}"),
    "number-between": ("en {field} tiene entre {low} y {high}", "has from {low} to {high} under {field}"),
    "date-=": ("en {field} tiene el {value}", "has {value} under {field}"),
    "date-<": ("en {field} tiene un día antes del {value}", "has a day before {value} under {field}"),
    "date->": ("en {field} tiene un día después del {value}", "has a day after {value} under {field}"),
    "date-between": ("en {field} tiene un día entre el {low} y el {high}", "has a day from {low} to {high} under {field}"),
    "date-age-between": ("tiene entre {low} y {high} años", "is {low} to {high} years old"),
    "date-birthday-within-days": ("cumple años en los próximos {value} días", "has a birthday in the next {value} days"),
    "list-confirmed": ("está en {name}", "is in {name}"),
    "list-pending": ("no ha confirmado todavía {name}", "has not confirmed {name} yet"),
    "list-left": ("se fue de {name}", "has left {name}"),
    "list-not-in": ("no está en {name}", "is not in {name}"),
    "speaks": ("eligió {language}", "chose {language}"),
    "source": ("llegó por {source}", "came through {source}"),
    "joined-within": ("se unió en los últimos {days} días", "joined in the last {days} days"),
    "joined-before": ("se unió hace más de {days} días", "joined more than {days} days ago"),
    "opened-once": ("abrió algún correo", "opened a mail"),
    "opened-often": ("abrió al menos {times} correos", "opened at least {times} mails"),
    "opened-never": ("no abrió ningún correo", "opened no mail"),
    "opened-one": ("abrió el envío {mailing}", "opened mailing {mailing}"),
    "opened-never-one": ("no abrió el envío {mailing}", "did not open mailing {mailing}"),
    "clicked-once": ("hizo clic en algún correo", "clicked in a mail"),
    "clicked-often": ("hizo clic en al menos {times} correos", "clicked in at least {times} mails"),
    "clicked-never": ("no hizo clic en ningún correo", "clicked in no mail"),
    "clicked-one": ("hizo clic en el envío {mailing}", "clicked in mailing {mailing}"),
    "clicked-never-one": ("no hizo clic en el envío {mailing}", "did not click in mailing {mailing}"),
    "ordered-once": ("compró algo", "ordered something"),
    "ordered-often": ("compró al menos {times} veces", "ordered at least {times} times"),
    "ordered-never": ("no compró nada", "ordered nothing"),
    "ordered-one": ("compró por el envío {mailing}", "ordered from mailing {mailing}"),
    "ordered-never-one": ("no compró por el envío {mailing}", "did not order from mailing {mailing}"),
    "sent-once": ("recibió algún correo", "was sent a mail"),
    "sent-often": ("recibió al menos {times} correos", "was sent at least {times} mails"),
    "sent-never": ("no recibió ningún correo", "was sent no mail"),
    "sent-one": ("recibió el envío {mailing}", "was sent mailing {mailing}"),
    "sent-never-one": ("no recibió el envío {mailing}", "was not sent mailing {mailing}"),
    "spent": ("gastó al menos {amount}", "spent at least {amount}"),
    "last-order-within": ("hizo su último pedido en los últimos {days} días", "ordered last within {days} days"),
    "last-order-before": ("hizo su último pedido hace más de {days} días", "ordered last more than {days} days ago"),
    "top": ("está en el mejor {share} por clics y pedidos", "is in the best {share} by clicks and orders"),
    "silent": ("no respondió a una reactivación", "did not answer a reactivation"),
    "not-silent": ("no tiene una reactivación sin responder", "has no unanswered reactivation"),
    "segment": ("está en el segmento {name}", "is in the segment {name}"),
}

LANGUAGE_NAMES: Mapping[str, Mapping[str, str]] = {
    "es": {"es": "español", "en": "Spanish"},
    "en": {"es": "inglés", "en": "English"},
}

SOURCE_NAMES: Mapping[SourceClass, Mapping[str, str]] = {
    SourceClass.ORGANIC: {"es": "su cuenta", "en": "their own way"},
    SourceClass.PAID: {"es": "publicidad", "en": "advertising"},
    SourceClass.SOCIAL: {"es": "redes sociales", "en": "social media"},
    SourceClass.REFERRAL: {"es": "recomendación", "en": "a recommendation"},
    SourceClass.SHOP: {"es": "la tienda", "en": "the shop"},
}


def phrase(language: str, key: str, facts: Mapping[str, object]) -> str:
    """One piece in a language; the fact "following" is the word after "y" or "o", which Spanish changes before the same sound."""
    spanish, english = PHRASES[key]
    if language != "es":
        return english.format(**facts)
    start = str(facts.get("following", "")).lstrip("«").lower()
    if key == "and" and start.startswith(("i", "hi")) and not start.startswith(("hie", "hia")):
        return "e"
    if key == "or" and start.startswith(("o", "ho")):
        return "u"
    return spanish.format(**facts)
