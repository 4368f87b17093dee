"""S-39: what is public (links, cookies, assets) carries no number that can be counted up; 128 bits at least stand between two of them."""

import base64
import itertools
import re
from pathlib import Path

from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose
from preference_center import assembly as public_pages

MANY = 500


def test_s_39_the_tokens_of_neighbours_have_nothing_in_common(ring: Ring) -> None:
    for purpose in Purpose:
        tokens = [ring.mint.make(purpose, number) for number in range(1, MANY)]
        octets = [base64.urlsafe_b64decode(token)[1:] for token in tokens]
        assert {len(one) for one in octets} == {26}  # a mark of 128 bits, and what it seals
        assert len({one[:8] for one in octets}) == len({one[16:] for one in octets}) == MANY - 1
        near = [(int.from_bytes(a) ^ int.from_bytes(b)).bit_count() for a, b in itertools.pairwise(octets)]
        assert min(near) > 60  # of 208 bits, about half differ: as between any two


def test_s_39_no_token_can_be_guessed_from_another(ring: Ring) -> None:
    token = ring.mint.make(Purpose.PREFERENCES, 1)
    octets = bytearray(base64.urlsafe_b64decode(token))
    for place in range(len(octets)):
        for change in (1, 0x80):
            other = bytes(octets[:place]) + bytes([octets[place] ^ change]) + bytes(octets[place + 1 :])
            assert ring.mint.read(Purpose.PREFERENCES, base64.urlsafe_b64encode(other).decode()) is None


def test_s_39_no_public_address_takes_a_number() -> None:
    source = "\n".join(path.read_text("utf-8") for path in Path(public_pages.__file__).parent.glob("*.py"))
    routes = re.findall(r'@blueprint\.(?:get|post)\("([^"]+)"', source)
    assert len(routes) > 8
    assert [route for route in routes if "<int" in route or "id>" in route] == []
