"""Greenhouse, through Harvest v3 and its webhooks.

Read in this order: `door` (webhooks), `harvest` (the protocol), `shapes` (its objects), `reads`, `writes`, `entries`,
`setup`, `past`, `told`; `flow` is the job's own approval, an option. `Greenhouse` below is the connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors import http
from connectors.base import TokenStore
from connectors.greenhouse import fields, told
from connectors.greenhouse.flow import KINDS
from connectors.greenhouse.harvest import Harvest
from connectors.greenhouse.past import Past
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said

APP_BASE = "https://app.greenhouse.io"


class Greenhouse(Past):
    """One Greenhouse account.

    Credentials: `client_id`, `client_secret`, and `sub`, the id of the user we act as (empty: the credential's service
    account). Options, all with defaults: `api_base`, `token_url`, `app_base`, `timeout` (seconds), `rate_calls` and
    `rate_seconds`, `job_note_visibility`, `note_visibility`, `approval_flow` (open_job, offer_job: see `flow`), and
    `field_<purpose>` for a custom field whose key differs from `kakuyaku_<purpose>`.
    """

    name: ClassVar[str] = "greenhouse"
    title: ClassVar[str] = "Greenhouse"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "client_id",
            Said("Client id of the API credential (Harvest V3)", "API 認証情報（Harvest V3）の Client ID"),
        ),
        Ask("client_secret", Said("Client secret", "Client secret"), secret=True),
        Ask(
            "sub",
            Said(
                "User id to act as (sub, an active Site Admin; empty: the credential's own)",
                "操作を行うユーザーの ID（sub。有効な Site Admin。空欄: 認証情報自身）",
            ),
            default="",
        ),
    )
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "job",
        "JobPosting": "job post",
        "HiringManager": "hiring manager",
        "Recruiter": "recruiter (job owner)",
        "Candidate": "candidate",
        "Application": "application",
        "Prospect": "prospect",
        "Stage": "interview stage (job_interview_stage)",
        "Interview": "interview",
        "Interviewer": "interviewer",
        "Scorecard": "scorecard",
        "Rejection": "rejection (rejection reason)",
        "Offer": "offer",
        "Note on a requisition": "job note",
        "Note on a person": "note",
        "Decision": "job custom fields",
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
        if self.flow_kind not in ("", *KINDS):
            raise ValueError(f"the option approval_flow is one of {', '.join(KINDS)}, or left out")
        if self.flow_kind:
            # An approval rings, a rejection doesn't: then open questions are read again on a tick.
            vars(self)["decisions_polled"] = True
        self.field_keys = fields.keys(options)
        self.app_base = http.require_safe(options.get("app_base") or APP_BASE)
        self.harvest = Harvest(credentials, options, self.tokens, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.harvest.close()
