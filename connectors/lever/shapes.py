"""Lever's own objects, only the fields we use, named as Lever names them (camelCase on the wire).

Foreign JSON is met here and nowhere else. Times are milliseconds since 1970. Sources: the documentation's attribute
tables, compared with the answers recorded in NangoHQ/integration-templates (integrations/lever/tests, July 2026).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from connectors.shape import Text


def _moment(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, tz=UTC)
        except (ValueError, OSError, OverflowError):
            raise ValueError("no time") from None
    return value


def _list(value: Any) -> Any:
    return [] if value is None else value


def _map(value: Any) -> Any:
    return value or {}


def _id_or_object(value: Any) -> Any:
    """An id, or the object it stands for where `expand` was asked for."""
    return {"id": value} if isinstance(value, str) else value


def _ids_or_objects(value: Any) -> Any:
    return [_id_or_object(item) for item in value or []]


Time = Annotated[datetime, BeforeValidator(_moment)]
Texts = Annotated[list[str], BeforeValidator(_list)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class LeverRange(Shape):
    """A compensation band or a salary range."""

    currency: Text = ""
    interval: Text = ""
    min: float | None = None
    max: float | None = None


class LeverRequisition(Shape):
    id: str
    requisition_code: Text = ""
    name: Text = ""
    status: Text = ""
    confidentiality: Text = ""
    hiring_manager: str | None = None
    owner: str | None = None
    compensation_band: LeverRange | None = None
    internal_notes: Text = ""
    postings: Texts = []
    custom_fields: Annotated[dict[str, Any], BeforeValidator(_map)] = {}
    created_at: Time
    updated_at: Time | None = None
    closed_at: Time | None = None


class LeverPostingList(Shape):
    text: Text = ""
    content: Text = ""


class LeverPostingContent(Shape):
    description: Text = ""
    description_html: Text = ""
    lists: Annotated[list[LeverPostingList], BeforeValidator(_list)] = []
    closing: Text = ""
    closing_html: Text = ""


class LeverPosting(Shape):
    id: str
    text: Text = ""
    state: Text = ""
    distribution_channels: Texts = []
    hiring_manager: str | None = None
    owner: str | None = None
    content: LeverPostingContent = LeverPostingContent()
    salary_range: LeverRange | None = None
    req_code: Text = ""
    requisition_codes: Texts = []
    created_at: Time
    updated_at: Time | None = None


class LeverUser(Shape):
    id: str
    name: Text = ""
    email: Text = ""
    access_role: Text = ""
    deactivated_at: Time | None = None


class LeverStage(Shape):
    id: str
    text: Text = ""


class LeverArchiveReason(Shape):
    id: str
    type: Text = ""


class LeverPhone(Shape):
    value: Text = ""


class LeverArchived(Shape):
    archived_at: Time | None = None
    reason: str | None = None


class LeverStageChange(Shape):
    to_stage_id: Text = ""
    updated_at: Time
    user_id: str | None = None


class LeverApplication(Shape):
    id: str
    posting: str | None = None


class LeverConsent(Shape):
    allowed: bool | None = None


class LeverDataProtection(Shape):
    contact: LeverConsent | None = None


class LeverOpportunity(Shape):
    """One candidacy of one person, who is the `contact`."""

    id: str
    name: Text = ""
    contact: Text = ""
    headline: Text = ""
    emails: Texts = []
    phones: Annotated[list[LeverPhone], BeforeValidator(_list)] = []
    archived: LeverArchived | None = None
    stage: Annotated[LeverStage | None, BeforeValidator(_id_or_object)] = None
    stage_changes: Annotated[list[LeverStageChange], BeforeValidator(_list)] = []
    tags: Texts = []
    origin: Text = ""
    applications: Annotated[list[LeverApplication], BeforeValidator(_ids_or_objects)] = []
    created_at: Time
    updated_at: Time | None = None
    last_interaction_at: Time | None = None
    confidentiality: Text = ""
    is_anonymized: bool | None = False
    data_protection: LeverDataProtection | None = None


class LeverDeleted(Shape):
    """An entry of a list of deleted things. Only the id is documented."""

    id: str
    contact: Text = ""
    deleted_at: Time | None = None


class LeverNoteField(Shape):
    type: Text = ""
    value: Any = None
    user: str | None = None
    created_at: Time | None = None


class LeverNote(Shape):
    id: str
    fields_: Annotated[list[LeverNoteField], BeforeValidator(_list)] = Field(default=[], alias="fields")
    user: str | None = None
    created_at: Time | None = None
    deleted_at: Time | None = None


class LeverInterviewer(Shape):
    id: Text = ""


class LeverInterview(Shape):
    id: str
    subject: Text = ""
    date: Time | None = None
    duration: int | None = None
    interviewers: Annotated[list[LeverInterviewer], BeforeValidator(_list)] = []
    created_at: Time | None = None
    canceled_at: Time | None = None


class LeverFile(Shape):
    id: str
    name: Text = ""


class LeverWebhook(Shape):
    id: str
    event: Text = ""
    url: Text = ""


class LeverResumeFile(Shape):
    name: Text = ""
    uploaded_at: Time | None = None


class LeverMonth(Shape):
    month: int | None = None
    year: int | None = None


class LeverPosition(Shape):
    org: Text = ""
    title: Text = ""
    start: LeverMonth | None = None
    end: LeverMonth | None = None


class LeverParsed(Shape):
    positions: Annotated[list[LeverPosition], BeforeValidator(_list)] = []


class LeverResume(Shape):
    id: str
    created_at: Time | None = None
    file: LeverResumeFile | None = None
    parsed_data: LeverParsed | None = None


class Created(Shape):
    """An answer to a create call, as far as it matters."""

    id: str
    contact: Text = ""
