"""What others' servers said, fit to be kept."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s<>\"'()\[\]:;,@]+@[^\s<>\"'()\[\]:;,@]+")


def without_addresses(words: str) -> str:
    """Put ■ for the mail addresses a server repeats: its words are kept where no erasure of a person reaches them."""
    return _ADDRESS.sub("■", words)
