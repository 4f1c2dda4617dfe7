"""What is written for spreadsheets to open."""

from __future__ import annotations

_BEGINNINGS = tuple("=+-@|%＝＋－＠")


def safe(cell: str) -> str:
    """Make a cell that no spreadsheet works out: one that begins like a formula, after blanks too, is marked as text.

    https://owasp.org/www-community/attacks/CSV_Injection names these beginnings; full-width ones are folded by some.
    """
    bare = cell.lstrip(" \u3000\t\r\n")
    return "'" + cell if bare[:1] in _BEGINNINGS or cell[:1] in ("\t", "\r", "\n") else cell
