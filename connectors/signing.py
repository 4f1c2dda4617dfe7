"""Signatures over raw bytes: constant time, several secrets so that one can be rotated."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable


def hmac_sha256(secret: str, body: bytes) -> str:
    """Sign bytes; lower-case hex."""
    return hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()


def signed_by_one_of(secrets: Iterable[str], body: bytes, given: str) -> bool:
    """Say whether `given` (hex) signs the raw `body` with any of `secrets`.

    Every secret is tried, so that the time taken tells neither how far a digest matched nor which secret did. Empty
    secrets sign nothing.
    """
    offered = given.strip().lower().encode("utf-8", "surrogatepass")
    matched = False
    for secret in secrets:
        expected = hmac_sha256(secret, body).encode("ascii")
        matched |= hmac.compare_digest(expected, offered) and bool(secret)
    return matched
