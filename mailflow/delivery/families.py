"""Which recipient domains are one provider's: what one of them thinks of us, all of them do."""

from functools import lru_cache

_COUNTRIES = (
    "com", "es", "fr", "it", "de", "nl", "be", "pt", "at", "ch", "se", "no", "dk", "fi", "ie", "gr", "pl", "ro", "hu", "cz", "ca", "in",
    "jp", "co.uk", "co.jp", "co.in", "co.id", "com.mx", "com.ar", "com.br", "com.co", "com.pe", "com.ve", "com.au", "com.tr", "cl", "co",
)  # fmt: skip
_WORLDWIDE = {
    "google": (),
    "microsoft": ("hotmail", "outlook", "live", "windowslive"),
    "yahoo": ("yahoo", "ymail", "rocketmail"),
    "gmx": ("gmx",),
    "yandex": ("yandex",),
}
_DOMAINS = {
    "google": ("gmail.com", "googlemail.com"),
    "microsoft": ("msn.com", "passport.com"),
    "yahoo": ("aol.com", "aim.com", "myyahoo.com"),
    "apple": ("icloud.com", "me.com", "mac.com"),
    "gmx": ("gmx.net", "web.de", "mail.com"),
    "orange": ("orange.fr", "wanadoo.fr", "voila.fr"),
    "orange-es": ("orange.es", "wanadoo.es", "amena.com", "eresmas.com"),
    "telefonica": ("telefonica.net", "movistar.es", "terra.es", "terra.com"),
    "vodafone-es": ("vodafone.es", "ono.com"),
    "free": ("free.fr", "libertysurf.fr", "aliceadsl.fr"),
    "sfr": ("sfr.fr", "neuf.fr", "9online.fr", "club-internet.fr"),
    "italiaonline": ("libero.it", "virgilio.it", "iol.it", "blu.it", "inwind.it"),
    "telekom": ("t-online.de", "magenta.de"),
    "comcast": ("comcast.net", "xfinity.com"),
    "yandex": ("ya.ru", "yandex.ru"),
    "mail-ru": ("mail.ru", "bk.ru", "list.ru", "inbox.ru"),
    "proton": ("proton.me", "protonmail.com", "pm.me"),
    "tencent": ("qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net"),
}
_NAMES = {
    "google": "Gmail", "microsoft": "Outlook, Hotmail", "yahoo": "Yahoo, AOL", "apple": "iCloud", "gmx": "GMX, Web.de", "orange": "Orange",
    "orange-es": "Orange (es)", "telefonica": "Movistar, Telefónica", "vodafone-es": "Vodafone, Ono", "free": "Free", "sfr": "SFR",
    "italiaonline": "Libero, Virgilio", "telekom": "T-Online", "comcast": "Comcast", "yandex": "Yandex", "mail-ru": "Mail.ru",
    "proton": "Proton", "tencent": "QQ", "netease": "163, 126",
}  # fmt: skip
_OF_FAMILY: dict[str, tuple[str, ...]] = {
    name: (*domains, *(f"{label}.{country}" for label in _WORLDWIDE.get(name, ()) for country in _COUNTRIES))
    for name, domains in _DOMAINS.items()
}
_FAMILY_OF = {domain: name for name, domains in _OF_FAMILY.items() for domain in domains}


@lru_cache(maxsize=4096)
def family_of(domain: str) -> str:
    """The provider of a recipient domain, by the table of the large ones; the domain itself where it is none of theirs.

    A domain whose mail one of them takes under another name is told apart: finding that out would mean to ask the DNS about each.
    """
    small = domain.lower()
    return _FAMILY_OF.get(small, small)


def domains_of(family: str) -> tuple[str, ...]:
    """The recipient domains of a provider."""
    return _OF_FAMILY.get(family, (family,))


def family_named(text: str) -> str | None:
    """The large provider that is called so, here or by people; None where none is."""
    small = text.lower()
    return small if small in _OF_FAMILY else next((one for one, name in _NAMES.items() if name.lower() == small), None)


def families() -> dict[str, str]:
    """The large providers and what people call them."""
    return dict(_NAMES)


def name_of(family: str) -> str:
    """What people call a provider; names are the same in every language."""
    return _NAMES.get(family, family)
