"""Our properties (job fields) on a SmartRecruiters job: what they are, and how values are read and written.

https://developers.smartrecruiters.com/reference/jobspatch-1: one PATCH takes many values at once, a select's by the
value's id, a free text's as its label. Free text fields can only be created by hand; selects by API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors import choices
from connectors.records import Choice
from connectors.smartrecruiters.shapes import Labelled, SmartRecruitersJobProperty


@dataclass(frozen=True, slots=True)
class Property:
    """One of ours. `values`: a select's; none for free text. Without one that is not `needed` we do without."""

    purpose: str
    values: tuple[str, ...] = ()
    needed: bool = False


PENDING = "Pending / 未決定"
DECISIONS = {Choice.PENDING: PENDING, Choice.APPROVED: choices.APPROVE, Choice.DECLINED: choices.DECLINE}
MEETINGS = {"面接": "面接 / Interview", "カジュアル面談": "カジュアル面談 / Casual meeting"}

PROPERTIES: tuple[Property, ...] = (
    Property("calibration", needed=True),
    Property("decision", tuple(DECISIONS.values()), needed=True),
    Property("line", needed=True),
    Property("days"),
    Property("meeting", tuple(MEETINGS.values())),
    Property("specification", ("A", "B", "C")),
)
FREE_TEXT = tuple(each.purpose for each in PROPERTIES if not each.values)


def labels(options: Mapping[str, str]) -> dict[str, str]:
    """Map each purpose to its field's label (or id) on this account; `property_<purpose>` overrides the default."""
    return {each.purpose: options.get(f"property_{each.purpose}") or f"kakuyaku {each.purpose}" for each in PROPERTIES}


def value_of(standing: Iterable[SmartRecruitersJobProperty], label: str) -> Labelled:
    """The value under a label or id, an empty one where the job has none."""
    wanted = label.casefold().strip()
    for each in standing:
        if each.id == label or each.label.casefold().strip() == wanted:
            # A blanked property is documented as the id "null".
            return Labelled() if each.value.id == "null" else each.value
    return Labelled()


def blank(id: str) -> dict[str, Any]:
    return _operation(id, {"id": "null"})


def text(id: str, value: str) -> dict[str, Any]:
    return _operation(id, {"label": value})


def chosen(id: str, value_id: str) -> dict[str, Any]:
    return _operation(id, {"id": value_id})


def _operation(id: str, value: dict[str, str]) -> dict[str, Any]:
    """ "Upsert" in the reference: adding to `/properties/-` replaces the value that is there."""
    return {"op": "add", "path": "/properties/-", "value": {"id": id, "value": value}}


def meeting(shown: str) -> str:
    """Give our own values their Japanese name back; leave anything else as it stands."""
    return next((name for name, value in MEETINGS.items() if shown == value), shown)
