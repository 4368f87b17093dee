"""A dozen tokens made in one stroke are the tokens that are made one by one."""

from hypothesis import given
from hypothesis import strategies as st

from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose, TokenMint

ROWS = st.integers(0, 2**64 - 1)
ASKED = st.tuples(st.sampled_from(Purpose), st.integers(0, 2**16 - 1), ROWS)


@given(st.binary(min_size=64, max_size=64), st.integers(1, 15), st.lists(ASKED, min_size=1, max_size=20))
def test_tokens_made_at_once_are_those_made_one_by_one(key: bytes, number: int, asked: list[tuple[Purpose, int, int]]) -> None:
    mint = TokenMint({number: key})
    stamp = mint.stamp([(purpose, extra) for purpose, extra, _ in asked])
    for _ in range(2):
        made = [token.decode() for token in stamp.make([row for _, _, row in asked])]
        assert made == [mint.make(purpose, row, extra) for purpose, extra, row in asked]


def test_a_hash_is_the_keyed_hash_of_the_standard() -> None:
    """RFC 4231, case 2 and a longer key: kept hashes must be found again."""
    assert Ring({1: bytes(64)}, b"Jefe").hash("what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
