"""Options that are a yes or a no, as people type them."""

from __future__ import annotations

from collections.abc import Mapping

_YES = frozenset({"yes", "y", "true", "on", "1", "はい"})
_NO = frozenset({"no", "n", "false", "off", "0", "いいえ"})


def switched_on(options: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Read an option. Raises ValueError for a word that is neither: an unclear answer must not write anything."""
    given = (options.get(name) or "").strip().casefold()
    if not given:
        return default
    if given not in _YES | _NO:
        raise ValueError(f"the option {name} must be yes or no (given: {given})")
    return given in _YES
