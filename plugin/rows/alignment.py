"""From a requisition to a commitment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Json, Row, at


class Requisition(Row, table=True):
    """A requisition as last read from the ATS, and what people here said of it.

    `state`: waiting (no description yet), calibrating, calibrated, skipped (template, old, evergreen, or by a person).
    """

    __table_args__ = (UniqueConstraint("connection_id", "ats_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    ats_id: str
    title: str
    status: str  # draft, open, closed
    confidential: bool = False
    is_template: bool = False
    description: str = ""  # plain text
    description_source: str = ""  # live_posting, posting, internal_posting, notes
    url: str = ""
    state: str = "waiting"
    state_reason: str = ""
    skipped_by: str | None = None
    paused: bool = False
    picked: bool = False
    manager_id: int | None = Field(default=None, foreign_key="staff.id")
    manager_set_by: str | None = None  # set by a person: the ATS's own order no longer decides
    recruiter_id: int | None = Field(default=None, foreign_key="staff.id")
    headcount_approved_by: str | None = None  # 枠承認済
    headcount_approved_at: datetime | None = at()
    calibration_id: int | None = Field(default=None, sa_type=BigId)
    disclosure: str = ""  # full or withheld; "": as the account's kind has it
    client_ja: str = ""  # the employer by industry and size, for letters that withhold the name
    client_en: str = ""
    opened_at: datetime | None = at()
    closed_at: datetime | None = at()
    ats_updated_at: datetime | None = at()
    read_at: datetime | None = at()


class Override(Row, table=True):
    """A field of the requirement set by a person. Stands until the text's own value for that field changes."""

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    field: str
    value: Any = Field(default=None, sa_type=Json)
    text_value: Any = Field(default=None, sa_type=Json)
    by: str
    ended_at: datetime | None = at()


class GuidanceNote(Row, table=True):
    """The manager's free text (選考の観点), with its author. The newest is in force.

    `proposed`: units a language model proposed and that verified, as `ranking.proposals.units_to_json` writes them.
    """

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    text: str
    hash: str
    author: str
    source: str  # ats, page
    proposed: list[Any] = Field(default_factory=list, sa_type=Json)
    replaced_at: datetime | None = at()


class RequirementRow(Row, table=True):
    """A description as parsed, with the text it was parsed from, so that a later parser can compare like with like."""

    __tablename__ = "requirement"

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    hash: str
    parser_version: int
    text: str
    parsed: dict[str, Any] = Field(sa_type=Json)


class Calibration(Row, table=True):
    """One immutable run. `short_id` stands in the ATS.

    `state`: owed, done, failed. The echo key is (requirement_hash, guidance_hash) against the requisition's current one.
    `decision_place`: the application in the ATS it is decided on, "" where that is the requisition itself.
    """

    __table_args__ = (
        UniqueConstraint("employer_id", "short_id"),
        Index("ix_calibration_decision_place", "employer_id", "decision_place"),
    )

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    requirement_id: int = Field(foreign_key="requirement.id")
    guidance_id: int | None = Field(default=None, foreign_key="guidancenote.id")
    manager_id: int | None = Field(default=None, foreign_key="staff.id")
    short_id: str
    requirement_hash: str
    guidance_hash: str
    state: str = "owed"
    asked_by: str = ""  # "" = the ATS; else the person
    before_publish: bool = False  # B3: ran while the requisition was a draft
    score_version: str = ""
    store_revision: int = 0
    universe: int = 0
    considered: int = 0
    floor: int = 40
    proposed_line: int = 0
    shortlist_hash: str = ""
    decision_place: str = ""
    finished_at: datetime | None = at()
    posted_at: datetime | None = at()


class ShortlistEntry(Row, table=True):
    """One of the 20. `label` (A-01) is the masked name. `evidence`: dimensions and rows of `ranking.Scored` as JSON.

    `sealed_evidence` keeps unmasked quotes under the person's key; `evidence` has offsets and masked quotes (R12).
    """

    __table_args__ = (
        UniqueConstraint("calibration_id", "rank"),
        UniqueConstraint("calibration_id", "profile_id"),
    )

    calibration_id: int = Field(foreign_key="calibration.id")
    rank: int
    label: str
    profile_id: str
    profile_revision: int
    score: int
    without_language: int = 0
    without_guidance: int | None = None
    capped: bool = False
    evidence: list[Any] = Field(default_factory=list, sa_type=Json)
    sealed_evidence: bytes | None = None
    sealed_prose: bytes | None = None  # by language, and which model worded it; JSON under the person's key
    evidence_hash: str
    reachable: bool = False
    unreachable_because: list[str] = Field(default_factory=list, sa_type=Json)
    headline: str = ""  # masked: employer as industry and size


class CalibrationScore(Row, table=True):
    """One score of a calibration, at or above its floor, and everyone who has it: what R1 compares.

    Written and read by `alignment.scores` alone. `people`: profile ids in UTF-8 joined by newlines, `revisions`:
    little-endian int32 in the same order; both zlib.
    """

    __table_args__ = (UniqueConstraint("calibration_id", "score"),)

    calibration_id: int = Field(foreign_key="calibration.id")
    score: int
    count: int
    people: bytes
    revisions: bytes


class CalibrationMarket(Row, table=True):
    """What a calibration counted over everyone: market, specifications, freshness. Apart from its calibration, which is read often.

    Written and read by `alignment.market` alone. `packed`: JSON, zlib. Headlines of people in it lie under their own keys.
    """

    __table_args__ = (UniqueConstraint("calibration_id"),)

    calibration_id: int = Field(foreign_key="calibration.id")
    packed: bytes


class Question(Row, table=True):
    """Something a page asks the judgement and shows soon after; nothing of it is kept past `expires_at`.

    `kind`: preview (a description tried out), cell (the people behind a cell of the market table). `sealed_asked` and
    `sealed_answer` are JSON under the installation's keys. `state`: owed, done, failed.
    """

    __table_args__ = (UniqueConstraint("employer_id", "token"),)

    requisition_id: int = Field(foreign_key="requisition.id")
    kind: str
    token: str  # SHA-256 (hex) of what the page polls with
    asked_by: str
    state: str = "owed"
    sealed_asked: bytes
    sealed_answer: bytes | None = None
    error: str = ""
    answered_at: datetime | None = at()
    expires_at: datetime = at(nullable=False, index=True)


class Proposal(Row, table=True):
    """What a language model answered about one text, asked once: by model, prompt and text.

    `task`: requirement, guidance, summary. `text_hash` is keyed. `outcome`: answered, timeout, unreachable, refused,
    nonsense, unverified; all but the first are asked again after an hour (summaries never). `items` quote the text,
    nothing else, and are empty for summaries; `taken` and `left_out` of the last use.
    """

    __table_args__ = (UniqueConstraint("employer_id", "task", "text_hash", "model", "prompt"),)

    task: str
    text_hash: str
    model: str
    prompt: str  # SHA-256 (hex, 16) of the wording asked with
    outcome: str
    items: list[Any] = Field(default_factory=list, sa_type=Json)
    taken: int = 0
    left_out: int = 0
    asked_at: datetime = at(nullable=False)


class Verdict(Row, table=True):
    """What the manager said of one of the 20: match or no match, with a reason for no (B7)."""

    __table_args__ = (UniqueConstraint("calibration_id", "profile_id", "staff_id"),)

    calibration_id: int = Field(foreign_key="calibration.id")
    staff_id: int = Field(foreign_key="staff.id")
    profile_id: str
    match: bool
    reason: str = ""


class Commitment(Row, table=True):
    """The manager's promise. Terms never change: a change of decision, line, days or interviewer supersedes it.

    `state`: proposed (recorded, waits for confirmation), grace (recorded, attested), in_force, refused, undone,
    superseded, stale, declined. `strength`: verified or recorded. `how`: acting_link, ats_field, ats_actor.
    """

    __table_args__ = (Index("ix_commitment_requisition", "requisition_id", "state"),)

    requisition_id: int = Field(foreign_key="requisition.id")
    calibration_id: int = Field(foreign_key="calibration.id")
    manager_id: int = Field(foreign_key="staff.id")
    line: int
    inclusive: bool
    kind: str  # interview (面接) or casual (カジュアル面談)
    selection: bool  # is it part of the selection?
    screening: str  # none, or preparation_only (職務経歴書)
    interviewer_title: str
    interviewer_name: str | None = None  # only by consent
    interviewer_id: int | None = Field(default=None, foreign_key="staff.id")
    days: int
    reply_deadline: date
    zone: str
    max_people: int
    format: str  # online, onsite, either
    minutes: int
    exclusions: list[str] = Field(default_factory=list, sa_type=Json)
    requirement_hash: str
    guidance_hash: str
    score_version: str
    strength: str
    how: str
    by_staff_id: int | None = Field(default=None, foreign_key="staff.id")
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=Json)  # the decision fields as they stood
    state: str
    proposed_at: datetime = at(nullable=False)
    receipt_mail_id: int | None = Field(default=None, sa_type=BigId)
    receipt_accepted_at: datetime | None = at()  # the grace period starts here
    in_force_at: datetime | None = at()
    ended_at: datetime | None = at()
    end_reason: str = ""  # a code
    sealed_reason: bytes | None = None  # the manager's own words for taking it back


class Event(Row, table=True):
    """Append-only: what happened, ids and digests only. The ledger's raw material (promises, decisions, mails).

    `subject`: e.g. `commitment`, `promise`, `scout`, `entry`; `actor`: staff id, `ats`, `candidate`, `clock`.
    """

    __table_args__ = (Index("ix_event_subject", "employer_id", "subject", "subject_id"),)

    subject: str
    subject_id: int = Field(sa_type=BigId)
    what: str
    actor: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
