"""S-61: what may be an address, read strictly."""

import pytest

from mailflow.audience.address import read_address
from mailflow.audience.words import AddressFault


@pytest.mark.parametrize(
    "local", ["|id", "-oQ/tmp", "a" * 65, "a..b", ".a", "a ", "`id`", "a%b", '"a b"', "ana\r\nBcc: x", "ana\x00", "añа"]
)
def test_s_61_a_local_part_that_old_software_would_run_is_refused(local: str) -> None:
    assert read_address(f"{local}@example.net").fault is not None


def test_s_61_a_local_part_of_64_octets_is_taken_and_one_of_65_is_not() -> None:
    assert read_address(f"{'a' * 64}@example.net").fault is None
    assert read_address(f"{'a' * 65}@example.net").fault is AddressFault.SYNTAX


@pytest.mark.parametrize("typed", ["аna@example.net", "ana@exаmple.net", "ana@example.nеt"])
def test_s_61_a_cyrillic_letter_among_latin_ones_is_a_look_alike(typed: str) -> None:
    assert read_address(typed).fault is AddressFault.LOOK_ALIKE


def test_s_61_only_the_domain_is_put_in_lower_case_and_forms_are_joined() -> None:
    assert read_address("Ana.Ruiz@EXAMPLE.Net").email == "Ana.Ruiz@example.net"
    assert read_address("ana@n\u0303u.example").email == read_address("ana@\u00f1u.example").email
