"""What is wrong with a form, in words that say how to mend it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from mailflow.audience.rules import YOUNGEST
from mailflow.audience.words import Address, AddressFault, FieldFault


@dataclass(frozen=True)
class Fault:
    """One thing to mend: the name of its field, the element that the list at the top leads to, and the words."""

    field: str
    anchor: str
    text: str
    suggestion: str = ""


def address_fault(address: Address, typed: str) -> Fault:
    """What is wrong with an address that was not taken."""
    domain = typed.strip().rpartition("@")[2]
    words: dict[AddressFault, Callable[[], str]] = {
        AddressFault.MISSING: lambda: _("Write your e-mail address, for example ana@example.com"),
        AddressFault.TOO_LONG: lambda: _("That address is too long. Check it, please"),
        AddressFault.SYNTAX: lambda: _("That address cannot be right. It should look like ana@example.com"),
        AddressFault.LOOK_ALIKE: lambda: _("That address mixes letters of different alphabets. Write it with your keyboard"),
        AddressFault.TYPO: lambda: _("We cannot find “%(domain)s”. Did you mean %(address)s?", domain=domain, address=address.suggestion),
        AddressFault.NO_MAIL: lambda: _("“%(domain)s” takes no mail. Check the part after the @", domain=domain),
    }
    return Fault("email", "email", words[address.fault or AddressFault.SYNTAX](), address.suggestion)


def field_fault(key: str, anchor: str, label: str, fault: FieldFault) -> Fault:
    """What is wrong with the answer about one field."""
    words: dict[FieldFault, Callable[[], str]] = {
        FieldFault.TOO_LONG: lambda: _("%(field)s: that is too long, shorten it, please", field=label),
        FieldFault.CONTROL: lambda: _("%(field)s: only letters and signs, in one line", field=label),
        FieldFault.LINK: lambda: _("%(field)s: web addresses are not allowed here", field=label),
        FieldFault.NOT_A_CHOICE: lambda: _("%(field)s: choose one of the options", field=label),
        FieldFault.NOT_A_NUMBER: lambda: _("%(field)s: write a number", field=label),
        FieldFault.NOT_AN_AMOUNT: lambda: _("%(field)s: write an amount, such as 12.50", field=label),
        FieldFault.MISSING: lambda: _("%(field)s: this is needed", field=label),
        FieldFault.NOT_A_TELEPHONE: lambda: _("%(field)s: check the number; begin with + and the prefix if it is from abroad", field=label),
        FieldFault.NO_SUCH_DAY: lambda: _("%(field)s: that day does not exist; write day, month and year", field=label),
        FieldFault.IN_THE_FUTURE: lambda: _("%(field)s: that day is still to come", field=label),
        FieldFault.TOO_OLD: lambda: _("%(field)s: check the year", field=label),
        FieldFault.TOO_YOUNG: lambda: _("%(field)s: you have to be at least %(years)s years old", field=label, years=YOUNGEST),
    }
    return Fault(key, anchor, words[fault]())
