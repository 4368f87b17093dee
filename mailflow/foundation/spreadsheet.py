"""What is written into a file that a spreadsheet will open."""

_EDGE = tuple("=+-@\t\r\n＝＋－＠")
"""Signs that make a spreadsheet read a cell as a formula (OWASP, CSV injection)."""


def safe_cell(text: str) -> str:
    """A text that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_EDGE) else text
