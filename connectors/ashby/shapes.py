"""Ashby's own objects, only the fields we use, named as its API reference names them.

Foreign JSON is met here and nowhere else. https://developers.ashbyhq.com/reference
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from connectors.shape import Text, Time


def _list(value: Any) -> Any:
    return [] if value is None else value


Texts = Annotated[list[str], BeforeValidator(_list)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class AshbyErrorInfo(Shape):
    code: Text = ""
    message: Text = ""


class AshbyAnswer(Shape):
    """What stands around every answer."""

    success: bool
    results: Any = None
    next_cursor: Text = ""
    more_data_available: bool | None = False
    sync_token: Text = ""
    errors: Annotated[list[Any], BeforeValidator(_list)] = []
    error_info: AshbyErrorInfo | None = None


class AshbyApiKey(Shape):
    title: Text = ""
    scopes: Texts = []


class AshbyCustomFieldValue(Shape):
    id: str
    title: Text = ""
    value: Any = None


class AshbyHiringTeamMember(Shape):
    user_id: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    role: Text = ""


class AshbyJob(Shape):
    id: str
    title: Text = ""
    confidential: bool | None = False
    status: Text = ""
    default_interview_plan_id: Text = ""
    custom_fields: Annotated[list[AshbyCustomFieldValue], BeforeValidator(_list)] = []
    job_posting_ids: Texts = []
    custom_requisition_id: Text = ""
    hiring_team: Annotated[list[AshbyHiringTeamMember], BeforeValidator(_list)] = []
    created_at: Time | None = None
    updated_at: Time
    opened_at: Time | None = None
    closed_at: Time | None = None


class AshbyDescriptionBody(Shape):
    html: Text = ""


class AshbyDescriptionParts(Shape):
    description_body: AshbyDescriptionBody | None = None


class AshbyJobPosting(Shape):
    """`jobPosting.list` shows id, job and time; the texts are in `jobPosting.info` alone."""

    id: str
    job_id: Text = ""
    title: Text = ""
    description_html: Text = ""
    description_parts: AshbyDescriptionParts | None = None
    published_date: Text = ""
    external_link: str | None = None
    updated_at: Time


class AshbyUser(Shape):
    id: str
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    is_enabled: bool | None = True


class AshbyInterviewStage(Shape):
    id: str
    title: Text = ""
    type: Text = ""
    order_in_interview_plan: int = 0


class AshbyContact(Shape):
    value: Text = ""


class AshbyCandidateTag(Shape):
    id: str
    title: Text = ""


class AshbyFileHandle(Shape):
    id: Text = ""
    name: Text = ""
    handle: Text = ""


class AshbyCandidate(Shape):
    id: str
    name: Text = ""
    primary_email_address: AshbyContact | None = None
    email_addresses: Annotated[list[AshbyContact], BeforeValidator(_list)] = []
    phone_numbers: Annotated[list[AshbyContact], BeforeValidator(_list)] = []
    tags: Annotated[list[AshbyCandidateTag], BeforeValidator(_list)] = []
    position: Text = ""
    company: Text = ""
    application_ids: Texts = []
    resume_file_handle: AshbyFileHandle | None = None
    file_handles: Annotated[list[AshbyFileHandle], BeforeValidator(_list)] = []
    created_at: Time | None = None
    updated_at: Time | None = None


class AshbyApplicationCandidate(Shape):
    id: str
    primary_email_address: AshbyContact | None = None


class AshbyApplicationJob(Shape):
    id: str


class AshbyApplication(Shape):
    id: str
    status: Text = ""
    candidate: AshbyApplicationCandidate
    job: AshbyApplicationJob
    current_interview_stage: AshbyInterviewStage | None = None
    applied_via_job_posting_id: Text = ""
    archived_at: Time | None = None
    created_at: Time
    updated_at: Time


class AshbyApplicationHistory(Shape):
    """An application's time in one stage. `actor_id`: who moved it there."""

    title: Text = ""
    stage_number: int = 0
    entered_stage_at: Time
    actor_id: Text = ""


class AshbyInterview(Shape):
    """A kind of interview; the meetings are `AshbyInterviewEvent`."""

    id: str
    title: Text = ""
    is_archived: bool | None = False
    is_feedback_requested: bool | None = False
    feedback_form_definition_id: Text = ""


class AshbyInterviewEvent(Shape):
    id: str
    interview_id: Text = ""
    interviewers: Annotated[list[AshbyUser], BeforeValidator(_list)] = []
    interviewer_user_ids: Texts = []
    start_time: Time | None = None
    end_time: Time | None = None
    created_at: Time | None = None
    updated_at: Time | None = None


class AshbyInterviewSchedule(Shape):
    id: str
    status: Text = ""
    application_id: str
    interview_events: Annotated[list[AshbyInterviewEvent], BeforeValidator(_list)] = []
    updated_at: Time | None = None


class AshbySelectable(Shape):
    label: Text = ""
    value: Any = None


class AshbyFormField(Shape):
    path: Text = ""
    title: Text = ""
    selectable_values: Annotated[list[AshbySelectable], BeforeValidator(_list)] = []


class AshbyFormFieldPlace(Shape):
    is_required: bool | None = False
    field: AshbyFormField


class AshbyFormSection(Shape):
    fields: Annotated[list[AshbyFormFieldPlace], BeforeValidator(_list)] = []


class AshbyFormDefinition(Shape):
    sections: Annotated[list[AshbyFormSection], BeforeValidator(_list)] = []


class AshbyFeedbackForm(Shape):
    """`feedbackFormDefinition.info`."""

    id: str
    form_definition: AshbyFormDefinition | None = None


class AshbyFeedback(Shape):
    """One submitted feedback form. `submitted_values` by the field's path."""

    id: str
    application_id: Text = ""
    feedback_form_definition_id: Text = ""
    submitted_by_user: AshbyUser | None = None
    submitted_at: Time | None = None
    form_definition: AshbyFormDefinition | None = None
    submitted_values: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = {}


class AshbyNote(Shape):
    id: str
    content: Text = ""
    created_at: Time | None = None


class AshbyCustomField(Shape):
    id: str
    title: Text = ""
    object_type: Text = ""
    field_type: Text = ""
    is_archived: bool | None = False
    is_required: bool | None = False


class AshbyNamed(Shape):
    """A source."""

    id: str
    title: Text = ""


class AshbyUpload(Shape):
    handle: str
    url: str
    fields: dict[str, str] = {}


class AshbyFileUrl(Shape):
    url: str


class AshbyWebhook(Shape):
    id: str
    enabled: bool | None = True


class Created(Shape):
    id: str
