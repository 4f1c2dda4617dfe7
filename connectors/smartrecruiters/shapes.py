"""SmartRecruiters' own objects, only the fields we use, named as its API reference names them.

Foreign JSON is met here and nowhere else. Field lists: https://developers.smartrecruiters.com/reference
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from connectors.shape import Text, Time


def _list(value: Any) -> Any:
    return [] if value is None else value


def _labelled(value: Any) -> Any:
    # A property's value is `{id, label}`; a free text one may come as the text itself.
    if isinstance(value, dict):
        return value
    return {} if value is None else {"label": str(value)}


Texts = Annotated[list[str], BeforeValidator(_list)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Labelled(Shape):
    id: Text = ""
    label: Text = ""


class SmartRecruitersToken(Shape):
    access_token: str


class SmartRecruitersSection(Shape):
    title: Text = ""
    text: Text = ""


class SmartRecruitersSections(Shape):
    companyDescription: SmartRecruitersSection | None = None
    jobDescription: SmartRecruitersSection | None = None
    qualifications: SmartRecruitersSection | None = None
    additionalInformation: SmartRecruitersSection | None = None


class SmartRecruitersJobAd(Shape):
    sections: SmartRecruitersSections | None = None


class SmartRecruitersLanguage(Shape):
    code: Text = ""


class SmartRecruitersJobAdItem(Shape):
    id: str
    title: Text = ""
    language: SmartRecruitersLanguage | None = None
    jobAd: SmartRecruitersJobAd | None = None
    createdOn: Time | None = None
    updatedOn: Time | None = None
    postingStatus: Text = ""
    visibility: Text = ""


class SmartRecruitersJobProperty(Shape):
    id: str
    label: Text = ""
    value: Annotated[Labelled, BeforeValidator(_labelled)] = Labelled()


class SmartRecruitersJob(Shape):
    """A job; a list gives it without `jobAd` and may leave out `properties`."""

    id: str
    title: Text = ""
    refNumber: Text = ""
    status: Text = ""
    postingStatus: Text = ""
    template: bool | None = False
    createdOn: Time
    updatedOn: Time | None = None
    jobAd: SmartRecruitersJobAd | None = None
    properties: Annotated[list[SmartRecruitersJobProperty], BeforeValidator(_list)] = []


class SmartRecruitersJobNote(Shape):
    content: Text = ""


class SmartRecruitersHiringTeamMember(Shape):
    id: str
    role: Text = ""


class SmartRecruitersUser(Shape):
    id: str
    firstName: Text = ""
    lastName: Text = ""
    email: Text = ""
    active: bool | None = True


class SmartRecruitersJobPropertyDefinition(Shape):
    id: str
    label: Text = ""
    category: Text = ""
    active: bool | None = True
    required: bool | None = False


class SmartRecruitersAssignedJob(Shape):
    id: str


class SmartRecruitersAssignment(Shape):
    """One person on one job. `job` is None for somebody who is on none."""

    job: SmartRecruitersAssignedJob | None = None
    status: Text = ""
    subStatus: Text = ""


class SmartRecruitersExperience(Shape):
    title: Text = ""
    company: Text = ""
    current: bool | None = False


class SmartRecruitersCandidate(Shape):
    """A person; a list gives them without phone and experience."""

    id: str
    firstName: Text = ""
    lastName: Text = ""
    email: Text = ""
    phoneNumber: Text = ""
    tags: Texts = []
    createdOn: Time | None = None
    updatedOn: Time | None = None
    experience: Annotated[list[SmartRecruitersExperience], BeforeValidator(_list)] = []
    primaryAssignment: SmartRecruitersAssignment | None = None
    secondaryAssignments: Annotated[list[SmartRecruitersAssignment], BeforeValidator(_list)] = []


class SmartRecruitersApplication(Shape):
    """A person's application to a job. `url`: where it stands in SmartRecruiters' own pages."""

    status: Text = ""
    subStatus: Text = ""
    url: Text = ""


class SmartRecruitersStatusHistoryElement(Shape):
    changedOn: Time | None = None
    status: Text = ""


class SmartRecruitersTags(Shape):
    tags: Texts = []


class SmartRecruitersAttachment(Shape):
    id: str
    name: Text = ""


class SmartRecruitersMessage(Shape):
    """A message; the reference shows none with an id, so it is taken where there is one."""

    id: Text = ""
    content: Text = ""


class SmartRecruitersCandidateProperty(Shape):
    """A value of a candidate's property on one job: text, a number, or `{id, label}`."""

    id: str
    label: Text = ""
    value: Any = None


class SmartRecruitersInterviewer(Shape):
    id: str


class SmartRecruitersTimeslot(Shape):
    id: str
    interviewType: Text = ""
    title: Text = ""
    startsOn: Time | None = None
    endsOn: Time | None = None
    noShow: bool | None = False
    interviewers: Annotated[list[SmartRecruitersInterviewer], BeforeValidator(_list)] = []


class SmartRecruitersInterview(Shape):
    id: str
    timeslots: Annotated[list[SmartRecruitersTimeslot], BeforeValidator(_list)] = []


class SmartRecruitersEvent(Shape):
    name: str


class SmartRecruitersSubscription(Shape):
    id: str
    callbackUrl: Text = ""
    events: Annotated[list[SmartRecruitersEvent], BeforeValidator(_list)] = []
    status: Text = ""


class SmartRecruitersSecretKey(Shape):
    secretKey: str


class Created(Shape):
    """Any create answer that names what was made."""

    id: str
