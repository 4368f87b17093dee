"""Reads the form that describes the shop: every field checked, every fault told in the reader's words."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mailflow.audience.shop import BrandFacts, InstallationFacts
from mailflow.foundation.language import LANGUAGES

CURRENCIES = ("EUR", "GBP", "USD", "MXN", "COP", "CLP", "ARS", "PEN")
LONGEST_LINE = 120
LONGEST_ADDRESS = 300
LONGEST_WINDOW = 90
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True)
class ShopForm:
    """What was typed, cleaned, and what is wrong with it by field name."""

    brand: dict[str, str]
    installation: dict[str, Any]
    problems: dict[str, str]

    @property
    def brand_facts(self) -> BrandFacts:
        """The brand's values, to be kept; only where there are no problems."""
        return BrandFacts(**self.brand)

    @property
    def installation_facts(self) -> InstallationFacts:
        """The installation's values, to be kept; only where there are no problems."""
        return InstallationFacts(**self.installation)


def read_shop_form(form: MultiDict[str, str]) -> ShopForm:
    """The form's values; ``problems`` is empty when they may be kept."""
    names = ("name", "from_name", "from_address", "reply_to", "shop_url", "accent")
    brand = {name: " ".join(form.get(name, "").split()) for name in names}
    brand["postal_address"] = "\n".join(line.strip() for line in form.get("postal_address", "").splitlines() if line.strip())
    days = form.get("attribution_days", "").strip()
    installation: dict[str, Any] = {name: form.get(name, "") for name in ("language", "zone", "currency")} | {"attribution_days": days}
    problems = _lengths(brand) | _addresses(brand) | _looks(brand) | _choices(installation) | _window(days)
    if not problems:
        installation["attribution_days"] = int(days)
    return ShopForm(brand, installation, problems)


def _lengths(brand: dict[str, str]) -> dict[str, str]:
    problems = {}
    for name in ("name", "from_name"):
        if not brand[name]:
            problems[name] = _("Write a name.")
        elif len(brand[name]) > LONGEST_LINE:
            problems[name] = _("At most %(count)s characters.", count=LONGEST_LINE)
    if not brand["postal_address"]:
        problems["postal_address"] = _("Write the postal address: the law asks for it in every newsletter.")
    elif len(brand["postal_address"]) > LONGEST_ADDRESS:
        problems["postal_address"] = _("At most %(count)s characters.", count=LONGEST_ADDRESS)
    return problems


def _addresses(brand: dict[str, str]) -> dict[str, str]:
    problems = {}
    for name in ("from_address", "reply_to"):
        if name == "reply_to" and not brand[name]:
            continue
        try:
            # Only letters that every server takes: what signs all mails must not be refused for its spelling.
            brand[name] = validate_email(brand[name], check_deliverability=False, allow_smtputf8=False, strict=True).ascii_email or ""
        except EmailNotValidError:
            problems[name] = _("Write a whole e-mail address, such as hola@tutienda.es.")
    return problems


def _looks(brand: dict[str, str]) -> dict[str, str]:
    problems = {}
    if not _is_web_address(brand["shop_url"]):
        problems["shop_url"] = _("Write the whole address, beginning with https://.")
    if not _COLOUR.match(brand["accent"]):
        problems["accent"] = _("Choose a colour.")
    return problems


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:
        return False


def _choices(installation: dict[str, Any]) -> dict[str, str]:
    known = {"language": LANGUAGES, "zone": available_timezones(), "currency": CURRENCIES}
    return {name: _("Choose one of the list.") for name, allowed in known.items() if installation[name] not in allowed}


def _window(days: str) -> dict[str, str]:
    if days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= LONGEST_WINDOW:
        return {}
    return {"attribution_days": _("Write a number of days from 1 to %(most)s.", most=LONGEST_WINDOW)}
