"""Ashby, through its API and its webhooks.

Read in this order: `door` (webhooks), `rpc` (the protocol), `shapes` (its objects), `reads` with `marks` (what changed),
`decisions` and `approval` (how a manager decides), `writes`, `entries`, `setup`, `past`, `told`. `Ashby` below is the connector; each
file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors import calibration
from connectors.ashby import fields, told
from connectors.ashby.marks import Marks
from connectors.ashby.past import Past
from connectors.ashby.rpc import Rpc
from connectors.base import TokenStore
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Choice, Rate, Said


class Ashby(Past):
    """One Ashby account.

    Credentials: `api_key`. Options, all with defaults: `api_base`, `timeout` (seconds), `rate_calls` and
    `rate_seconds`, `approval_interview` (its title), `role_manager` and `role_recruiter` (titles of hiring team roles),
    `approved_stage` and `declined_stage` (titles of stages: moving the calibration candidate there decides as well),
    `calibration_address`, `calibration_stage` (title of the stage the calibration candidate enters; Ashby's first lead
    stage if unset), and `field_<purpose>` for a job field whose title differs from `kakuyaku_<purpose>`.
    """

    name: ClassVar[str] = "ashby"
    title: ClassVar[str] = "Ashby"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    decisions_polled: ClassVar[bool] = True
    glossary: ClassVar[Mapping[str, str]] = told.GLOSSARY

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
        calibration.base(options)  # raises for an address that is none, before anything is written with it
        self.field_titles = fields.titles(options)
        self.approval_interview = (options.get("approval_interview") or "kakuyaku").strip()
        self.manager_role = options.get("role_manager") or "Hiring Manager"
        self.recruiter_role = options.get("role_recruiter") or "Recruiter"
        self.deciding_stages = {
            title.strip().casefold(): choice
            for title, choice in (
                (options.get("approved_stage", ""), Choice.APPROVED),
                (options.get("declined_stage", ""), Choice.DECLINED),
            )
            if title.strip()
        }
        self.placed = {}
        self.marks = Marks.of(options.get("account", ""))
        self.rpc = Rpc(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.rpc.close()
