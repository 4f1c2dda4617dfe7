"""Greenhouse's own objects, only the fields we use, named as Harvest v3 names them.

Foreign JSON is met here and nowhere else. Lists of fields: Harvest v3 reference, "List ..." pages.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from connectors.shape import Text, Time


def _list(value: Any) -> Any:
    return [] if value is None else value


def _map(value: Any) -> Any:
    # Openings show an empty list where jobs show a map; take either for "none".
    return value or {}


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GreenhouseCustomFieldValue(Shape):
    name: Text = ""
    type: Text = ""
    value: Any = None


class GreenhouseJob(Shape):
    id: int
    name: Text = ""
    requisition_id: Text = ""
    notes: Text = ""
    confidential: bool | None = False
    status: str
    opened_at: Time | None = None
    closed_at: Time | None = None
    is_template: bool | None = False
    custom_fields: Annotated[dict[str, GreenhouseCustomFieldValue], BeforeValidator(_map)] = {}
    created_at: Time
    updated_at: Time


class GreenhouseJobPost(Shape):
    id: int
    job_id: int | None = None
    title: Text = ""
    content: Text = ""
    live: bool | None = False
    internal: bool | None = False
    language: Text = ""
    first_published_at: Time | None = None
    updated_at: Time


class GreenhouseJobHiringManager(Shape):
    id: int
    job_id: int
    user_id: int


class GreenhouseJobOwner(Shape):
    id: int
    job_id: int
    user_id: int
    type: Text = ""
    responsible: bool | None = False


class GreenhouseUser(Shape):
    id: int
    name: Text = ""
    primary_email: Text = ""
    deactivated: bool | None = False
    site_admin: bool | None = False


class GreenhouseJobInterviewStage(Shape):
    id: int
    job_id: int
    name: Text = ""
    sort_order: int = 0
    active: bool | None = True


class GreenhouseJobInterview(Shape):
    id: int
    name: Text = ""


class GreenhouseJobNote(Shape):
    id: int
    body: Text = ""


class GreenhouseContact(Shape):
    value: Text = ""


class GreenhouseCandidate(Shape):
    """`id` is None while the record is still being processed and only a message is answered."""

    id: int | None = None
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    title: Text = ""
    email_addresses: Annotated[list[GreenhouseContact], BeforeValidator(_list)] = []
    phone_numbers: Annotated[list[GreenhouseContact], BeforeValidator(_list)] = []
    tags: Annotated[list[str], BeforeValidator(_list)] = []
    can_email: bool | None = True
    private: bool | None = False
    last_activity_at: Time | None = None
    updated_at: Time | None = None


class GreenhouseCandidateEmployment(Shape):
    id: int
    candidate_id: int
    company_name: Text = ""
    title: Text = ""
    start_date: Text = ""
    end_date: Text = ""


class GreenhouseApplication(Shape):
    id: int
    candidate_id: int
    job_id: int | None = None
    prospect: bool | None = False
    prospective_job_ids: Annotated[list[int], BeforeValidator(_list)] = []
    status: Text = ""
    stage_name: Text = ""
    rejected_at: Time | None = None
    last_activity_at: Time | None = None
    created_at: Time | None = None


class GreenhouseApplicationStage(Shape):
    id: int
    application_id: int
    job_interview_stage_id: int
    current: bool | None = False


class GreenhouseInterview(Shape):
    id: int
    application_id: int
    job_interview_id: int | None = None
    status: Text = ""
    starts_at: Time | None = None
    ends_at: Time | None = None
    updated_at: Time | None = None


class GreenhouseInterviewer(Shape):
    interview_id: int
    user_id: int | None = None


class GreenhouseCustomField(Shape):
    id: int
    name: Text = ""
    name_key: Text = ""
    value_type: Text = ""
    required: bool | None = False
    require_approval: bool | None = False
    active: bool | None = True


class GreenhouseCustomFieldOption(Shape):
    id: int
    custom_field_id: int
    name: Text = ""
    active: bool | None = True


class GreenhouseNote(Shape):
    id: int
    body: Text = ""


class GreenhouseAttachment(Shape):
    id: int
    filename: Text = ""
    candidate_id: int | None = None
    url: Text = ""
    updated_at: Time | None = None


class GreenhouseCandidateTag(Shape):
    id: int
    name: Text = ""


class GreenhouseAppliedCandidateTag(Shape):
    id: int
    candidate_id: int
    candidate_tag_id: int


class GreenhouseSource(Shape):
    id: int
    name: Text = ""


class GreenhouseApprovalFlow(Shape):
    id: int
    job_id: int | None = None
    approval_status: Text = ""


class GreenhouseApproverGroup(Shape):
    id: int


class GreenhouseApprover(Shape):
    """`status`: waiting, due, approved, rejected. `resolved_by_id` may be somebody else than `user_id`."""

    id: int
    user_id: int | None = None
    status: Text = ""
    request_sent_at: Time | None = None
    resolved_at: Time | None = None
    resolved_by_id: int | None = None


class GreenhouseToken(Shape):
    access_token: str


class Created(Shape):
    """Any create answer that is the object itself."""

    id: int
