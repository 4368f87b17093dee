"""The pieces that sentences about segments are made of; each says what a person did or is, without naming her."""

from collections.abc import Mapping

from mailflow.audience.words import Consent, SourceClass, Tracking
from mailflow.segments.words import Rfm, Stage

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
    "opened-one": ("abrió {mailing}", "opened {mailing}"),
    "opened-never-one": ("no abrió {mailing}", "did not open {mailing}"),
    "clicked-once": ("hizo clic en algún correo", "clicked in a mail"),
    "clicked-often": ("hizo clic en al menos {times} correos", "clicked in at least {times} mails"),
    "clicked-never": ("no hizo clic en ningún correo", "clicked in no mail"),
    "clicked-one": ("hizo clic en {mailing}", "clicked in {mailing}"),
    "clicked-never-one": ("no hizo clic en {mailing}", "did not click in {mailing}"),
    "ordered-once": ("compró algo", "ordered something"),
    "ordered-often": ("compró al menos {times} veces", "ordered at least {times} times"),
    "ordered-never": ("no compró nada", "ordered nothing"),
    "ordered-one": ("compró por {mailing}", "ordered from {mailing}"),
    "ordered-never-one": ("no compró por {mailing}", "did not order from {mailing}"),
    "sent-once": ("recibió algún correo", "was sent a mail"),
    "sent-often": ("recibió al menos {times} correos", "was sent at least {times} mails"),
    "sent-never": ("no recibió ningún correo", "was sent no mail"),
    "sent-one": ("recibió {mailing}", "was sent {mailing}"),
    "sent-never-one": ("no recibió {mailing}", "was not sent {mailing}"),
    "opened-most": ("abrió como mucho {times} correos", "opened at most {times} mails"),
    "opened-exactly": ("abrió exactamente {times} correos", "opened exactly {times} mails"),
    "opened-last-often": (
        "abrió al menos {times} de sus {last} últimas campañas",
        "opened at least {times} of the last {last} campaigns they were sent",
    ),
    "opened-last-most": (
        "abrió como mucho {times} de sus {last} últimas campañas",
        "opened at most {times} of the last {last} campaigns they were sent",
    ),
    "opened-last-exactly": (
        "abrió exactamente {times} de sus {last} últimas campañas",
        "opened exactly {times} of the last {last} campaigns they were sent",
    ),
    "opened-last-never": ("no abrió ninguna de sus {last} últimas campañas", "opened none of the last {last} campaigns they were sent"),
    "clicked-most": ("hizo clic en como mucho {times} correos", "clicked in at most {times} mails"),
    "clicked-exactly": ("hizo clic en exactamente {times} correos", "clicked in exactly {times} mails"),
    "clicked-last-often": (
        "hizo clic en al menos {times} de sus {last} últimas campañas",
        "clicked in at least {times} of the last {last} campaigns they were sent",
    ),
    "clicked-last-most": (
        "hizo clic en como mucho {times} de sus {last} últimas campañas",
        "clicked in at most {times} of the last {last} campaigns they were sent",
    ),
    "clicked-last-exactly": (
        "hizo clic en exactamente {times} de sus {last} últimas campañas",
        "clicked in exactly {times} of the last {last} campaigns they were sent",
    ),
    "clicked-last-never": (
        "no hizo clic en ninguna de sus {last} últimas campañas",
        "clicked in none of the last {last} campaigns they were sent",
    ),
    "sent-most": ("recibió como mucho {times} correos", "was sent at most {times} mails"),
    "sent-exactly": ("recibió exactamente {times} correos", "was sent exactly {times} mails"),
    "ordered-most": ("compró como mucho {times} veces", "ordered at most {times} times"),
    "ordered-exactly": ("compró exactamente {times} veces", "ordered exactly {times} times"),
    "clicked-link": ("hizo clic en el enlace {link} de {mailing}", "clicked link {link} of {mailing}"),
    "clicked-never-link": ("no hizo clic en el enlace {link} de {mailing}", "did not click link {link} of {mailing}"),
    "bought-once": ("compró {what}", "bought {what}"),
    "bought-often": ("compró {what} al menos {times} veces", "bought {what} at least {times} times"),
    "bought-most": ("compró {what} como mucho {times} veces", "bought {what} at most {times} times"),
    "bought-exactly": ("compró {what} exactamente {times} veces", "bought {what} exactly {times} times"),
    "bought-never": ("no compró {what}", "did not buy {what}"),
    "bought-product": ("{name}", "{name}"),
    "bought-category": ("algo de {name}", "something of {name}"),
    "mailing": ("el envío {number}", "mailing {number}"),
    "fact-last": ("{times} de las últimas {last}; se piden {wanted}", "{times} of the last {last}, {wanted} wanted"),
    "fact-times": ("{times}", "{times}"),
    "fact-never": ("nunca", "never"),
    "fact-nothing": ("nada", "nothing"),
    "fact-no-customer": ("no ha comprado", "has not bought"),
    "fact-rfm": ("{name} (R{lately} F{often} M{much})", "{name} (R{lately} F{often} M{much})"),
    "yes-word": ("sí", "yes"),
    "no-word": ("no", "no"),
    "spent-most": ("gastó como mucho {amount}", "spent at most {amount}"),
    "average": ("sus pedidos son de {amount} o más de media", "orders for {amount} or more on average"),
    "average-most": ("sus pedidos son de {amount} o menos de media", "orders for {amount} or less on average"),
    "lifecycle": ("es {names}", "is {names}"),
    "rfm": ("por sus compras está en {names}", "is in {names} by what they bought"),
    "origin": ("llegó por {names}", "came by {names}"),
    "consent-given": ("ha dado permiso para {purpose}", "agrees to {purpose}"),
    "consent-not-given": ("no ha dado permiso para {purpose}", "does not agree to {purpose}"),
    "tracking": ("su medición es {names}", "is measured {names}"),
    "fixed": ("está entre las personas elegidas a mano", "is among the people chosen by hand"),
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

STAGE_NAMES: Mapping[Stage, Mapping[str, str]] = {
    Stage.PROSPECT: {"es": "contacto", "en": "a prospect"},
    Stage.LEAD: {"es": "persona interesada", "en": "a lead"},
    Stage.ACTIVE: {"es": "cliente activo", "en": "an active customer"},
    Stage.INACTIVE: {"es": "cliente inactivo", "en": "an inactive customer"},
}

RFM_NAMES: Mapping[Rfm, Mapping[str, str]] = {
    Rfm.CHAMPIONS: {"es": "los mejores", "en": "champions"},
    Rfm.LOYAL: {"es": "los fieles", "en": "loyal"},
    Rfm.RECENT: {"es": "los recientes", "en": "recent"},
    Rfm.NEEDS_ATTENTION: {"es": "los que piden atención", "en": "needs attention"},
    Rfm.AT_RISK: {"es": "los que se van", "en": "at risk"},
    Rfm.INACTIVE: {"es": "los que no vuelven", "en": "inactive"},
}

PURPOSE_NAMES: Mapping[Consent, Mapping[str, str]] = {
    Consent.TRACKING: {"es": "medir sus aperturas y clics con su nombre", "en": "their opens and clicks being kept by name"},
    Consent.PROFILING: {"es": "recibir contenido según su perfil", "en": "getting what fits their profile"},
    Consent.THIRD_PARTY: {"es": "ceder sus datos a otros", "en": "their data going to others"},
}

LEVEL_NAMES: Mapping[Tracking, Mapping[str, str]] = {
    Tracking.NONE: {"es": "ninguna", "en": "not at all"},
    Tracking.AGGREGATE: {"es": "solo en totales", "en": "in totals only"},
    Tracking.LAST_OPEN: {"es": "solo el día de la última apertura", "en": "by the day of the last open only"},
    Tracking.INDIVIDUAL: {"es": "individual", "en": "by name"},
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
