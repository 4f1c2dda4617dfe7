"""Our fields on hr.job: what they are, how an administrator's key creates them, what stands in them.

A field made through the API is `manual` and its name must begin with x_. Those of the manager stand on a page of their own
on the job's form; those that are ours are read-only there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from connectors.odoo.shapes import HrJob, MaybeTime, Text
from connectors.records import Choice, Said

PREFIX = "x_kakuyaku_"
SHORTLIST, CALIBRATION, PROPOSED, LINK, MESSAGE = (
    PREFIX + name for name in ("shortlist", "calibration", "proposed_line", "link", "message")
)
DECISION, LINE, MEETING, DAYS, SPECIFICATION, DECIDED_AT = (
    PREFIX + name for name in ("decision", "line", "meeting", "days", "specification", "decided_at")
)


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields. `ours`: nobody but we should write it; the form shows it read-only."""

    name: str
    ttype: str
    label: Said
    ours: bool = False
    options: tuple[tuple[str, str], ...] = ()


FIELDS: tuple[Field, ...] = (
    Field(
        DECISION,
        "selection",
        Said("Decision", "判断"),
        options=(("pending", "未決定 / Pending"), ("approve", "承認 / Approve"), ("decline", "見送り / Decline")),
    ),
    Field(LINE, "char", Said("Interview line, e.g. 75", "面接確約ライン（例：75）")),
    Field(
        MEETING,
        "selection",
        Said("What you promise", "お約束の内容"),
        options=(("interview", "面接 / Interview"), ("casual", "カジュアル面談 / Casual meeting")),
    ),
    Field(DAYS, "char", Said("Business days to hold it", "実施までの営業日数")),
    Field(
        SPECIFICATION,
        "selection",
        Said("Specification to ask for", "要件案の選択"),
        options=(("A", "A"), ("B", "B"), ("C", "C")),
    ),
    Field(PROPOSED, "integer", Said("Proposed line", "ラインの提案"), ours=True),
    Field(CALIBRATION, "char", Said("Shortlist number", "候補者リスト番号"), ours=True),
    Field(DECIDED_AT, "datetime", Said("Decision edited at", "判断の編集日時"), ours=True),
    Field(LINK, "char", Said("Page of this job", "確認ページ"), ours=True),
    Field(MESSAGE, "text", Said("Message", "お知らせ"), ours=True),
    Field(SHORTLIST, "text", Said("Shortlist (masked)", "候補者リスト（匿名）"), ours=True),
)
DECIDING = (DECISION, LINE, MEETING, DAYS, SPECIFICATION)
_CHOICES = {"": Choice.PENDING, "pending": Choice.PENDING, "approve": Choice.APPROVED, "decline": Choice.DECLINED}
MEETINGS = {"interview": "面接", "casual": "カジュアル面談"}


def label(field: Field) -> str:
    """A label is one text for everybody: Odoo translates those of manual fields per language only by hand."""
    return f"{field.label.ja} / {field.label}"


class JobFields(HrJob):
    """A job with our fields. Reading it raises where they haven't been created."""

    x_kakuyaku_decision: Text = ""
    x_kakuyaku_line: Text = ""
    x_kakuyaku_meeting: Text = ""
    x_kakuyaku_days: Text = ""
    x_kakuyaku_specification: Text = ""
    x_kakuyaku_proposed_line: int = 0
    x_kakuyaku_calibration: Text = ""
    x_kakuyaku_decided_at: MaybeTime = None
    x_kakuyaku_link: Text = ""
    x_kakuyaku_message: Text = ""
    x_kakuyaku_shortlist: Text = ""

    MODEL: ClassVar[str] = "hr.job"

    @property
    def choice(self) -> Choice:
        """An option the customer added is none of ours: UNREADABLE."""
        return _CHOICES.get(self.x_kakuyaku_decision, Choice.UNREADABLE)


def creation(field: Field, model_id: int) -> dict[str, Any]:
    """Values of `ir.model.fields` create. `copied`: a duplicated job starts without a decision."""
    values: dict[str, Any] = {
        "name": field.name,
        "field_description": label(field),
        "model_id": model_id,
        "ttype": field.ttype,
        "state": "manual",
        "copied": False,
    }
    if field.options:
        values["selection_ids"] = [
            [0, 0, {"value": value, "name": name, "sequence": order}]
            for order, (value, name) in enumerate(field.options)
        ]
    return values


def form_page() -> str:
    """The page of ours on the job's form, as an inherited view puts it there."""
    manager = "".join(f'<field name="{field.name}"/>' for field in FIELDS if not field.ours)
    short = [field for field in FIELDS if field.ours and field.name not in (MESSAGE, SHORTLIST)]
    ours = "".join(f'<field name="{field.name}" readonly="1"{_WIDGETS.get(field.name, "")}/>' for field in short)
    return (
        '<data><xpath expr="//sheet/notebook" position="inside">'
        f'<page string="{escape(PAGE)}" name="kakuyaku"><group>'
        f'<group string="{escape(ASKED)}">{manager}</group>'
        f'<group string="{escape(SHOWN)}">{ours}</group></group>'
        f'<group><field name="{MESSAGE}" readonly="1" colspan="2"/>'
        f'<field name="{SHORTLIST}" readonly="1" colspan="2"/></group>'
        "</page></xpath></data>"
    )


PAGE = "面接確約 / kakuyaku"
ASKED = "採用責任者の判断 / Hiring manager's decision"
SHOWN = "kakuyaku より / From kakuyaku"
_WIDGETS: Mapping[str, str] = {LINK: ' widget="url"'}
