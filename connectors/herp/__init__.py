"""HERP Hire, by polling: 職種 and 応募 are listed, decisions are read from a timeline's comments.

Read in this order: `hire` (the protocol), `shapes` (its objects), `reads`, `decision`, `writes`,
`entries`, `setup`, `told`. `Herp` below is the connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors.base import TokenStore
from connectors.book import book_of
from connectors.herp import told
from connectors.herp.hire import Hire
from connectors.herp.setup import SetUp
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said
from connectors.switches import switched_on


class Herp(SetUp):
    """One HERP Hire tenant.

    Credentials: `api_key`. Options, all with defaults: `api_base`, `timeout` (seconds), `rate_calls` and `rate_seconds`,
    `recruiters` (addresses or member ids), `description_fields`, `calibration_address`, `book_hours`; and what is off
    until the customer has had it confirmed: `create_candidacies`, `channel_kind`, `move_steps`, `comment_authors`.
    """

    name: ClassVar[str] = "herp"
    title: ClassVar[str] = "HERP Hire"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    decisions_polled: ClassVar[bool] = True
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "職種 (requisition)",
        "JobPosting": "職種の募集要項",
        "HiringManager": "担当者 (operator) of the calibration candidacy",
        "Recruiter": "option `recruiters`",
        "Candidate": "応募 (candidacy)",
        "Application": "応募 (candidacy)",
        "Prospect": "–",
        "Stage": "選考ステップ (step)",
        "Interview": "選考予定 (contact)",
        "Interviewer": "参加者 (attendee)",
        "Scorecard": "評価 (evaluation)",
        "Rejection": "選考終了 (termination)",
        "Offer": "内定 (offered)",
        "Note on a requisition": "timeline comment on the calibration candidacy",
        "Note on a person": "タイムラインのコメント (timeline comment)",
        "Decision": "timeline comment on the calibration candidacy",
        "Tag": "–",
        "Attachment": "–",
    }

    def __init__(
        self,
        *,
        credentials: Mapping[str, str],
        secrets: Sequence[str],
        options: Mapping[str, str],
        tokens: TokenStore | None = None,
        timekeeper: Timekeeper = REAL,
    ) -> None:
        super().__init__(
            credentials=credentials, secrets=secrets, options=options, tokens=tokens, timekeeper=timekeeper
        )
        fields = options.get("description_fields") or "description"
        self.description_fields = tuple(part.strip() for part in fields.split(",") if part.strip())
        self.creates = switched_on(options, "create_candidacies")
        self.moves = switched_on(options, "move_steps")
        self.authors_known = switched_on(options, "comment_authors")
        self.hire = Hire(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))
        self.book = book_of(self.name, credentials.get("api_key", ""), options, timekeeper)

    def close(self) -> None:
        """Close the HTTP session."""
        self.hire.close()
