"""Our custom fields on an Ashby job, and what stands in a field or in a submitted form as text.

https://developers.ashbyhq.com/reference/customfieldcreate. A field is known by its title; its id differs by account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.ashby.shapes import AshbyCustomFieldValue
from connectors.records import Said


@dataclass(frozen=True, slots=True)
class Field:
    purpose: str
    field_type: str
    description: Said


FIELDS: tuple[Field, ...] = (
    Field(
        "calibration",
        "String",
        Said("The calibration a decision is asked for.", "判断をお願いしている要件すり合わせ。"),
    ),
    Field("message", "LongText", Said("What we did with the decision.", "判断の反映状況のお知らせ。")),
    Field("link", "Url", Said("The page of this requisition.", "この求人の確認ページ。")),
)
PREFIX = "kakuyaku_"


def titles(options: Mapping[str, str]) -> dict[str, str]:
    """Map each purpose to its field's title; `field_<purpose>` overrides the default."""
    return {field.purpose: options.get(f"field_{field.purpose}") or PREFIX + field.purpose for field in FIELDS}


def creation(field: Field, title: str) -> dict[str, Any]:
    """Write the body of `customField.create`."""
    return {
        "objectType": "Job",
        "fieldType": field.field_type,
        "title": title,
        "description": f"{field.description} {field.description.ja}",
        "isExposableToCandidate": False,
    }


def value_of(fields: Iterable[AshbyCustomFieldValue], title: str) -> str:
    return next((as_text(field.value) for field in fields if field.title == title), "")


def standing(calibration: str, asked_at: datetime) -> str:
    """Write our calibration field: the short id, and since when its decision is asked for."""
    return f"{calibration} ({asked_at.astimezone(UTC).isoformat(timespec='milliseconds')})"


def read_standing(text: str) -> tuple[str, datetime | None]:
    """Read our calibration field back; a text that somebody changed has no time."""
    calibration, _, rest = text.strip().partition(" ")
    try:
        return calibration, datetime.fromisoformat(rest.strip("() ")).astimezone(UTC)
    except ValueError:
        return calibration, None


def as_text(value: Any) -> str:
    """Show any value as text: numbers without a trailing .0, ranges as `JPY 8000000-12000000`, lists by comma."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value)
    if isinstance(value, dict):
        if "minValue" in value or "maxValue" in value:
            ends = "-".join(as_text(value.get(end)) for end in ("minValue", "maxValue"))
            return f"{value.get('currencyCode') or ''} {ends}".strip()
        if "score" in value:
            return as_text(value["score"])
        return f"{value.get('currencyCode') or ''} {as_text(value.get('value'))}".strip()
    return str(value)
