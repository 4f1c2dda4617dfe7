"""Odoo Recruitment, through its JSON-2 API and the webhooks of its automation rules.

Read in this order: `door` (webhooks), `json2` (the protocol), `shapes` (its records), `fields` (ours), `feedback` (a
manager's answer), `reads`, `people`, `writes`, `entries`, `setup`, `rules`, `told`. `Odoo` below is the connector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors.base import TokenStore
from connectors.odoo import told
from connectors.odoo.json2 import Json2
from connectors.odoo.rules import Rules
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said


class Odoo(Rules):
    """One database of one Odoo, version 19 or later.

    Credentials: `api_key` of the integration user; `admin_key`, used for setting up alone and to be taken away after.
    Options: `api_base`, `database`, `timeout` (seconds), `rate_calls` and `rate_seconds`.
    """

    name: ClassVar[str] = "odoo"
    title: ClassVar[str] = "Odoo"
    known_by: ClassVar[str] = "live"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "job position (hr.job)",
        "HiringManager": "interviewer of the job",
        "Recruiter": "recruiter of the job",
        "Candidate": "applicant (hr.applicant)",
        "Application": "the same applicant: one record per person and job",
        "Stage": "recruitment stage",
        "Interview": "meeting (calendar.event) of the applicant",
        "Interviewer": "attendee who is a user",
        "Rejection": "refuse reason, archived",
        "Note on a requisition": "log note in the job's chatter",
        "Note on a person": "log note in the applicant's chatter",
        "Decision": "completed activity, or fields of the job",
        "Tag": "applicant tag",
        "Attachment": "attachment",
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
        pace = Pace(rate_of(told.RATE, options), timekeeper)
        self.odoo = Json2(credentials.get("api_key", ""), options, pace)
        self.admin = Json2(credentials.get("admin_key") or credentials.get("api_key", ""), options, pace)

    def close(self) -> None:
        """Close the HTTP sessions."""
        self.odoo.close()
        self.admin.close()
