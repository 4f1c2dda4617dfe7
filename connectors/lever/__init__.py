"""Lever, through its Data API v1 and its webhooks.

Read in this order: `door` (webhooks), `client` (the protocol), `shapes` (its objects), `reads`, `decisions`, `writes`,
`setup`, `past`; `told` is what people are told. `Lever` below is the connector; each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors.base import TokenStore
from connectors.lever import told
from connectors.lever.client import DataApi
from connectors.lever.decisions import STAGES
from connectors.lever.past import Past
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said


class Lever(Past):
    """One Lever account.

    Credentials: `api_key`. Options: `perform_as`, the id of the user we act as; with defaults `api_base`, `timeout`
    (seconds), `confidentiality` (all, or non-confidential), `stage_review`, `stage_approved`, `stage_declined` (names of
    the stages a decision is made with), `calibration_address`, `rate_calls`, `rate_seconds`.
    """

    name: ClassVar[str] = "lever"
    title: ClassVar[str] = "Lever"
    known_by: ClassVar[str] = "from documentation"
    glossary: ClassVar[Mapping[str, str]] = told.GLOSSARY
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    decisions_polled: ClassVar[bool] = True  # a line written after the move rings nobody

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
        self.perform_as = (options.get("perform_as") or "").strip()
        self.stage_names = {
            purpose: (options.get(f"stage_{purpose}") or name).strip() for purpose, name in STAGES.items()
        }
        self.lever = DataApi(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.lever.close()
