"""Workable's own objects, only the fields we use, named as Workable names them.

Foreign JSON is met here and nowhere else. Sources: workable.readme.io/reference, compared with the answers recorded in
NangoHQ/integration-templates (integrations/workable/tests, July 2026).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from connectors.shape import Text, Time


def _list(value: Any) -> Any:
    return [] if value is None else value


Texts = Annotated[list[str], BeforeValidator(_list)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class WorkableSalary(Shape):
    salary_from: float | None = None
    salary_to: float | None = None
    salary_currency: Text = ""


class WorkableJob(Shape):
    """A job; `full_description` only where one is asked for alone."""

    id: Text = ""
    shortcode: str
    title: Text = ""
    code: Text = ""
    state: Text = ""
    sample: bool | None = False
    confidential: bool | None = False
    url: Text = ""
    full_description: Text = ""
    salary: WorkableSalary | None = None
    created_at: Time
    updated_at: Time | None = None


class WorkableNamed(Shape):
    id: Text = ""
    name: Text = ""


class WorkableSalaryRange(Shape):
    frm: float | None = None
    to: float | None = None
    currency: Text = ""
    currency_iso: Text = ""
    frequency: Text = ""


class WorkableRequisition(Shape):
    """A line of the hiring plan: what it says of a job."""

    id: str
    code: Text = ""
    state: Text = ""
    job: WorkableNamed | None = None
    hiring_manager: WorkableNamed | None = None
    salary_range: Annotated[WorkableSalaryRange | None, BeforeValidator(lambda value: _renamed(value))] = None


def _renamed(value: Any) -> Any:
    # `from` is a word of Python's own.
    return {**value, "frm": value.get("from")} if isinstance(value, dict) else value


class WorkableMember(Shape):
    id: str
    name: Text = ""
    email: Text = ""
    role: Text = ""
    collaboration_role: Text = ""


class WorkableStage(Shape):
    slug: str
    name: Text = ""
    kind: Text = ""
    position: int = 0


class WorkableJobRef(Shape):
    shortcode: Text = ""


class WorkableExperience(Shape):
    title: Text = ""
    company: Text = ""
    start_date: Text = ""
    end_date: Text = ""


class WorkableResumeMetadata(Shape):
    filename: Text = ""
    updated_at: Time | None = None


class WorkableCandidate(Shape):
    """One candidacy of one person. Tags, experience and the résumé's address only where one is asked for alone."""

    id: str
    name: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    headline: Text = ""
    job: WorkableJobRef | None = None
    stage: Text = ""
    stage_kind: Text = ""
    disqualified: bool | None = False
    disqualified_at: Time | None = None
    hired_at: Time | None = None
    anonymized: bool | None = False
    sourced: bool | None = False
    email: Text = ""
    phone: Text = ""
    tags: Texts = []
    experience_entries: Annotated[list[WorkableExperience], BeforeValidator(_list)] = []
    resume_url: Text = ""
    resume_metadata: WorkableResumeMetadata | None = None
    created_at: Time
    updated_at: Time | None = None


class WorkableTarget(Shape):
    name: Text = ""
    slug: Text = ""


class WorkableActivity(Shape):
    """An entry of a candidate's timeline: a move (with `target_stage`), `disqualified`, `comment` (with `body`), …"""

    id: str
    action: Text = ""
    target_stage: WorkableTarget | None = None
    member: WorkableNamed | None = None
    body: Text = ""
    created_at: Time


class WorkableEvent(Shape):
    """A call, an interview or a meeting."""

    id: str
    title: Text = ""
    starts_at: Time | None = None
    ends_at: Time | None = None
    cancelled: bool | None = False
    members: Annotated[list[WorkableNamed], BeforeValidator(_list)] = []
    candidate: WorkableNamed | None = None


class WorkableSubscription(Shape):
    event: Text = ""
    target: Text = ""


class Created(Shape):
    id: str
