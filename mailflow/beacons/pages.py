"""The few words that beacons say, in the reader's language."""

from html import escape

from mailflow.beacons.answers import NO_ICON, STYLE, Answer, page
from mailflow.foundation.language import DEFAULT_LANGUAGE, Words, known_language, pick

_NO_LINK = (
    {"es": "Este enlace no lleva a ninguna parte", "en": "This link leads nowhere"},
    {
        "es": "Puede que se haya cortado al copiarlo. Ábrelo otra vez desde el correo.",
        "en": "It may have been cut when it was copied. Open it again from the mail.",
    },
)
_NO_MAIL = (
    {"es": "No encontramos ese mensaje", "en": "We cannot find that message"},
    {
        "es": "Puede que el enlace se haya cortado o que el mensaje ya no se guarde. Míralo en tu correo.",
        "en": "The link may have been cut, or the message is no longer kept. Look at it in your mail.",
    },
)
_TROUBLE = (
    {"es": "Algo no va bien por nuestra parte", "en": "Something is wrong on our side"},
    {"es": "Vuelve a intentarlo dentro de un rato.", "en": "Try again in a while."},
)
_NOT_SO = (
    {"es": "Esta dirección solo se puede abrir", "en": "This address can only be opened"},
    {"es": "No acepta nada más.", "en": "It takes nothing else."},
)


def no_link(language: str) -> Answer:
    """404: a click link that is not ours."""
    return _page("404 Not Found", _NO_LINK, language)


def no_mail(language: str) -> Answer:
    """404: a mail that cannot be shown."""
    return _page("404 Not Found", _NO_MAIL, language)


def trouble(language: str) -> Answer:
    """503: we failed; nothing of the inside is shown."""
    return _page("503 Service Unavailable", _TROUBLE, language)


def not_so(language: str) -> Answer:
    """405: another method than GET and HEAD."""
    return _page("405 Method Not Allowed", _NOT_SO, language)


def reader_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that we speak, weights aside."""
    wanted = (known_language(part.partition(";")[0].strip()) for part in accept_language[:200].split(","))
    return next((language for language in wanted if language), DEFAULT_LANGUAGE)


def _page(status: str, words: tuple[Words, Words], language: str) -> Answer:
    title, text = (escape(pick(one, language)) for one in words)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>{NO_ICON}'
    html = f'<!doctype html><html lang="{language}"><head>{head}<style>{STYLE}</style></head>'
    return page(status, f"{html}<body><main><h1>{title}</h1><p>{text}</p></main></body></html>")
