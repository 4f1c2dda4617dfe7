"""The desk's stages: the same five for every position."""

from __future__ import annotations

from connectors.records import Stage
from plugin.i18n import phrases

APPLIED, CASUAL, FIRST, FINAL, OFFER = "applied", "casual", "first", "final", "offer"
ORDER = (APPLIED, CASUAL, FIRST, FINAL, OFFER)


def names(locale: str) -> dict[str, str]:
    """Stage code → what it is called."""
    _ = phrases(locale)
    return {
        APPLIED: _("Said yes"),
        CASUAL: _("Casual meeting"),
        FIRST: _("First interview"),
        FINAL: _("Final interview"),
        OFFER: _("Offer"),
    }


def stages(locale: str) -> list[Stage]:
    called = names(locale)
    return [Stage(id=code, name=called[code], order=order) for order, code in enumerate(ORDER)]
