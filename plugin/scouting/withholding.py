"""What a mail that comes back may quote and nobody here may read: links that act for the colleague they were mailed to.

A manager who answers a request quotes its acting link, and the answer is shown to recruiters. R2 asks that only the
manager's own mailbox holds it.
"""

from __future__ import annotations

import re

WITHHELD = "…"

# Tokens are 32 characters (`links.new_link`, `sign_in`); mail programs wrap them behind marks of quotation, and link
# scanners write the slashes as %2F.
_CHARACTER = r"[A-Za-z0-9_-]"
_WRAPPED = r"(?:=?[^\S\n]{0,9}\n[\s>＞|｜]{0,40})?"
_LINK = re.compile(
    rf"((?:/|%2F)(?:act|sign-in)(?:/|%2F)){_WRAPPED}(?:{_CHARACTER}(?:{_WRAPPED}{_CHARACTER}){{31}}|{_CHARACTER}+)",
    re.IGNORECASE,
)


def withhold_links(text: str) -> str:
    """`text` without the tokens of links that decide, confirm, undo or sign in."""
    return _LINK.sub(rf"\1{WITHHELD}", text)
