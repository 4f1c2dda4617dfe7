"""Letters out, replies in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from plugin.rows.base import BigId, Json, Row, at


class Batch(Row, table=True):
    """Everyone above one line, best first, up to the cap, waiting for the recruiter's release.

    `state`: drafted, released (in its recall window), sending, recalled, finished, stopped. No commitment: standard letters.
    """

    requisition_id: int = Field(foreign_key="requisition.id", index=True)
    calibration_id: int = Field(foreign_key="calibration.id")
    commitment_id: int | None = Field(default=None, foreign_key="commitment.id")
    state: str = "drafted"
    released_by: str | None = None
    released_at: datetime | None = at()
    recall_until: datetime | None = at()
    note: str = ""
    replacing: bool = True  # who falls out at sending makes room for the next best


class Scout(Row, table=True):
    """One message to one person. One person is scouted at most once per requisition.

    `state`: drafted, queued (released), sending, sent, unknown, refused (by the server), stopped, excluded (R5).
    `reply_token` is in the Reply-To address (≥ 80 bit, base32, no personal data).
    """

    __table_args__ = (
        UniqueConstraint("requisition_id", "profile_id"),
        Index("ix_scout_commitment", "commitment_id", "state"),
    )

    connection_id: int = Field(foreign_key="connection.id")
    requisition_id: int = Field(foreign_key="requisition.id")
    calibration_id: int = Field(foreign_key="calibration.id")
    batch_id: int = Field(foreign_key="batch.id", index=True)
    commitment_id: int | None = Field(default=None, foreign_key="commitment.id")
    profile_id: str = Field(index=True)
    profile_revision: int
    score: int
    arm: str  # committed or standard
    language: str  # ja or en
    second_language: str = ""  # the other one, where the letter is written in both
    voice: str = "in_house"  # in_house, agency or operator: who writes, as it stood when the letter was drafted
    medium: str = "mail"  # mail, or by hand as `scouting.by_hand.MEDIA` names them
    state: str = "drafted"
    reason: str = ""
    reply_token: str = Field(unique=True)
    mail_id: int | None = Field(default=None, sa_type=BigId)
    reply_deadline: date | None = None
    sealed_facts: bytes | None = None  # `scouting.facts.PersonFact`s under the person's key: what the letter may say
    sent_at: datetime | None = at()
    consented_at: datetime | None = at()  # agreed, after a yes, to be introduced to the employer by name
    consent_by: str = ""
    experiment_id: int | None = Field(default=None, foreign_key="experiment.id", index=True)  # None: outside of any
    followed_up_at: datetime | None = at()  # when its one follow-up left, or was found not to be allowed


class Mail(Row, table=True):
    """One mail of ours. `sending` with its Message-ID is committed before the attempt (R7).

    `kind`: scout, follow_up, nudge, acting_link, receipt, recruiter_notice, candidate_receipt, holding, reminder (to colleagues),
    meeting_reminder, apology, recommendation (to whom somebody is handed over).
    `state`: queued, sending, sent, unknown, refused, bounced, held. `person` names the key `sealed` (the raw RFC 5322 bytes) and
    `sealed_to` are encrypted under; "" means staff mail under the installation's key.
    """

    __table_args__ = (Index("ix_mail_state", "employer_id", "state"),)

    connection_id: int = Field(foreign_key="connection.id")
    kind: str
    name: str = Field(unique=True)  # the key that makes twice once
    message_id: str = Field(unique=True)
    person: str = ""
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    to_hash: str = Field(default="", index=True)
    sealed_to: bytes
    sealed: bytes | None = None
    language: str = ""
    state: str = "queued"
    attempts: int = 0
    answer: str = ""  # the server's words
    attempted_at: datetime | None = at()
    accepted_at: datetime | None = at()
    commitment_id: int | None = Field(default=None, foreign_key="commitment.id")
    scout_id: int | None = Field(default=None, sa_type=BigId)


class Reply(Row, table=True):
    """One answer of one person. `intent` as read; `decided_by` "" while the rules decided, else the person who did.

    `state`: decided, triage (waits for a person), handled. `words`: the phrases that decided (sealed under the person's
    key in `sealed_words`). `matched`: token, references, by_hand, or none.
    """

    __table_args__ = (UniqueConstraint("delivery_id"),)

    connection_id: int = Field(foreign_key="connection.id")
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    scout_id: int | None = Field(default=None, foreign_key="scout.id", index=True)
    medium: str = "mail"  # mail, page, or as `scouting.replies.MEDIA` names them
    matched: str = ""
    intent: str = "unclear"
    topic: str = ""  # what a question asks
    reason: str = ""  # why they declined
    later_on: date | None = None  # the day they want to hear again
    condition: str = ""  # met, contradicted, unknown
    wants_erasure: bool = False
    state: str = "triage"
    triage_because: str = ""
    person: str = ""
    sealed_text: bytes | None = None  # their own words
    sealed_full: bytes | None = None  # with what they quoted
    sealed_words: bytes | None = None
    decided_by: str = ""
    decided_at: datetime | None = at()
    received_at: datetime = at(nullable=False)
    message_id_hash: str = ""


class Task(Row, table=True):
    """Something a person must do or look at, with an owner and a clock. Never closed by silence.

    `kind`: triage, possible_duplicate, contradiction, promise_soon, apology, succession, unreadable_decision, question …
    """

    __table_args__ = (UniqueConstraint("employer_id", "name"), Index("ix_task_state", "employer_id", "state"))

    connection_id: int = Field(foreign_key="connection.id")
    name: str  # the key that makes twice once
    kind: str
    state: str = "open"  # open, done
    owner_id: int | None = Field(default=None, foreign_key="staff.id")
    requisition_id: int | None = Field(default=None, foreign_key="requisition.id")
    subject: str = ""
    subject_id: int | None = Field(default=None, sa_type=BigId)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    due: datetime | None = at()
    done_by: str = ""
    done_at: datetime | None = at()
