"""Telephones: read in whatever way they are written, kept in E.164 beside it."""

from functools import cache

from mailflow.audience.words import Telephone
from mailflow.foundation.zones import country_of

HOME = "ES"
"""Where a number without a prefix is from when the installation's zone does not tell."""


def read_telephone(text: str, zone: str | None) -> Telephone | None:
    """The number in ``text`` (ITU-T E.164), one of the zone's country where it has no prefix; None where no such number can exist.

    Whether it is in use is not asked: numbering plans change faster than anybody's list of them.
    """
    import phonenumbers  # noqa: PLC0415  # 8 MiB that only those who read telephones should carry

    typed = " ".join(text.split())
    try:
        number = phonenumbers.parse(typed, country_of(zone or "") or HOME)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return Telephone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), typed)


def shown(number: str, zone: str | None) -> str:
    """A number in E.164 as people read it: in groups, without the prefix where it is the home country's."""
    import phonenumbers  # noqa: PLC0415

    try:
        read = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    is_home = phonenumbers.region_code_for_country_code(read.country_code or 0) == (country_of(zone or "") or HOME)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(read, form)


@cache
def calling_code(zone: str | None) -> str:
    """The digits before the numbers of the zone's country, such as "34"."""
    import phonenumbers  # noqa: PLC0415

    return str(phonenumbers.country_code_for_region(country_of(zone or "") or HOME))
