"""What decides about a campaign: pure."""

_FEW = 1 / 20


def is_templates_fault(failed: int, tried: int) -> bool:
    """Whether failures among a sample are the template's, not one person's: two of them, or one among fewer than twenty.

    Of a mail that fails for one in a thousand, a sample of a hundred holds two once in two hundred times; of one that fails for
    one in twenty it holds fewer than two once in twenty-seven.
    """
    return failed > 1 or (tried > 0 and failed / tried > _FEW)
