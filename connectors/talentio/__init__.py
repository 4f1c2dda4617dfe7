"""Talentio, by polling: 求人 and 候補者 are listed; a manager decides by the link in their mailbox.

Read in this order: `api` (the protocol), `shapes` (its objects), `reads`, `writes`, `setup`, `told`. `Talentio` below is
the connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors import http
from connectors.base import TokenStore
from connectors.book import book_of
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said
from connectors.switches import switched_on
from connectors.talentio import told
from connectors.talentio.api import Api
from connectors.talentio.reads import managers_in
from connectors.talentio.setup import SetUp

APP_BASE = "https://talentio.com"


class Talentio(SetUp):
    """One Talentio workspace.

    Credentials: `access_token`. Options, all with defaults: `api_base`, `app_base`, `timeout` (seconds), `rate_calls` and
    `rate_seconds`, `managers`, `description_fields`, `book_hours`, `create_candidates`, `notes`, `change_status`.
    """

    name: ClassVar[str] = "talentio"
    title: ClassVar[str] = "Talentio"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "求人 (requisition)",
        "JobPosting": "求人の募集要項",
        "HiringManager": "option `managers`",
        "Recruiter": "採用担当者 (recruiter)",
        "Candidate": "候補者 (candidate)",
        "Application": "候補者 (candidate): it holds its 求人",
        "Prospect": "コンタクト中の候補者 (poolActive)",
        "Stage": "ステータス (status)",
        "Interview": "選考 (stage of type interview or contact)",
        "Interviewer": "評価者 (evaluation's employee)",
        "Scorecard": "評価 (evaluation)",
        "Rejection": "お見送り (fail), 辞退 (reject)",
        "Offer": "–",
        "Note on a requisition": "–",
        "Note on a person": "補足 (description)",
        "Decision": "–",
        "Tag": "タグ (tag)",
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
        fields = options.get("description_fields") or "jobDescriptionDetails"
        self.description_fields = tuple(part.strip() for part in fields.split(",") if part.strip())
        self.managers = managers_in(options.get("managers") or "")
        self.creates = switched_on(options, "create_candidates", default=True)
        self.notes = switched_on(options, "notes", default=True)
        self.moves = switched_on(options, "change_status")
        self.app_base = http.require_safe(options.get("app_base") or APP_BASE)
        self.api = Api(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))
        self.book = book_of(self.name, credentials.get("access_token", ""), options, timekeeper)

    def close(self) -> None:
        """Close the HTTP session."""
        self.api.close()
