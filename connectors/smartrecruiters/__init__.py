"""SmartRecruiters, through its Customer API and its webhooks.

Read in this order: `door` (webhooks), `api` (the protocol), `shapes` (its objects), `reads`, `properties` and
`decisions` (where a manager decides), `jobnote`, `writes`, `entries`, `setup`, `told`. `SmartRecruiters` below is the
connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors import http
from connectors.base import TokenStore
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said
from connectors.smartrecruiters import properties, told
from connectors.smartrecruiters.api import Api
from connectors.smartrecruiters.decisions import BY_APPLICATION, BY_FIELDS
from connectors.smartrecruiters.setup import SetUp

APP_BASE = "https://www.smartrecruiters.com/app"


class SmartRecruiters(SetUp):
    """One SmartRecruiters account.

    Credentials: `api_key`, or `client_id` and `client_secret`. Options, all with defaults: `api_base`, `app_base`,
    `timeout` (seconds), `rate_calls` and `rate_seconds`, `approval_by` (fields, application), `property_<purpose>` for a
    job field of another label, `candidate_property_calibration` and `candidate_property_line`, `asked_status`,
    `approved_status`, `calibration_address`, `sub_statuses` (`IN_REVIEW/カジュアル面談, …`), `mention` (yes, no),
    `source_type_id`, `source_sub_type_id`, `source_id`, `event_version`, `alert_address`.
    """

    name: ClassVar[str] = "smartrecruiters"
    title: ClassVar[str] = "SmartRecruiters"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    # That job.updated rings for a job field is not documented, so that open questions are also read again on a tick.
    decisions_polled: ClassVar[bool] = True
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "job",
        "JobPosting": "job ad",
        "HiringManager": "hiring manager (hiring team)",
        "Recruiter": "recruiter (hiring team)",
        "Candidate": "candidate",
        "Application": "application (a candidate's assignment to a job)",
        "Prospect": "lead",
        "Stage": "status, sub-status (hiring step)",
        "Interview": "interview time slot",
        "Interviewer": "interviewer",
        "Scorecard": "review",
        "Rejection": "rejection (rejection reason)",
        "Offer": "offer",
        "Note on a requisition": "job note",
        "Note on a person": "message (Hireloop)",
        "Decision": "job fields (job properties), or a calibration person's status",
        "Tag": "candidate tag",
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
        if (options.get("approval_by") or BY_FIELDS) not in (BY_FIELDS, BY_APPLICATION):
            raise ValueError(f"the option approval_by is {BY_FIELDS} or {BY_APPLICATION}")
        self.property_labels = properties.labels(options)
        self.app_base = http.require_safe(options.get("app_base") or APP_BASE)
        self.api = Api(credentials, options, self.tokens, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.api.close()
