"""References: how a write finds itself again. A short text stands visibly in what was written; the look searches for it."""

from __future__ import annotations

import re


def carries(text: str, ref: str) -> bool:
    """Say whether a text carries a reference as a whole: K-12 is not in K-123."""
    return bool(ref) and re.search(rf"(?<![\w-]){re.escape(ref)}(?![\w-])", text) is not None


def carrying(text: str, ref: str) -> str:
    """Make a text carry its reference, visibly, if it does not yet."""
    return text if not ref or carries(text, ref) else f"{text}\n\n[{ref}]"
