"""A token has one spelling."""

from mailflow.foundation.tokens import Purpose, Token, TokenMint


def test_s_51_another_spelling_of_a_token_is_refused() -> None:
    mint = TokenMint({1: bytes(range(64))})
    seen = set()
    for row_id in range(200):
        text = mint.make(Purpose.LEAVE, row_id)
        assert mint.read(Purpose.LEAVE, text) == Token(row_id)
        for sign, other in (("-", "+"), ("_", "/")):
            if sign in text:
                seen.add(sign)
                assert mint.read(Purpose.LEAVE, text.replace(sign, other)) is None
        assert mint.read(Purpose.LEAVE, text + "\n") is None
    assert seen == {"-", "_"}
