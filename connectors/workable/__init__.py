"""Workable, through its API v3 and its webhooks.

Read in this order: `door` (webhooks), `client` (the protocol), `shapes` (its objects), `reads`, `decisions`, `writes`,
`setup`, `past`; `told` is what people are told. `Workable` below is the connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors.base import TokenStore
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said
from connectors.workable import told
from connectors.workable.client import Spi
from connectors.workable.decisions import STAGES
from connectors.workable.past import Past


class Workable(Past):
    """One Workable account.

    Credentials: `api_token`, which webhooks are signed with as well. Options: `subdomain`, and `member_id`, the member we
    act as; with defaults `api_base`, `timeout` (seconds), `stage_review`, `stage_approved`, `stage_declined` (names of the
    stages a decision is made with), `calibration_address`, `rate_calls`, `rate_seconds`.
    """

    name: ClassVar[str] = "workable"
    title: ClassVar[str] = "Workable"
    known_by: ClassVar[str] = "from documentation"
    glossary: ClassVar[Mapping[str, str]] = told.GLOSSARY
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    decisions_polled: ClassVar[bool] = True  # a comment rings nobody

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
        self.member_id = (options.get("member_id") or "").strip()
        self.stage_names = {
            purpose: (options.get(f"stage_{purpose}") or name).strip() for purpose, name in STAGES.items()
        }
        self.spi = Spi(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.spi.close()
