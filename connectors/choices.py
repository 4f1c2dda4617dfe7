"""What a manager's choice is called: the words of our own options and stages, in both languages."""

from __future__ import annotations

import re

from connectors.records import Choice

APPROVE = "Approve / 承認"
DECLINE = "Decline / 見送り"

_WORDS = {
    Choice.PENDING: ("pending", "未決定", "未定"),
    Choice.APPROVED: ("approve", "approved", "承認"),
    Choice.DECLINED: ("decline", "declined", "見送り", "却下"),
}


def choice(text: str) -> Choice:
    """Read a choice. Empty is PENDING; wording of the customer's own that we do not know is UNREADABLE."""
    if not text.strip():
        return Choice.PENDING
    words = {part.strip().casefold() for part in re.split(r"[/／()（）]", text) if part.strip()}
    found = {choice for choice, known in _WORDS.items() if words & set(known)}
    return found.pop() if len(found) == 1 else Choice.UNREADABLE
