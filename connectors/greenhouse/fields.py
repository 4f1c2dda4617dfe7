"""Our custom fields on a Greenhouse job: what they are, how they are created, what stands in them.

Greenhouse has no button of ours; a job's custom fields are where a manager decides, and `job_updated` is how we hear.
`require_approval` stays false (true would re-run the customer's own job approval) and `required` stays false (true
would block saving the job).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.greenhouse.shapes import GreenhouseCustomFieldValue
from connectors.records import Choice


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields. `ours` marks those nobody but we should write (`api_only` where the account has that)."""

    purpose: str
    value_type: str
    description: str
    ours: bool = False
    options: tuple[str, ...] = ()


DECISIONS = {
    Choice.PENDING: "Pending / 未決定",
    Choice.APPROVED: "Approve / 承認",
    Choice.DECLINED: "Decline / 見送り",
}
MEETINGS = {"面接": "面接 / Interview", "カジュアル面談": "カジュアル面談 / Casual meeting"}

SPECIFICATIONS = ("A", "B", "C")

FIELDS: tuple[Field, ...] = (
    Field("shortlist", "long_text", "The shortlist, people masked. 候補者リスト（匿名）。", ours=True),
    Field("calibration", "short_text", "Which shortlist the decision is about. 対象の候補者リスト番号。", ours=True),
    Field("proposed_line", "number", "The line we propose. 面接確約ラインの提案。", ours=True),
    Field(
        "decision",
        "single_select",
        "Hiring manager: approve or decline the interview line. 採用責任者が面接確約ラインを承認・見送り。",
        options=tuple(DECISIONS.values()),
    ),
    Field("line", "short_text", "The line you promise, for example 75. お約束いただく面接確約ライン（例：75）。"),
    Field("meeting", "single_select", "What you promise. お約束いただく内容。", options=tuple(MEETINGS.values())),
    Field("days", "short_text", "Business days to hold it, for example 5. 実施までの営業日数（例：5）。"),
    Field(
        "specification",
        "single_select",
        "Which of the specifications in our message to ask for. お知らせにある要件案から選ぶ。",
        options=SPECIFICATIONS,
    ),
    Field("link", "url", "The page of this requisition. この求人の確認ページ。", ours=True),
    Field("message", "long_text", "What we did with your decision. 判断の反映状況のお知らせ。", ours=True),
)
FLOW = Field("flow", "short_text", "Which shortlist the job's approval is about. 求人承認の対象番号。", ours=True)
"""Only where the job's own approval is used: see `flow`."""
DECISION_PURPOSES = ("decision", "line", "meeting", "days")
PREFIX = "kakuyaku_"


def of(options: Mapping[str, str]) -> tuple[Field, ...]:
    """Our fields on a connection with these options."""
    return (*FIELDS, FLOW) if options.get("approval_flow") else FIELDS


def keys(options: Mapping[str, str]) -> dict[str, str]:
    """Map each purpose to its field's key on this account; `field_<purpose>` overrides the default."""
    return {field.purpose: options.get(f"field_{field.purpose}") or PREFIX + field.purpose for field in of(options)}


def creation(field: Field, key: str) -> dict[str, Any]:
    """Write the body of `POST /v3/custom_fields`. Greenhouse makes the key from the name."""
    body: dict[str, Any] = {
        "name": key.replace("_", " ").capitalize(),
        "field_type": "job",
        "value_type": field.value_type,
        "description": field.description,
        "private": False,
        "required": False,
        "require_approval": False,
    }
    if field.options:
        body["custom_field_options"] = [{"name": name, "sort_order": order} for order, name in enumerate(field.options)]
    return body


def as_text(field: GreenhouseCustomFieldValue | None) -> str:
    """Show any field value as text: numbers without a trailing .0, ranges as `JPY 8000000-12000000`, lists by comma."""
    if field is None or field.value is None:
        return ""
    return _text(field.value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        if "min_value" in value or "max_value" in value:
            low, high = (_amount(value.get(end)) for end in ("min_value", "max_value"))
            return f"{value.get('unit') or ''} {low}-{high}".strip()
        if "amount" in value:
            return f"{value.get('unit') or ''} {_amount(value['amount'])}".strip()
        return str(value.get("name") or value.get("email") or "")
    return str(value)


def _amount(value: Any) -> str:
    # currency_range arrives as strings ("10000.0") in webhooks and as numbers in the guide.
    try:
        return "" if value is None else _number(float(value))
    except ValueError:
        return str(value)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


_WORDS = {
    Choice.PENDING: ("pending", "未決定", "未定"),
    Choice.APPROVED: ("approve", "approved", "承認"),
    Choice.DECLINED: ("decline", "declined", "見送り", "却下"),
}


def choice(text: str) -> Choice:
    """Read the decision field. Empty is PENDING; wording of the customer's own that we do not know is UNREADABLE."""
    if not text.strip():
        return Choice.PENDING
    words = {part.strip().casefold() for part in re.split(r"[/／()（）]", text) if part.strip()}
    found = {choice for choice, known in _WORDS.items() if words & set(known)}
    return found.pop() if len(found) == 1 else Choice.UNREADABLE


def meeting(text: str) -> str:
    """Give our own options their Japanese name back; leave anything else as it stands."""
    return next((name for name, option in MEETINGS.items() if text == option), text)
