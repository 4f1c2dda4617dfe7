"""HERP Hire's own objects, only the fields we use, under the names its API uses (camelCase).

Sources: the API documentation (https://public-api.herp.cloud/hire/public/doc, version 1.5.0), HERP's help page on it,
and answers recorded by public clients. Where only such a client names a field, every name seen is taken (`AliasChoices`)
and docs/herp.md says that it is unverified.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, ConfigDict, Field

from connectors.shape import Items, MaybeTime, Shape, Text, Texts


class HerpRequisition(Shape):
    """A 職種. Which field its description stands in is the option `description_fields`: extra fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    id: str
    name: Annotated[Text, Field(validation_alias=AliasChoices("name", "title"))] = ""
    status: Text = ""
    careerPageStatus: Text = ""
    createdAt: MaybeTime = None
    updatedAt: MaybeTime = None

    def text(self, field: str) -> str:
        """A field of any name, as text; "" where the answer has none."""
        found = (self.model_extra or {}).get(field)
        return found.strip() if isinstance(found, str) else ""


class HerpCandidacy(Shape):
    """A 応募: one person on one 職種. The list shows mail, telephone and company, a single one doesn't (recorded)."""

    id: str
    name: Text = ""
    status: Text = ""
    requisitionId: Text = ""
    step: Text = ""
    appliedAt: MaybeTime = None
    stepUpdatedAt: MaybeTime = None
    updatedAt: MaybeTime = None
    terminatedAt: MaybeTime = None
    terminationReason: Text = ""
    email: Text = ""
    telephoneNumber: Text = ""
    company: Text = ""
    tags: Texts = ()
    operators: Texts = ()


class HerpTimelineComment(Shape):
    """A comment on a candidacy's timeline. That it names its author is known from no vendor page."""

    id: str
    body: Annotated[Text, Field(validation_alias=AliasChoices("body", "content", "comment"))] = ""
    createdBy: Annotated[Text, Field(validation_alias=AliasChoices("createdBy", "userId"))] = ""
    createdAt: MaybeTime = None


class HerpSchedule(Shape):
    startsAt: MaybeTime = None
    endsAt: MaybeTime = None


class HerpAssessmentSchedule(Shape):
    title: Text = ""
    status: Text = ""
    schedule: HerpSchedule | None = None
    attendeeIds: Texts = ()


class HerpEvaluation(Shape):
    status: Text = ""


class HerpContact(Shape):
    """A 選考予定 on a candidacy: an interview, a document check, a test."""

    id: str
    type: Text = ""
    step: Text = ""
    createdAt: MaybeTime = None
    assessmentSchedule: HerpAssessmentSchedule | None = None
    evaluations: Annotated[tuple[HerpEvaluation, ...], Items] = ()


class HerpUser(Shape):
    id: str
    name: Text = ""
    email: Text = ""
    isActive: bool | None = True
    status: Text = ""


class HerpCreated(Shape):
    id: Annotated[str, Field(validation_alias=AliasChoices("id", "candidacyId", "commentId", "timelineCommentId"))]
