"""Teamtailor's own resources, flattened, only the fields we use, named as its API names them.

Foreign JSON is met here and nowhere else. https://docs.teamtailor.com
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from connectors import shape
from connectors.shape import MaybeTime, Text, Texts, Time


def _map(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


class Shape(shape.Shape):
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True)

    id: str


class TeamtailorJob(Shape):
    """A job and its ad in one. `human_status` says what `status` and the dates come to."""

    title: Text = ""
    body: Text = ""
    status: Text = ""
    human_status: Text = ""
    created_at: MaybeTime = None
    updated_at: MaybeTime = None
    start_date: MaybeTime = None
    end_date: MaybeTime = None
    user_id: Text = ""
    links: Annotated[dict[str, Any], BeforeValidator(_map)] = Field(default_factory=dict)


class TeamtailorUser(Shape):
    name: Text = ""
    email: Text = ""
    login_email: Text = ""
    role: Text = ""


class TeamtailorTeamMembership(Shape):
    user_id: Text = ""


class TeamtailorStage(Shape):
    name: Text = ""
    stage_type: Text = ""
    row_order: int | None = 0


class TeamtailorCandidate(Shape):
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Text = ""
    resume: Text = ""
    sourced: bool | None = False
    referred: bool | None = False
    unsubscribed: bool | None = False
    tags: Texts = ()
    created_at: MaybeTime = None
    updated_at: MaybeTime = None


class TeamtailorJobApplication(Shape):
    """One person on one job. `changed_stage_at`: when it came into its stage."""

    candidate_id: Text = ""
    job_id: Text = ""
    stage_id: Text = ""
    rejected_at: MaybeTime = None
    changed_stage_at: MaybeTime = None
    created_at: MaybeTime = None
    updated_at: MaybeTime = None


class TeamtailorActivity(Shape):
    """Something done about a person. `data`: JSON as a string, a note's text for one."""

    code: Text = ""
    data: Text = ""
    user_id: Text = ""
    created_at: Time


class TeamtailorNote(Shape):
    created_at: MaybeTime = None


class TeamtailorCustomField(Shape):
    name: Text = ""
    field_type: Text = ""


class TeamtailorCustomFieldValue(Shape):
    value: Text = ""
    custom_field_id: Text = ""
