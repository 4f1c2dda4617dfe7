"""The words: what an ATS knows, in one vocabulary.

Every connector translates its vendor's objects into these frozen records at its door; past the door only these are
seen. Ids are the vendor's own, as text. Times are aware UTC. `GLOSSARY` of each connector says what the vendor calls
each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Literal, Self, TypeVar

T = TypeVar("T")


class Said(str):
    """A sentence for people, in both languages: English as itself, Japanese as `ja`.

    A connector's words about setting its ATS up stand beside its code, so that adding an ATS touches one place.
    """

    __slots__ = ("ja",)
    ja: str

    def __new__(cls, en: str, ja: str) -> Self:
        said = super().__new__(cls, en)
        said.ja = ja
        return said

    def in_language(self, locale: str) -> str:
        return self.ja if locale == "ja" else str(self)


def words_of(problem: Exception) -> str:
    """An error's message, in both languages (`Said`) where it was raised so; `str(problem)` is the English one."""
    return problem.args[0] if problem.args and isinstance(problem.args[0], Said) else str(problem)


class EventKind(StrEnum):
    """What a doorbell rang for. The bytes say no more than this: the truth is read from the ATS."""

    PING = "ping"
    REQUISITION = "requisition"
    REQUISITION_DELETED = "requisition_deleted"
    CANDIDATE = "candidate"
    CANDIDATE_MERGED = "candidate_merged"
    CANDIDATE_DELETED = "candidate_deleted"
    APPLICATION = "application"
    UNKNOWN = "unknown"


class RequisitionStatus(StrEnum):
    """Draft before it may be recruited for, open while it may, closed after."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How the door fared with a request; the connector chooses the answer its vendor needs."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    BAD_SIGNATURE = "bad_signature"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it crossed the wire. Header names are lower case.

    `received_at`: our clock at the door, for vendors that sign a time; None leaves a signed time unchecked (a delivery
    that is read again later was checked when it came).
    """

    method: str
    path: str = field(repr=False)  # an ATS that can't sign carries its secret there
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor must hear."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that may have changed. `new_id` only where a person was merged into another."""

    kind: EventKind
    id: str = ""
    new_id: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list, and the cursor of the next one ("" on the last).

    A cursor is text that a later process may continue with; where the vendor's own expires, the connector raises
    `ATSError` and the caller starts the list anew.
    """

    items: tuple[T, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A colleague in the customer's ATS."""

    id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class HiringTeam:
    """Hiring managers in the ATS's own order (the first active one is ours unless set), and recruiters."""

    managers: tuple[User, ...] = ()
    recruiters: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class JobPosting:
    """One published or unpublished text of a requisition. `content` is the vendor's HTML."""

    id: str
    requisition_id: str
    title: str
    content: str
    live: bool
    internal: bool
    language: str
    updated_at: datetime
    first_published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Requisition:
    """A job to fill. `fields` are its custom fields by key, as text; `notes` its own description (HTML)."""

    id: str
    title: str
    status: RequisitionStatus
    notes: str
    confidential: bool
    is_template: bool
    created_at: datetime
    updated_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    requisition_code: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person in the ATS. Only what matching and a hand-off need; protected attributes are never read."""

    id: str
    first_name: str
    last_name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    do_not_contact: bool = False
    updated_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Employment:
    """One job a person held, as the ATS has it. Dates as written there, often only a month; `end` "" while it lasts."""

    title: str
    company: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class ResumeFile:
    """A résumé the ATS keeps. `url` may be good for days only."""

    id: str
    filename: str
    url: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastCandidate:
    """Somebody the ATS has known for a while, with what it holds of their work.

    `applied_at`: when they first applied themselves; None for a prospect somebody else put there, who agreed to nothing.
    """

    candidate: Candidate
    applied_at: datetime | None = None
    last_activity_at: datetime | None = None
    private: bool = False
    employments: tuple[Employment, ...] = ()
    resumes: tuple[ResumeFile, ...] = ()


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some past candidates, and the cursor of the next page ("" on the last)."""

    people: tuple[PastCandidate, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person changed, was merged into `new_id`, or was deleted or anonymised."""

    kind: EventKind
    id: str
    at: datetime
    new_id: str = ""


class ApplicationStatus(StrEnum):
    ACTIVE = "active"
    REJECTED = "rejected"
    HIRED = "hired"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Application:
    """One person in one pipeline. A prospect has no stage yet."""

    id: str
    candidate_id: str
    requisition_id: str
    status: ApplicationStatus
    stage: str = ""
    prospect: bool = False
    rejected_at: datetime | None = None
    last_activity_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of one requisition's pipeline, in order."""

    id: str
    name: str
    order: int


class InterviewStatus(StrEnum):
    TO_BE_SCHEDULED = "to_be_scheduled"
    SCHEDULED = "scheduled"
    AWAITING_FEEDBACK = "awaiting_feedback"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Interview:
    """A meeting on an application. A cancelled one may simply be absent where the vendor deletes it."""

    id: str
    application_id: str
    status: InterviewStatus
    starts_at: datetime | None
    ends_at: datetime | None
    interviewer_ids: tuple[str, ...] = ()
    name: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShortlistPost:
    """The shortlist as a manager reads it in the ATS, in their language, people masked.

    `calibration` is the short id; `ref` the short visible reference that a look finds again; `body` plain text.
    """

    calibration: str
    ref: str
    body: str


class Choice(StrEnum):
    """The decision field. PENDING means nobody has decided."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision fields as they stand. Texts are raw: what they mean is the plugin's to say.

    `actor` is set only where the ATS says who acted (R2 `verified`), `at` only where it says when. `specification` is
    the letter of one that was picked: it asks otherwise and decides nothing.
    """

    calibration: str
    choice: Choice
    line: str
    meeting: str = ""
    days: str = ""
    specification: str = ""
    actor: User | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What the decision fields ask. `message` stands in our own field; `url` shows and never acts.

    `seen` is the decision as the caller last read it: one that stands differently was set meanwhile and is kept.
    """

    calibration: str
    ref: str
    proposed_line: int
    message: str
    url: str
    meeting: str = ""
    days: str = ""
    seen: Decision | None = None


class EntryKind(StrEnum):
    """What a yes becomes: a prospect, a casual-meeting stage or an application, by setting."""

    PROSPECT = "prospect"
    CASUAL = "casual"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A yes, on its way into the pipeline. `candidate_id` names a known person, else one is looked up or created."""

    requisition_id: str
    ref: str
    kind: EntryKind
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    company: str = ""
    title: str = ""
    stage_id: str = ""
    source: str = ""
    candidate_id: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Where the yes stands in the ATS now. `found` is true when a look found it already there."""

    candidate_id: str
    application_id: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content: bytes
    media_type: str
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`. `todo` says what to do when `ok` is false."""

    what: str
    ok: bool
    detail: str = ""
    todo: str = ""


# Setting up.


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing `connect` asks. `default` None: it must be answered.

    `kind`: a `credential` is sealed and handed over in `credentials`, an `option` stands open in `options`; both under
    `name`. `secret`: not shown while it is typed.
    """

    name: str
    label: Said
    kind: Literal["credential", "option"] = "credential"
    secret: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a vendor takes in how many seconds. `published` False: our own cautious guess, to be set by option.

    `account`: whose calls are counted together, "" for one session's alone.
    """

    calls: int
    seconds: float
    published: bool = True
    account: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """How a manager approves inside this ATS, and how strong that is by R2.

    `verified`: the ATS says who acted. `recorded`: it doesn't, so the manager confirms in their mailbox. `acting_link`:
    the ATS has no place for a decision; the link mailed to the manager is the only way.
    """

    how: Said
    strength: Literal["verified", "recorded", "acting_link"]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What `subscribe` did: findings, and signing secrets the vendor made (shown once, to be kept sealed)."""

    findings: tuple[Finding, ...]
    secrets: tuple[str, ...] = field(default=(), repr=False)
