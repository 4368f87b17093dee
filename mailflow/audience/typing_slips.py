"""Domains that are almost always a slip of the finger, and what was meant."""

_MEANT = {
    "gmail.com": (
        "gmial.com",
        "gmai.com",
        "gmal.com",
        "gamil.com",
        "gnail.com",
        "gmil.com",
        "gmail.co",
        "gmail.con",
        "gmail.es",
        "gmaill.com",
    ),
    "hotmail.com": ("hotmial.com", "hotmal.com", "hotmai.com", "hotmil.com", "hotmail.con", "hotmail.co", "hotnail.com", "homail.com"),
    "outlook.com": ("outlok.com", "outloo.com", "outlook.con", "outlook.co", "oulook.com"),
    "yahoo.com": ("yaho.com", "yahoo.con", "yahoo.co", "yhoo.com", "yaoo.com"),
    "yahoo.es": ("yaho.es", "yhoo.es"),
    "icloud.com": ("iclud.com", "icloud.con", "icluod.com", "icoud.com"),
    "telefonica.net": ("telefonica.com.net", "telefonca.net"),
}
_SLIPS = {slip: meant for meant, slips in _MEANT.items() for slip in slips}


def meant_address(email: str) -> str:
    """The address that was probably meant, or an empty text when nothing looks wrong."""
    local, _, domain = email.rpartition("@")
    meant = _SLIPS.get(domain.lower())
    return f"{local}@{meant}" if meant else ""
