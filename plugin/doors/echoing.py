"""The manager's criteria as they were understood, ready for a page: point by point, refusals with what to say instead."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.alignment.guidance import echo
from plugin.doors import page
from plugin.doors.page import translate as _
from ranking.values import Guidance

_TONES = {"must": "good", "prefer": "good", "avoid": "bad", "refused": "bad", "hr": "wait"}


@dataclass(frozen=True, slots=True)
class Echoed:
    """One point of the criteria. `how` it counts in a word, `what` was understood, the words it came from."""

    how: str
    tone: str
    what: str
    quote: str
    reason: str = ""
    rewrite: str = ""


def echoed(understood: Guidance | None) -> list[Echoed]:
    """Every point of the criteria, in the order it was written; nothing for no criteria."""
    return [
        Echoed(
            point.how,
            _TONES.get(point.polarity, "off"),
            point.what,
            point.quote,
            point.reason + (_(" (%(law)s)", law=point.law) if point.law else ""),
            point.rewrite,
        )
        for point in echo(understood, page.locale())
    ]
